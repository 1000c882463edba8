// A known request that several players make in the same words: each has a question of his own, judged once while he
// comes back for it; and the memory of them has a bound.

import { expect, it } from "vitest";
import type { Question } from "../../src/cache/kept-answers.ts";
import type { Viewer } from "../../src/context.ts";
import type { CachePlan } from "../../src/edge/cache-plan.ts";
import { createKnownQuestions } from "../../src/edge/known-questions.ts";
import { KnownRequest } from "../../src/edge/known-requests.ts";
import { limits } from "../../src/runtime/limits.ts";

const player = (playerId: number): Viewer => ({ role: "player", playerId: BigInt(playerId) });

/** Requests of an operation on `viewer`, and how often it was judged what one asks for. */
function stage({ isShareable = false, isForPlayersAlone = false } = {}) {
  const judged: string[] = [];
  const plan = {
    isShareable,
    askOf(variables, viewer) {
      const asker = viewer === null ? "nobody" : viewer.role === "player" ? String(viewer.playerId) : viewer.subject;
      judged.push(asker);
      if (isForPlayersAlone && viewer?.role !== "player") return null;
      return { key: `${JSON.stringify(variables)} ${asker}`, tags: [], lifetimeMs: 1, isPublic: false };
    },
  } as CachePlan;
  const questions = createKnownQuestions({ questionOf: (ask) => ({ ask, tags: [], entry: undefined }) });
  const request = (place = 0) => new KnownRequest({} as never, {}, { plan, variables: { place } } as never, plan);
  const ask = (known: KnownRequest, viewer: Viewer | null): Question | null => known.questionOf(viewer, questions);
  return { judged, request, ask };
}

it("asks for each player what is his, in turns", () => {
  const { judged, request, ask } = stage();
  const known = request();
  const players = [1, 2, 3].map(player);
  const first = players.map((viewer) => ask(known, viewer));
  expect(first.map((question) => question?.ask.key)).toEqual(['{"place":0} 1', '{"place":0} 2', '{"place":0} 3']);
  // The first was alone when he asked, and is judged once more.
  const second = players.map((viewer) => ask(known, viewer));
  const judgedBefore = judged.length;
  for (let round = 0; round < 3; round += 1) expect(players.map((viewer) => ask(known, viewer))).toEqual(second);
  expect(second.slice(1)).toEqual(first.slice(1));
  expect(second[1]).toBe(first[1]);
  expect(judged.length).toBe(judgedBefore);
});

it("knows a player by another token", () => {
  const { request, ask } = stage();
  const known = request();
  ask(known, player(1));
  const question = ask(known, player(2));
  ask(known, player(1));
  expect(ask(known, player(2))).toBe(question);
});

it("takes nobody, and a service, for no player", () => {
  const { request, ask } = stage();
  const known = request();
  const askers: (Viewer | null)[] = [
    player(1),
    null,
    { role: "service", subject: "1" },
    { role: "admin", subject: "1" },
  ];
  const questions = [...askers, ...askers].map((viewer) => ask(known, viewer)).slice(askers.length);
  expect(new Set(questions).size).toBe(askers.length);
});

it("has no question where the answer is not cached, for that asker alone", () => {
  const { request, ask } = stage({ isForPlayersAlone: true });
  const known = request();
  const service: Viewer = { role: "service", subject: "x" };
  for (let round = 0; round < 3; round += 1) {
    expect(ask(known, service)).toBeNull();
    expect(ask(known, player(1))?.ask.key).toBe('{"place":0} 1');
  }
});

it("has one question for all where the answer is nobody's own", () => {
  const { judged, request, ask } = stage({ isShareable: true });
  const known = request();
  const question = ask(known, player(1));
  for (const viewer of [player(2), null, player(1)]) expect(ask(known, viewer)).toBe(question);
  expect(judged).toEqual(["nobody"]);
});

it("tells requests apart", () => {
  const { request, ask } = stage();
  const both = [request(1), request(2)];
  for (const viewer of [player(1), player(2), player(1)]) {
    expect(both.map((known) => ask(known, viewer)?.ask.key)).toEqual([
      `{"place":1} ${viewer.role === "player" ? viewer.playerId : ""}`,
      `{"place":2} ${viewer.role === "player" ? viewer.playerId : ""}`,
    ]);
  }
});

it("forgets whom nobody has seen for long, past its bound", () => {
  const { judged, request, ask } = stage();
  const known = request();
  const askAll = () => {
    for (let id = 1; id <= limits.questionsRememberedMax + 2; id += 1) ask(known, player(id));
  };
  askAll();
  const judgedBefore = judged.length;
  ask(known, player(limits.questionsRememberedMax));
  expect(judged.length).toBe(judgedBefore);
  ask(known, player(2));
  expect(judged.length).toBe(judgedBefore + 1);
});
