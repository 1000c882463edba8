// The checker by itself, on histories made by hand: a right one passes, and each thing that can be wrong with it is
// said, by the law that it breaks.

import { describe, expect, it } from "vitest";
import { check } from "./kit/checker.ts";
import type { Case } from "./kit/evidence.ts";
import type { Answer, Ask, Entry, Outcome } from "./kit/history.ts";
import { placeOf, type LedgerEntry, type Rows, type StoredAnswer } from "./kit/rows.ts";

const ANN = 1;
const BOB = 2;
const [WORM, BERRY, BIRD] = [4, 5, 3];
const KEYS = Array.from({ length: 9 }, (_, n) => `0000000${n}-0000-4000-8000-00000000000${n}`);

describe("a right history", () => {
  it("passes: done, refused, failed, unknown, twins, replays, transfers and reads", () => {
    expect(sentences(right())).toEqual([]);
  });

  it("passes when a request without an answer took effect once", () => {
    expect(
      sentences(changed({ entries: (all) => all.map((entry) => (entry.key === KEYS[1] ? lost(entry) : entry)) })),
    ).toEqual([]);
  });

  it("passes when nothing was asked", () => {
    const rows = right().initial;
    expect(check({ ...right(), entries: [], final: rows })).toEqual([]);
  });
});

describe("the ledger", () => {
  it("must have what was answered", () => {
    const wrong = changed({
      ledger: (all) => all.filter(({ version, playerId }) => playerId !== ANN || version !== 4),
      versions: [[ANN, 3]],
      balances: [[ANN, WORM, 1]],
    });
    expect(sentences(wrong)).toContainEqual(
      expect.stringMatching(/^ledger: SpendItems .* entry 1.4 is not in the ledger/),
    );
  });

  it("must not have what nobody sent", () => {
    const extra: LedgerEntry = { playerId: BOB, version: 3, kind: "GRANT", peer: null, lines: [line(WORM, 1, 0)] };
    const wrong = changed({ ledger: (all) => [...all, extra], versions: [[BOB, 3]], balances: [[BOB, WORM, 3]] });
    expect(sentences(wrong)).toEqual(["ledger: entry 2.3 (GRANT) was sent by nobody"]);
  });

  it("must not have what everybody was told had failed", () => {
    const wrong = changed({ stored: (all) => [...all, stored(KEYS[4]!, ANN, [], ["INSUFFICIENT_ITEMS"])] });
    expect(sentences(wrong)).toContainEqual(
      expect.stringMatching(/^ledger: SpendItems .* failed, as everybody was told/),
    );
  });

  it("must not have one entry for two requests", () => {
    const wrong = changed({
      entries: (all) => [...all, wrote(KEYS[8]!, spend(ANN, WORM, 1), done([[ANN, 4]], [[WORM, 0]]), [90, 95])],
      stored: (all) => [...all, stored(KEYS[8]!, ANN, [[ANN, 4]])],
    });
    expect(sentences(wrong)).toContainEqual(expect.stringMatching(/^ledger: entry 1.4 .* is the effect of .* and of /));
  });

  it("must not have answers under keys that nobody sent", () => {
    const wrong = changed({ stored: (all) => [...all, stored(KEYS[8]!, ANN, [], ["NOT_FOUND"])] });
    expect(sentences(wrong)).toEqual([
      expect.stringMatching(/^ledger: an answer is stored under a key that nobody sent/),
    ]);
  });

  it("must say what was asked for", () => {
    const wrong = changed({
      ledger: (all) =>
        all.map((entry) => (entry.version === 2 && entry.playerId === ANN ? { ...entry, kind: "COLLECT" } : entry)),
    });
    expect(sentences(wrong)).toEqual([
      expect.stringMatching(/^effect: GrantItems .* asked for GRANT .* the ledger has COLLECT/),
    ]);
  });
});

