// The item ledger of a player: newest first, whole or by item, each entry with its two sides.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { itemGlobalId, itemTransactionGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertPlayer, insertTransactions, type TransactionFixture } from "../kit/fixtures.ts";
import { walk } from "../kit/lists.ts";

const ledger: readonly TransactionFixture[] = [
  { kind: "GRANT", recordedAt: "2026-01-01 00:00:00.000", lines: [{ itemId: 4, received: 9n }] },
  // Lines in the order of item ids, however they were put in.
  {
    kind: "COLLECT",
    recordedAt: "2026-01-02 00:00:00.001",
    lines: [
      { itemId: 6, received: 1n },
      { itemId: 5, received: 3n },
    ],
  },
  {
    kind: "EXCHANGE",
    recordedAt: "2026-01-03 00:00:00.020",
    lines: [
      { itemId: 4, spent: 2n },
      { itemId: 5, spent: 1n },
      { itemId: 1, received: 1n },
    ],
  },
  // Recorded before the one below it: the order is that of versions, not of clocks.
  { kind: "TRANSFER", recordedAt: "2025-12-31 23:59:59.999", lines: [{ itemId: 5, spent: 1n }], peerPlayerId: 1 },
  { kind: "SPEND", recordedAt: "2026-01-05 12:34:56.789", lines: [{ itemId: 4, received: 1n, spent: 3n }] },
];

let api: TestApi;
let playerId: number;
let token: string;
beforeAll(async () => {
  api = await startApi();
  playerId = await insertPlayer(api.database);
  token = api.tokenFor(playerId);
  await insertTransactions(api.database, playerId, ledger);
  // A neighbour in the table, on both sides of it.
  await insertTransactions(api.database, playerId - 1, [{ lines: [{ itemId: 4, received: 100n }] }]);
  await insertTransactions(api.database, await insertPlayer(api.database), [
    { lines: [{ itemId: 4, received: 100n }] },
  ]);
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const side = "{ item { id } count }";
const entry = `id kind version recordedAt received ${side} spent ${side}`;

it("shows every entry with its kind, version, moment and both sides", async () => {
  const { viewer } = await api.read({
    query: `{ viewer { version transactions(first: 100) { nodes { ${entry} } } } }`,
    token,
  });
  expect(viewer.version).toBe("5");
  expect(viewer.transactions.nodes).toEqual(ledger.map(nodeOf).toReversed());
});

it.each([
  [1, [3]],
  [4, [5, 3, 1]],
  [5, [4, 3, 2]],
  [6, [2]],
  [2, []],
  [999_999, []],
])("shows of item %i alone the versions %j", async (itemId, versions) => {
  const { viewer } = await api.read({
    query: `query ($itemId: ID) { viewer { transactions(first: 100, itemId: $itemId) { nodes { ${entry} } } } }`,
    variables: { itemId: itemGlobalId(BigInt(itemId)) },
    token,
  });
  // Whole entries: the lines of other items are there too.
  expect(viewer.transactions.nodes).toEqual(versions.map((version) => nodeOf(ledger[version - 1]!, version - 1)));
});

it.each([undefined, 4, 5])("pages through the entries of item %s", async (itemId) => {
  const filter = itemId === undefined ? "" : `itemId: "${itemGlobalId(BigInt(itemId))}"`;
  const list = { field: "Player.transactions", playerId, filter } as const;
  const [whole] = await walk(api, list, 100);
  for (const first of [1, 2]) {
    expect((await walk(api, list, first)).flatMap(({ nodes }) => nodes)).toEqual(whole!.nodes);
  }
});

it("shows one entry by its id as in the list", async () => {
  for (const [place, transaction] of ledger.entries()) {
    const { node } = await api.read({
      query: `query ($id: ID!) { node(id: $id) { ... on ItemTransaction { ${entry} } } }`,
      variables: { id: itemTransactionGlobalId(BigInt(playerId), BigInt(place + 1)) },
      token,
    });
    expect(node).toEqual(nodeOf(transaction, place));
  }
});

it("reads no ledger for a player without one", async () => {
  const newcomer = await insertPlayer(api.database);
  const query = "{ viewer { version transactions(first: 100) { nodes { id } } } }";
  expect(await api.read({ query, token: api.tokenFor(newcomer) })).toEqual({
    viewer: { version: "0", transactions: { nodes: [] } },
  });
  expect(api.statements).toHaveLength(1);
});

function nodeOf({ kind, recordedAt, lines }: TransactionFixture, place: number) {
  const sorted = lines.toSorted((a, b) => a.itemId - b.itemId);
  const sideOf = (name: "received" | "spent") =>
    sorted.flatMap(({ itemId, [name]: count = 0n }) =>
      count === 0n ? [] : [{ item: { id: itemGlobalId(BigInt(itemId)) }, count: String(count) }],
    );
  return {
    id: itemTransactionGlobalId(BigInt(playerId), BigInt(place + 1)),
    kind,
    version: String(place + 1),
    recordedAt: `${recordedAt!.replace(" ", "T")}Z`,
    received: sideOf("received"),
    spent: sideOf("spent"),
  };
}
