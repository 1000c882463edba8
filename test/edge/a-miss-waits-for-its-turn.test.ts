// A cached question without an answer, where no further read may begin: it waits for its turn by little more than itself.
// Then it is told what others had made meanwhile, or computed in the time that is left to it; who has waited too long is
// refused, and who has gone is never computed.

import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { DatedAnswer } from "../../src/cache/kept-answers.ts";
import { createAdmission, type Admission } from "../../src/edge/admission.ts";
import { Miss, type MissEndings } from "../../src/edge/miss.ts";
import { codeOf } from "../../src/errors.ts";
import { limits } from "../../src/runtime/limits.ts";
import { until } from "../kit/until.ts";

const REQUEST_MS = 5_000;
const WAIT_MS = 200;

let admission: Admission;
let free: () => void;
let isOnItsOwn: boolean;
let kept: DatedAnswer | null;
let ends: string[];
let leftMs: number;
beforeEach(() => {
  admission = createAdmission({ computedMax: 1, waitingMax: 2, waitMs: WAIT_MS });
  void admission.run(() => new Promise<void>((resolve) => (free = resolve)));
  isOnItsOwn = true;
  kept = null;
  ends = [];
  leftMs = Number.NaN;
});
afterEach(() => admission.stop());

const endings: MissEndings = {
  tell: (_, answer) => void ends.push(`told ${answer.etag}`),
  compute(_, left, refusal) {
    leftMs = left;
    ends.push(refusal === null ? "computed" : `computed in spite of ${codeOf(refusal)}`);
  },
  refuse: (_, reason) => void ends.push(codeOf(reason)),
};

/** Somebody asks; resolves to his connection's end. */
function ask({ requestMs = REQUEST_MS, onRefused = expect.unreachable as (reason: unknown) => void } = {}) {
  const response = new EventEmitter();
  const answers = { isOnItsOwn: () => isOnItsOwn, keptUnder: () => kept };
  const asked = { passage: { response }, question: {}, standing: {}, known: {}, newText: null, onRefused } as never;
  new Miss({ answers, admission, requestMs }, endings, asked).settle();
  return () => void response.emit("close");
}

it("is computed at once where there is room", async () => {
  free();
  await until(
    () => admission.inFlight() === 0,
    () => "it computes still",
  );
  ask();
  expect([ends, leftMs]).toEqual([["computed"], REQUEST_MS]);
});

it("is computed in its turn, in the time that is left", async () => {
  ask();
  expect([ends, admission.waiting()]).toEqual([[], 1]);
  await delay(WAIT_MS / 2);
  free();
  expect(await ended()).toEqual(["computed"]);
  // A stall of the loop, which a starved machine may have, counts for less.
  expect(leftMs).toBeLessThan(REQUEST_MS - WAIT_MS / 4);
  expect(leftMs).toBeGreaterThan(REQUEST_MS - 2 * WAIT_MS);
});

it("is told what somebody else had computed by then", async () => {
  ask();
  kept = { etag: "theirs" } as DatedAnswer;
  free();
  expect(await ended()).toEqual(["told theirs"]);
});

it("is refused after the line's wait, and at once where the line is full", async () => {
  for (let place = 0; place < 2; place += 1) ask();
  expect(ends).toEqual([]);
  ask();
  expect(ends).toEqual(["OVERLOADED"]);
  expect(await ended(3)).toEqual(["OVERLOADED", "OVERLOADED", "OVERLOADED"]);
});

it("is computed for what may be told instead, where MySQL went away while it waited", async () => {
  ask();
  isOnItsOwn = false;
  expect(await ended()).toEqual(["computed in spite of OVERLOADED"]);
});

it.each([
  { others: "others may compute it for him", requestMs: REQUEST_MS, isAlone: false },
  { others: "his deadline comes before the line's end", requestMs: limits.readWaitMs - 1, isAlone: true },
])("does not wait this way where $others", ({ requestMs, isAlone }) => {
  isOnItsOwn = isAlone;
  ask({ requestMs });
  expect([ends, leftMs]).toEqual([["computed"], requestMs]);
});

it("leaves the line with its client", async () => {
  const go = ask();
  go();
  expect(admission.waiting()).toBe(0);
  free();
  await delay(WAIT_MS * 2);
  expect(ends).toEqual([]);
});

it("hands on what goes wrong in its turn, and stops nobody behind it", async () => {
  const reasons: unknown[] = [];
  const broken = new Error("broken");
  const { compute } = endings;
  endings.compute = () => {
    endings.compute = compute;
    throw broken;
  };
  ask({ onRefused: (reason) => reasons.push(reason) });
  ask();
  free();
  expect(await ended()).toEqual(["computed"]);
  expect(reasons).toEqual([broken]);
});

/** How, once that many have. */
async function ended(count = 1): Promise<readonly string[]> {
  await until(
    () => ends.length === count,
    () => `it ended by ${JSON.stringify(ends)}`,
  );
  return ends;
}