describe("answers", () => {
  it("must be equal for one key", () => {
    const other = wrote(KEYS[2]!, spend(ANN, WORM, 9), done([[ANN, 4]], [[WORM, 0]]), [90, 95]);
    expect(laws(changed({ entries: (all) => [...all, other] }))).toContain("answers");
  });

  it("must be stored, refusals too", () => {
    const wrong = changed({ stored: (all) => all.filter(({ keyHex }) => keyHex !== hex(KEYS[2]!)) });
    expect(sentences(wrong)).toEqual([expect.stringMatching(/^answers: SpendItems .* its answer is not stored/)]);
  });

  it("must be stored as they were told", () => {
    const wrong = changed({
      stored: (all) =>
        all.map((one) => (one.keyHex === hex(KEYS[2]!) ? { ...one, refusalCodes: ["STALE_VERSION"] } : one)),
    });
    expect(sentences(wrong)).toEqual([expect.stringMatching(/^answers: SpendItems .* is stored/)]);
  });

  it("must not be those of a request that had failed", () => {
    const wrong = changed({
      entries: (all) =>
        all.map((entry) =>
          entry.key === KEYS[0] ? { ...entry, answer: { ...entry.answer!, replayed: true } } : entry,
        ),
    });
    const sentence = expect.stringMatching(/^answers: GrantItems .* every earlier request was told/);
    expect(sentences(wrong)).toEqual([sentence, sentence]);
  });

  it("must tell the balances that the ledger has", () => {
    const wrong = withAnswer(KEYS[0]!, done([[ANN, 2]], [[WORM, 7]]));
    expect(sentences(wrong)).toEqual([
      expect.stringMatching(/^effect: GrantItems .* was told that 7 of item 4 are left/),
    ]);
  });
});

describe("the books", () => {
  it("must balance", () => {
    const wrong = changed({ balances: [[ANN, WORM, 5]] });
    expect(sentences(wrong)).toEqual([
      "balances: the balance of 1.4 (player, item) is 5, and the ledger says 0",
      "balances: of item 4, -5 more were received than spent or kept, over all players",
    ]);
  });

  it("must never go below zero", () => {
    const wrong = changed({
      initial: [[ANN, WORM, -2]],
      balances: [[ANN, WORM, -4]],
    });
    expect(laws(wrong)).toContain("balances");
    expect(sentences(wrong)).toContainEqual(
      expect.stringMatching(/^balances: player 1 had -\d of item 4 after version/),
    );
  });

  it("must have whole transfers", () => {
    const wrong = changed({
      ledger: (all) => all.filter(({ playerId, version }) => playerId !== BOB || version !== 2),
      versions: [[BOB, 1]],
      balances: [[BOB, WORM, 0]],
    });
    expect(sentences(wrong)).toContain("transfers: the transfer in entry 1.3 has no other half");
  });

  it("must have halves that name each other and say the same", () => {
    const renamed = changed({
      ledger: (all) =>
        all.map((entry) =>
          entry.playerId === BOB && entry.peer ? { ...entry, peer: { playerId: ANN, version: 2 } } : entry,
        ),
    });
    expect(sentences(renamed)).toContain("transfers: the transfer in entry 1.3 names a half that does not name it");
    const unequal = changed({
      ledger: (all) =>
        all.map((entry) => (entry.playerId === BOB && entry.peer ? { ...entry, lines: [line(WORM, 3, 0)] } : entry)),
      balances: [[BOB, WORM, 3]],
    });
    expect(sentences(unequal)).toContain("transfers: the halves of the transfer in entry 1.3 say different things");
  });

  it("must have dense versions, as the player's row says", () => {
    expect(sentences(changed({ versions: [[ANN, 5]] }))).toEqual([
      "versions: player 1 has version 5, and entries up to 4",
    ]);
    const gap = changed({ ledger: (all) => all.filter(({ version, playerId }) => playerId !== ANN || version !== 3) });
    expect(sentences(gap)).toContain("versions: player 1 has a gap before version 4");
  });
});

describe("time", () => {
  it("gives what had ended before something else began the smaller version", () => {
    // The spend of version 4 is told before the transfer of version 3 is asked for.
    expect(laws(withTimes(KEYS[3]!, [12, 14]))).toContain("order");
  });

  it("lets a session see versions grow", () => {
    const again = read(ANN, 3, [[WORM, 1]], [200, 210]);
    const wrong = changed({ entries: (all) => [...all, read(ANN, 4, [[WORM, 0]], [180, 190]), again] });
    expect(sentences(wrong)).toContain("order: a session of player 1 saw version 4, and then 3 (PlayerState)");
  });

  it("explains every refusal at a moment between request and answer", () => {
    const wrong = withAnswer(KEYS[2]!, refused("INSUFFICIENT_ITEMS", { itemId: WORM, have: 5, need: 9 }));
    expect(sentences(wrong)).toEqual([
      expect.stringMatching(/^refusals: SpendItems .* 5 of 9, which holds at no version/),
    ]);
    const enough = withAnswer(KEYS[2]!, refused("INSUFFICIENT_ITEMS", { itemId: WORM, have: 9, need: 9 }));
    expect(laws(enough)).toEqual(["refusals"]);
    const later = withTimes(KEYS[2]!, [70, 80]);
    expect(laws(later)).toEqual(["refusals"]);
  });

  it("lets nobody read what is older than what it was told", () => {
    const wrong = changed({ entries: (all) => [...all, read(BOB, 1, [[WORM, 0]], [90, 95])] });
    expect(sentences(wrong)).toContain("reads: player 2 read version 1 after 2 had been told");
  });

  it("lets nobody read what has not happened, nor balances of no moment", () => {
    const early = changed({ entries: (all) => [...all, read(BOB, 2, [[WORM, 2]], [1, 2])] });
    expect(sentences(early)).toEqual(["reads: player 2 read version 2 when 1 was the last"]);
    const mixed = changed({ entries: (all) => [...all, read(ANN, 4, [[WORM, 3]], [90, 95])] });
    expect(sentences(mixed)).toEqual([
      expect.stringMatching(/^reads: player 1 read balances that it has at no version/),
    ]);
  });
});

