// Which reads begin, wait and are refused, at the edges of each bound: so many at a time, so many in line, nobody there
// longer than it is worth, and none new while the event loop does not keep up. What was refused is admitted again once
// the pressure has gone.

import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAdmission, type Admission } from "../../src/edge/admission.ts";
import { codeOf } from "../../src/errors.ts";
import { Cancellation } from "../../src/runtime/cancellation.ts";
import { limits } from "../../src/runtime/limits.ts";
import { until } from "../kit/until.ts";

const RECOVERY_MS_MAX = 5_000;
const WAIT_MS = 300;

let admission: Admission;
let finish: (() => void)[];
beforeEach(() => {
  admission = createAdmission({ computedMax: 2, waitingMax: 3, lateMax: 2, waitMs: WAIT_MS });
  finish = [];
});
afterEach(() => admission.stop());

it("computes up to its first bound, lets wait up to the second, and refuses the first beyond", async () => {
  for (let read = 0; read < 5; read += 1) begin();
  expect([admission.inFlight(), admission.waiting(), finish.length]).toEqual([2, 3, 2]);
  await expect(admission.run(async () => "computed")).rejects.toSatisfy((error) => codeOf(error) === "OVERLOADED");
  expect([admission.inFlight(), admission.waiting()]).toEqual([2, 3]);
});

it("begins the next in line for each that ends, well or not, in the order in which they came", async () => {
  const begun: number[] = [];
  begin();
  const broken = admission.run(() => new Promise<void>((_, reject) => finish.push(() => reject(new Error("broken")))));
  const others = [1, 2, 3].map((read) => admission.run(async () => begun.push(read)));
  expect(begun).toEqual([]);
  finish.pop()!();
  await expect(broken).rejects.toThrow("broken");
  await Promise.all(others);
  expect(begun).toEqual([1, 2, 3]);
  expect([admission.inFlight(), admission.waiting()]).toEqual([1, 0]);
});

it("lets one leave the line whose request is over, and never begins it", async () => {
  for (let read = 0; read < 2; read += 1) begin();
  const request = new Cancellation();
  let isBegun = false;
  const read = admission.run(async () => (isBegun = true), request);
  expect(admission.waiting()).toBe(1);
  request.cancel(new Error("gone"));
  await expect(read).rejects.toThrow("gone");
  expect(admission.waiting()).toBe(0);
  finish.pop()!();
  expect(await admission.run(async () => "computed")).toBe("computed");
  expect(isBegun).toBe(false);
});

it("lets nobody wait for a second turn", async () => {
  for (let read = 0; read < 5; read += 1) begin();
  expect(await admission.runAgain(async () => "put into words")).toBe("put into words");
  expect(admission.waiting()).toBe(3);
});

it("refuses who has waited too long", async () => {
  for (let read = 0; read < 2; read += 1) begin();
  const startedAtMs = performance.now();
  expect(await isAdmitted()).toBe(false);
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(WAIT_MS);
  expect(admission.waiting()).toBe(0);
});

it("refuses nobody for a wait that is only foreseen: who is told at once comes back at once", async () => {
  for (let read = 0; read < 2; read += 1) begin();
  // Nothing has ended for a while, and nothing will.
  await delay(limits.admissionWindowMs * 2);
  const startedAtMs = performance.now();
  expect(await isAdmitted()).toBe(false);
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(WAIT_MS);
});

it("says beforehand what becomes of a read", () => {
  const outlooks = [0, 1, 2, 3, 4, 5].map(() => {
    const outlook = admission.outlook();
    begin();
    return outlook;
  });
  expect(outlooks).toEqual(["begins", "begins", "waits", "waits", "waits", "is refused"]);
});

