// The judge of freshness by itself, on reads made by hand: what a process committed that could not tell Redis of it,
// others may miss for a while in what is cached; and nothing else that is old is excused.

import { expect, it } from "vitest";
import { judgeFreshness, type Doubt, type Freshness } from "./kit/freshness.ts";
import type { Entry } from "./kit/history.ts";
import type { Read } from "./kit/reading.ts";

const PLAYER = 1;
const WORM = 4;
const KEY = "00000000-0000-4000-8000-000000000001";
/** Cut off from Redis between these times. */
const DOUBTFUL = 1;
const DOUBT: Doubt = { port: DOUBTFUL, fromMs: 100, toMs: 200 };
const DEAD: Doubt = { ...DOUBT, toMs: Infinity };
const OTHER = 2;
const THIRD = 3;

it("excuses what others miss while the process that told it is in doubt", () => {
  expect(judged([told(DOUBTFUL, 110, 120)], [saw(1, OTHER, 130)])).toEqual({ sentences: [], excused: 1 });
});

it("excuses for as long as an entry lives what a process told that died in doubt", () => {
  const entries = [told(DOUBTFUL, 110, 120)];
  expect(judged(entries, [saw(1, OTHER, 30_120)], DEAD)).toEqual({ sentences: [], excused: 1 });
  expect(judged(entries, [saw(1, OTHER, 30_121)], DEAD).sentences).toEqual([expect.stringMatching(/^age: /)]);
});

it("excuses what was seen already, where a process in doubt may have committed it and nobody has told of it", () => {
  const entries = [unanswered(DOUBTFUL, 110), replayed(told(OTHER, 135, 150))];
  expect(judged(entries, [saw(2, OTHER, 125, "yoga"), saw(1, OTHER, 130)]).sentences).toEqual([]);
});

it.each<[string, PortedEntry[], Read]>([
  ["without a doubt", [told(OTHER, 110, 120)], saw(1, THIRD, 130)],
  ["when it was told before the doubt", [told(DOUBTFUL, 80, 90)], saw(1, OTHER, 130)],
  ["when the doubt is over", [told(DOUBTFUL, 110, 120)], saw(1, OTHER, 210)],
  ["at the process that told it", [told(DOUBTFUL, 110, 120)], saw(1, DOUBTFUL, 130)],
  ["in the lane that caches nothing", [told(DOUBTFUL, 110, 120)], saw(1, OTHER, 130, "yoga")],
  ["when another has told it as well", [told(DOUBTFUL, 110, 120), replayed(told(OTHER, 121, 125))], saw(1, OTHER, 130)],
])("does not excuse what is old %s", (_, entries, read) => {
  expect(judged(entries, [read])).toEqual({ sentences: [expect.stringMatching(/^age: /)], excused: 0 });
});

it("does not excuse what was seen already, where another than the process in doubt has committed it", () => {
  const entries = [unanswered(DOUBTFUL, 110), told(OTHER, 115, 150)];
  const { sentences } = judged(entries, [saw(2, OTHER, 125, "yoga"), saw(1, OTHER, 130)]);
  expect(sentences).toEqual([expect.stringMatching(/^session: .* saw version 2, and then 1$/)]);
});

/** Where version 2 was committed under one key, which was sent as `entries` say. */
function judged(entries: readonly PortedEntry[], readings: readonly Read[], doubt = DOUBT): Freshness {
  const rows = { balances: new Map(), ledger: [], storedAnswers: [], itemLocations: new Map() };
  const lines = [{ itemId: WORM, received: 1, spent: 0 }];
  const transactions = [{ playerId: PLAYER, version: 2 }];
  return judgeFreshness({
    entries,
    initial: { ...rows, versions: new Map([[PLAYER, 1]]) },
    final: {
      ...rows,
      versions: new Map([[PLAYER, 2]]),
      ledger: [{ playerId: PLAYER, version: 2, kind: "GRANT", peer: null, lines }],
      storedAnswers: [{ playerId: PLAYER, keyHex: KEY.replaceAll("-", ""), transactions, refusalCodes: [] }],
    },
    recipes: new Map(),
    markers: new Map(),
    readings,
    portOf: new Map(entries.map((entry) => [entry, entry.port])),
    doubts: [doubt],
  });
}

type PortedEntry = Entry & { readonly port: number };

function told(port: number, startedAtMs: number, endedAtMs: number): PortedEntry {
  const text = JSON.stringify({ data: { write: { transaction: null, changes: [], userErrors: [] } } });
  // Its session reads nothing.
  const ask = { kind: "GrantItems", playerId: PLAYER, items: [{ itemId: WORM, count: 1 }] } as const;
  const answer = { status: 200, retryAfter: null, code: null, text, replayed: false, version: null };
  return { session: "writer", key: KEY, ask, startedAtMs, endedAtMs, outcome: "ok", answer, port };
}

function replayed(entry: PortedEntry): PortedEntry {
  return { ...entry, answer: { ...entry.answer!, replayed: true } };
}

function unanswered(port: number, startedAtMs: number): PortedEntry {
  return { ...told(port, startedAtMs, 0), endedAtMs: null, outcome: "unknown", answer: null };
}

function saw(version: number, port: number, startedAtMs: number, lane: Read["lane"] = "fast"): Read {
  const seen = { version, owners: [PLAYER], balances: null, entries: null };
  const answer = { status: 200, code: null, retryAfter: null, seen };
  const endedAtMs = startedAtMs + 1;
  return { session: "reader", playerId: PLAYER, kind: "PlayerState", lane, port, startedAtMs, endedAtMs, ...answer };
}