describe("manners", () => {
  it.each([
    ["a status that nothing explains", { status: 500, code: "INTERNAL_SERVER_ERROR" }],
    ["an error with status 200", { status: 200, code: "FORBIDDEN" }],
    ["a 503 with another code", { status: 503, code: "INTERNAL_SERVER_ERROR", retryAfter: "1" }],
    ["a 503 without Retry-After", { status: 503, code: "TIMEOUT", retryAfter: null }],
  ])("are not %s", (_, words) => {
    const answer = { ...failed().answer!, ...words };
    const entry = { ...wrote(KEYS[8]!, spend(ANN, WORM, 1), failed(), [90, 95]), answer };
    expect(laws(changed({ entries: (all) => [...all, entry] }))).toEqual(["manners"]);
  });

  it("keep what is private to its player", () => {
    const own = read(ANN, 4, [[WORM, 0]], [90, 95]);
    const text = own.answer!.text.replace(markerOf(ANN), markerOf(BOB));
    const wrong = changed({ entries: (all) => [...all, { ...own, answer: { ...own.answer!, text } }] });
    expect(laws(wrong)).toContain("privacy");
    expect(sentences(wrong)).toContain(
      "privacy: an answer to player 1 (PlayerState) shows what is private to player 2",
    );
  });
});

it("knows a recipe and a collected place", () => {
  const exchange = wrote(
    KEYS[6]!,
    { kind: "ExchangeItems", playerId: BOB, itemId: BIRD, times: 1 },
    done(
      [[BOB, 3]],
      [
        [BIRD, 1],
        [WORM, 1],
        [BERRY, 9],
      ],
    ),
    [100, 110],
  );
  const collect = wrote(
    KEYS[7]!,
    { kind: "CollectItem", playerId: BOB, n: 1 },
    done([[BOB, 4]], [[WORM, 2]]),
    [110, 120],
  );
  const grown = changed({
    entries: (all) => [...all, exchange, collect],
    ledger: (all) => [
      ...all,
      {
        playerId: BOB,
        version: 3,
        kind: "EXCHANGE",
        peer: null,
        lines: [line(BIRD, 1, 0), line(WORM, 0, 1), line(BERRY, 0, 1)],
      },
      { playerId: BOB, version: 4, kind: "COLLECT", peer: null, lines: [line(WORM, 1, 0)] },
    ],
    stored: (all) => [...all, stored(KEYS[6]!, BOB, [[BOB, 3]]), stored(KEYS[7]!, BOB, [[BOB, 4]])],
    versions: [[BOB, 4]],
    balances: [
      [BOB, WORM, 2],
      [BOB, BIRD, 1],
      [BOB, BERRY, 9],
    ],
  });
  const gone = { ...grown, final: { ...grown.final, itemLocations: new Map<string, number>() } };
  expect(sentences(gone)).toEqual([]);
  expect(sentences(grown)).toEqual(["effect: item location 2.1 was collected, and is still there"]);
  const unasked = { ...right(), final: { ...right().final, itemLocations: new Map<string, number>() } };
  expect(sentences(unasked)).toEqual(["effect: item location 2.1 is gone, and nobody collected it"]);
});

/**
 * Ann has nothing at version 1, is granted 3 worms (2), sends Bob 2 (3), spends 1 (4); a spend of 9 was refused in
 * between, one failed, one is not known and did not happen. Bob asks for his state, and a twin asks again.
 */
