// Whoever finds no answer may wait for his turn to compute it only where nobody and nothing else can have one for him
// meanwhile: no computation of others to join, none that is shared, nothing that is told while MySQL is away. And in
// his turn he is told what has been made under exactly that which stood when he asked.

import { expect, it } from "vitest";
import { createAnswerCache, type AnswerCache } from "../../src/cache/answers.ts";
import { ASKED, SHARED } from "../../src/cache/demand.ts";
import type { Generations } from "../../src/cache/generations.ts";
import { Cancellation } from "../../src/runtime/cancellation.ts";

const STANDING: Generations = { values: ["epoch", "one", "two"], isOpen: false };

function stage() {
  const answers = createAnswerCache({
    generations: { tagsOf: () => [], read: (_, tell) => tell(STANDING), mark: () => undefined },
    store: { get: async () => null, set: () => undefined },
    isOutage: (error) => (error as Error).message === "away",
    isUnanswered: () => false,
  });
  const question = (key = "key") =>
    answers.questionOf({ key, tags: ["one", "two"], lifetimeMs: 60_000, isPublic: false });
  return { answers, question };
}

function compute({ answers, question }: ReturnType<typeof stage>, json: () => Promise<string>) {
  return answers.get(question(), STANDING, new Cancellation(), async () => ({
    json: await json(),
    readAtMs: performance.now(),
  }));
}

it.each<{ what: string; standing: Generations | null; isOnItsOwn: boolean }>([
  { what: "nobody has asked lately", standing: STANDING, isOnItsOwn: true },
  { what: "somebody asks what shares one tag", standing: standingAt(`one${ASKED}1`, "two"), isOnItsOwn: true },
  { what: "somebody has asked before", standing: standingAt(`one${ASKED}1`, `two${ASKED}1`), isOnItsOwn: false },
  { what: "one is shared", standing: standingAt(`one${SHARED}1`, `two${SHARED}1`), isOnItsOwn: false },
  { what: "a write is under way", standing: { ...STANDING, isOpen: true }, isOnItsOwn: false },
  { what: "nothing is known of what stands", standing: null, isOnItsOwn: false },
])("where $what: $isOnItsOwn", ({ standing, isOnItsOwn }) => {
  const { answers, question } = stage();
  expect(answers.isOnItsOwn(question(), standing)).toBe(isOnItsOwn);
});

it("is not on his own while somebody computes the same", async () => {
  const on = stage();
  let finish: (json: string) => void = () => undefined;
  const computing = compute(on, () => new Promise((resolve) => (finish = resolve)));
  expect(isAlone(on.answers, on.question())).toBe(false);
  expect(isAlone(on.answers, on.question("other"))).toBe(true);
  finish("{}");
  await computing;
  expect(isAlone(on.answers, on.question())).toBe(true);
});

it("is not on his own while MySQL is away", async () => {
  const on = stage();
  await expect(compute(on, () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(isAlone(on.answers, on.question("other"))).toBe(false);
  await compute(on, async () => "{}");
  expect(isAlone(on.answers, on.question("other"))).toBe(true);
});

it("is told what was made meanwhile, and nothing that was made under something else", async () => {
  const on = stage();
  const { answers, question } = on;
  expect(answers.keptUnder(question(), STANDING)).toBeNull();
  await compute(on, async () => "{}");
  expect(String(answers.keptUnder(question(), STANDING)?.bytes)).toBe("{}");
  // As he read it, with a mark that came later.
  expect(answers.keptUnder(question(), standingAt(`one${ASKED}1`, "two"))).not.toBeNull();
  expect(answers.keptUnder(question(), standingAt("other", "two"))).toBeNull();
  expect(answers.keptUnder(question(), { ...STANDING, isOpen: true })).toBeNull();
  expect(answers.keptUnder(question(), null)).toBeNull();
  expect(answers.keptUnder(question("other"), STANDING)).toBeNull();
});

function standingAt(...generations: readonly string[]): Generations {
  return { values: ["epoch", ...generations], isOpen: false };
}

function isAlone(answers: AnswerCache, question: ReturnType<AnswerCache["questionOf"]>): boolean {
  return answers.isOnItsOwn(question, STANDING);
}