describe("a turn that waits by itself", () => {
  it("comes in its order, and may run one read at once", async () => {
    const begun: string[] = [];
    for (let read = 0; read < 2; read += 1) begin();
    const before = admission.run(async () => begun.push("before"));
    admission.enter({
      begin: () => void admission.run(() => new Promise((resolve) => finish.push(() => resolve(begun.push("turn"))))),
      refuse: never,
    });
    const behind = admission.run(async () => begun.push("behind"));
    expect(admission.waiting()).toBe(3);
    finish.shift()!();
    await until(
      () => finish.length === 2,
      () => "the turn has not come",
    );
    expect([admission.inFlight(), admission.waiting(), begun]).toEqual([2, 1, ["before"]]);
    finish.pop()!();
    await Promise.all([before, behind]);
    expect(begun).toEqual(["before", "turn", "behind"]);
  });

  it("hands on the room that it does not take", async () => {
    for (let read = 0; read < 2; read += 1) begin();
    for (let turn = 0; turn < 2; turn += 1) admission.enter({ begin: () => undefined, refuse: never });
    const behind = admission.run(async () => "computed");
    finish.pop()!();
    expect(await behind).toBe("computed");
  });

  it("is never told after it has left", async () => {
    for (let read = 0; read < 2; read += 1) begin();
    const place = admission.enter({ begin: never, refuse: never });
    expect(admission.waiting()).toBe(1);
    admission.leave(place);
    admission.leave(place);
    expect(admission.waiting()).toBe(0);
    finish.pop()!();
    expect(await admission.run(async () => "computed")).toBe("computed");
    await delay(WAIT_MS * 1.5);
  });

  it("is refused when it has waited too long", async () => {
    for (let read = 0; read < 2; read += 1) begin();
    const startedAtMs = performance.now();
    const reason = await new Promise((refuse) => admission.enter({ begin: never, refuse }));
    expect(codeOf(reason as Error)).toBe("OVERLOADED");
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(WAIT_MS);
  });
});

it("lets a burst wait that comes after a time of rest", async () => {
  await delay(limits.admissionWindowMs * 2);
  for (let read = 0; read < 5; read += 1) begin();
  expect([admission.inFlight(), admission.waiting()]).toEqual([2, 3]);
});

describe("while the event loop does not keep up", () => {
  let stall: NodeJS.Timeout;
  beforeEach(async () => {
    stall = setInterval(() => standStill(limits.admissionDelayMs * 1.5), 1);
    for (let read = 0; read < 2; read += 1) begin();
    await until(
      async () => !(await isAdmitted()),
      () => "reads are admitted still",
    );
  });
  afterEach(() => clearInterval(stall));

  it("takes nobody into the line, and computes what it may", async () => {
    expect(await isAdmitted()).toBe(false);
    finish.pop()!();
    await until(
      () => admission.inFlight() === 1,
      () => `${admission.inFlight()} in flight`,
    );
    expect(await isAdmitted()).toBe(true);
  });

  it("lets wait all the same what is no more than a burst", async () => {
    const roomy = createAdmission({ computedMax: 2, waitingMax: 10, lateMax: 4, waitMs: 60_000 });
    const isRefused = async () => {
      const request = new Cancellation();
      const read = roomy.run(async () => true, request);
      request.cancel(new Error("gone"));
      return read.then(
        () => false,
        (error: unknown) => codeOf(error) === "OVERLOADED",
      );
    };
    const ends: (() => void)[] = [];
    for (let read = 0; read < 4; read += 1) void roomy.run(() => new Promise<void>((end) => ends.push(end)));
    await until(isRefused, () => "a fifth is admitted still");
    expect([roomy.inFlight(), roomy.waiting()]).toEqual([2, 2]);
    ends[0]!();
    await until(
      () => roomy.waiting() === 1,
      () => "nobody begins",
    );
    expect(await isRefused()).toBe(false);
    roomy.stop();
  });

  it("takes them again within 5 s after that has ended", async () => {
    clearInterval(stall);
    const isTaken = async () => {
      admission.run(async () => true).catch(() => undefined);
      return admission.waiting() > 0;
    };
    await until(isTaken, () => "reads are refused still", RECOVERY_MS_MAX);
    expect(admission.inFlight()).toBe(2);
  });
});

function never(): void {
  expect.unreachable("a turn that nobody waits for any more, or too early");
}

/** A read that lasts until `finish` ends it. */
function begin(): void {
  admission.run(() => new Promise<void>((resolve) => finish.push(resolve))).catch(() => undefined);
}

function isAdmitted(): Promise<boolean> {
  return admission
    .run(async () => true)
    .catch((error: unknown) => {
      expect(codeOf(error)).toBe("OVERLOADED");
      return false;
    });
}

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