function right(): Case {
  const twin = { ...wrote(KEYS[0]!, grant(ANN, WORM, 3), done([[ANN, 2]], [[WORM, 3]]), [11, 21]), session: "twin" };
  return {
    entries: [
      wrote(KEYS[0]!, grant(ANN, WORM, 3), done([[ANN, 2]], [[WORM, 3]]), [10, 20]),
      { ...twin, answer: { ...twin.answer!, replayed: true } },
      wrote(KEYS[2]!, spend(ANN, WORM, 9), refused("INSUFFICIENT_ITEMS", { itemId: WORM, have: 3, need: 9 }), [21, 25]),
      wrote(KEYS[1]!, transfer(ANN, BOB, WORM, 2), sent([ANN, 3], [BOB, 2]), [30, 40]),
      wrote(KEYS[3]!, spend(ANN, WORM, 1), done([[ANN, 4]], [[WORM, 0]]), [50, 60]),
      wrote(KEYS[4]!, spend(ANN, WORM, 1), failed(), [61, 62]),
      lost(wrote(KEYS[5]!, spend(ANN, WORM, 1), failed(), [63, 64])),
      read(
        BOB,
        2,
        [
          [WORM, 2],
          [BERRY, 10],
        ],
        [65, 70],
      ),
    ],
    recipes: new Map([
      [
        BIRD,
        [
          { itemId: WORM, count: 1 },
          { itemId: BERRY, count: 1 },
        ],
      ],
    ]),
    markers: new Map([ANN, BOB].map((playerId) => [playerId, markerOf(playerId)])),
    initial: {
      versions: new Map([
        [ANN, 1],
        [BOB, 1],
      ]),
      balances: new Map([[placeOf(BOB, BERRY), 10]]),
      ledger: [ANN, BOB].map((playerId) => ({ playerId, version: 1, kind: "GRANT", peer: null, lines: [] })),
      storedAnswers: [],
      itemLocations: new Map([[placeOf(BOB, 1), WORM]]),
    },
    final: {
      versions: new Map([
        [ANN, 4],
        [BOB, 2],
      ]),
      balances: new Map([
        [placeOf(ANN, WORM), 0],
        [placeOf(BOB, WORM), 2],
        [placeOf(BOB, BERRY), 10],
      ]),
      ledger: [
        ...[ANN, BOB].map((playerId) => ({ playerId, version: 1, kind: "GRANT", peer: null, lines: [] })),
        { playerId: ANN, version: 2, kind: "GRANT", peer: null, lines: [line(WORM, 3, 0)] },
        { playerId: ANN, version: 3, kind: "TRANSFER", peer: { playerId: BOB, version: 2 }, lines: [line(WORM, 0, 2)] },
        { playerId: BOB, version: 2, kind: "TRANSFER", peer: { playerId: ANN, version: 3 }, lines: [line(WORM, 2, 0)] },
        { playerId: ANN, version: 4, kind: "SPEND", peer: null, lines: [line(WORM, 0, 1)] },
      ],
      storedAnswers: [
        stored(KEYS[0]!, ANN, [[ANN, 2]]),
        stored(KEYS[1]!, ANN, [
          [ANN, 3],
          [BOB, 2],
        ]),
        stored(KEYS[2]!, ANN, [], ["INSUFFICIENT_ITEMS"]),
        stored(KEYS[3]!, ANN, [[ANN, 4]]),
      ],
      itemLocations: new Map([[placeOf(BOB, 1), WORM]]),
    },
  };
}

/** The right case with something else in it. */
function changed(changes: {
  readonly entries?: (all: readonly Entry[]) => readonly Entry[];
  readonly ledger?: (all: Rows["ledger"]) => Rows["ledger"];
  readonly stored?: (all: Rows["storedAnswers"]) => Rows["storedAnswers"];
  readonly versions?: readonly [number, number][];
  readonly balances?: readonly [number, number, number][];
  readonly initial?: readonly [number, number, number][];
}): Case {
  const { entries, initial, final, ...others } = right();
  const same = <T>(all: T): T => all;
  const withBalances = (rows: Rows, balances: readonly [number, number, number][] = []) =>
    new Map([
      ...rows.balances,
      ...balances.map(([playerId, itemId, n]): [string, number] => [placeOf(playerId, itemId), n]),
    ]);
  return {
    ...others,
    entries: (changes.entries ?? same)(entries),
    initial: { ...initial, balances: withBalances(initial, changes.initial) },
    final: {
      ...final,
      ledger: (changes.ledger ?? same)(final.ledger),
      storedAnswers: (changes.stored ?? same)(final.storedAnswers),
      versions: new Map([...final.versions, ...(changes.versions ?? [])]),
      balances: withBalances(final, changes.balances),
    },
  };
}

function withAnswer(key: string, told: Told): Case {
  return changed({
    entries: (all) =>
      all
        .map((entry) => (entry.key === key && entry.session !== "twin" ? { ...entry, ...told } : entry))
        .filter(({ session }) => session !== "twin"),
  });
}

function withTimes(key: string, [startedAtMs, endedAtMs]: readonly [number, number]): Case {
  return changed({
    entries: (all) => all.map((entry) => (entry.key === key ? { ...entry, startedAtMs, endedAtMs } : entry)),
  });
}

type Told = Pick<Entry, "outcome" | "answer">;

function wrote(key: string, ask: Ask, told: Told, [startedAtMs, endedAtMs]: readonly [number, number]): Entry {
  return { session: `of ${ask.playerId}`, key, ask, startedAtMs, endedAtMs, ...told };
}

function lost(entry: Entry): Entry {
  return { ...entry, endedAtMs: null, outcome: "unknown", answer: null };
}

function read(
  playerId: number,
  version: number,
  quantities: readonly [number, number][],
  [startedAtMs, endedAtMs]: readonly [number, number],
): Entry {
  const nodes = quantities.map(([itemId, quantity]) => ({
    item: { id: id(`Item:${itemId}`) },
    quantity: String(quantity),
  }));
  const player = { version: String(version), displayName: markerOf(playerId), state: { nodes } };
  const answer = answered("ok", { data: { player } }, version);
  return {
    session: `of ${playerId}`,
    key: null,
    ask: { kind: "PlayerState", playerId },
    startedAtMs,
    endedAtMs,
    ...answer,
  };
}

function done([[playerId, version]]: readonly [readonly [number, number]], changes: readonly [number, number][]): Told {
  const payload = {
    transaction: { id: id(`ItemTransaction:${playerId}.${version}`) },
    changes: changes.map(([itemId, quantity]) => ({ item: { id: id(`Item:${itemId}`) }, quantity: String(quantity) })),
    userErrors: [],
  };
  return answered("ok", { data: { write: payload } }, version);
}

function sent(...[from, to]: readonly [readonly [number, number], readonly [number, number]]): Told {
  const half = (own: readonly [number, number]) => ({ id: id(`ItemTransaction:${own.join(".")}`) });
  return answered("ok", { data: { write: { sent: half(from), received: half(to), userErrors: [] } } }, from[1]);
}

function refused(code: string, { itemId, have, need }: { itemId: number; have: number; need: number }): Told {
  const userError = {
    code,
    item: { id: id(`Item:${itemId}`) },
    have: String(have),
    need: String(need),
    currentVersion: null,
  };
  return answered("refused", { data: { write: { transaction: null, changes: [], userErrors: [userError] } } }, null);
}

function failed(): Told {
  return {
    outcome: "fail",
    answer: { status: 503, retryAfter: "1", code: "TIMEOUT", text: "{}", replayed: null, version: null },
  };
}

function answered(outcome: Outcome, body: object, version: number | null): Told {
  const answer: Answer = {
    status: 200,
    retryAfter: null,
    code: null,
    text: JSON.stringify(body),
    replayed: false,
    version,
  };
  return { outcome, answer };
}

function stored(
  key: string,
  playerId: number,
  transactions: readonly [number, number][],
  refusalCodes: readonly string[] = [],
): StoredAnswer {
  return {
    playerId,
    keyHex: hex(key),
    transactions: transactions.map(([ofPlayer, version]) => ({ playerId: ofPlayer, version })),
    refusalCodes,
  };
}

function grant(playerId: number, itemId: number, count: number): Ask {
  return { kind: "GrantItems", playerId, items: [{ itemId, count }] };
}

function spend(playerId: number, itemId: number, count: number): Ask {
  return { kind: "SpendItems", playerId, items: [{ itemId, count }] };
}

function transfer(playerId: number, toPlayerId: number, itemId: number, count: number): Ask {
  return { kind: "TransferItems", playerId, toPlayerId, items: [{ itemId, count }] };
}

function line(itemId: number, received: number, spent: number): LedgerEntry["lines"][number] {
  return { itemId, received, spent };
}

function markerOf(playerId: number): string {
  return `4${String(playerId).padStart(15, "0")}`;
}

function id(text: string): string {
  return Buffer.from(text).toString("base64url");
}

function hex(key: string): string {
  return key.replaceAll("-", "");
}

function sentences(given: Case): string[] {
  return check(given).map(({ law, sentence }) => `${law}: ${sentence}`);
}

function laws(given: Case): string[] {
  return [...new Set(check(given).map(({ law }) => law))];
}
