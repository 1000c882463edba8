// A cursor is a place in the order, not a count: entries that come or go while a client walks a list
// never make it see a survivor twice or not at all, even when the entry of the cursor itself is gone.

import { afterAll, beforeAll, expect, it } from "vitest";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  playerGlobalId,
  runGlobalId,
} from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import {
  insertItemLocations,
  insertItems,
  insertPlayer,
  insertPlayers,
  insertRuns,
  insertTransactions,
} from "../kit/fixtures.ts";
import { readPage, walk, type List } from "../kit/lists.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ isLedgerWrong: true });
});
afterAll(() => api.close());

/** Reads a page of three, lets `change` happen, and reads the rest in pages of two. */
async function readAround(list: List, change: () => Promise<unknown>): Promise<{ before: string[]; after: string[] }> {
  const page = await readPage(api, list, { first: 3 });
  await change();
  const rest = await walk(api, list, 2, page.pageInfo.endCursor);
  return { before: page.nodes.map(idOf), after: rest.flatMap(({ nodes }) => nodes).map(idOf) };
}

// oxlint-disable-next-line typescript/no-explicit-any -- nodes of six shapes
function idOf(node: any): string {
  return node.id ?? node.item?.id ?? node.player.id;
}

it("the catalogue", async () => {
  const item = (itemId: number) => itemGlobalId(BigInt(itemId));
  await insertItems(api.database, [{ itemId: 100 }, { itemId: 110 }, { itemId: 120 }]);
  const { before, after } = await readAround({ field: "Query.items", filter: "kind: SPENDABLE" }, async () => {
    // Worm, berry and wheat have been read: the last of them goes, one comes before, one behind.
    await api.database.query("DELETE FROM item_recipe WHERE ingredient_item_id = 6");
    await api.database.query("DELETE FROM item WHERE id IN (6, 110)");
    await insertItems(api.database, [{ itemId: 115 }, { itemId: 130 }]);
  });
  expect(before).toEqual([4, 5, 6].map(item));
  expect(after).toEqual([100, 115, 120, 130].map(item));
});

it("a player's state", async () => {
  const playerId = await insertPlayer(api.database);
  const itemIds = [201, 203, 205, 207, 209, 211];
  await insertItems(
    api.database,
    [...itemIds, 202, 210].map((itemId) => ({ itemId })),
  );
  const grants = itemIds.map((itemId) => ({ lines: [{ itemId, received: 1n }] }));
  await insertTransactions(api.database, playerId, grants);
  const list: List = { field: "Player.state", playerId, filter: "includeZero: false" };
  const { before, after } = await readAround(list, () =>
    insertTransactions(api.database, playerId, [
      { lines: [{ itemId: 205, spent: 1n }] },
      { lines: [{ itemId: 207, spent: 1n }] },
      {
        lines: [
          { itemId: 202, received: 1n },
          { itemId: 210, received: 1n },
        ],
      },
    ]),
  );
  expect(before).toEqual([201, 203, 205].map((itemId) => itemGlobalId(BigInt(itemId))));
  expect(after).toEqual([209, 210, 211].map((itemId) => itemGlobalId(BigInt(itemId))));
});

it.each([
  ["few", 0],
  ["many", 10_000],
])("item locations of a player with %s", async (_, nBefore) => {
  const playerId = await insertPlayer(api.database);
  await api.database.query("UPDATE player SET item_location_n_last = ? WHERE id = ?", [nBefore, playerId]);
  const northOf = (step: number) => ({ lat: 52.5 + step / 1000, lng: 13.4 });
  const ns = await insertItemLocations(api.database, playerId, [1, 2, 3, 4, 5, 6].map(northOf));
  const { before, after } = await readAround({ field: "Player.itemLocations", playerId }, async () => {
    await api.database.query("DELETE FROM item_location WHERE player_id = ? AND n IN (?, ?)", [playerId, ns[2], ns[3]]);
    // One nearer than the cursor's place, one at exactly that place, one farther.
    ns.push(...(await insertItemLocations(api.database, playerId, [0.5, 3, 5.5].map(northOf))));
  });
  const ids = ns.map((n) => itemLocationGlobalId(BigInt(playerId), BigInt(n)));
  expect(before).toEqual(ids.slice(0, 3));
  expect(after).toEqual([ids[7], ids[4], ids[8], ids[5]]);
});

it.each([
  ["all", undefined],
  ["those of an item", `itemId: "${itemGlobalId(4n)}"`],
])("item transactions, %s", async (_, filter) => {
  const playerId = await insertPlayer(api.database);
  const grant = { lines: [{ itemId: 4, received: 1n }] };
  await insertTransactions(
    api.database,
    playerId,
    Array.from({ length: 6 }, () => grant),
  );
  const list: List = { field: "Player.transactions", playerId, ...(filter === undefined ? {} : { filter }) };
  // The ledger is only ever added to.
  const { before, after } = await readAround(list, () => insertTransactions(api.database, playerId, [grant, grant]));
  const ids = (versions: number[]) =>
    versions.map((version) => itemTransactionGlobalId(BigInt(playerId), BigInt(version)));
  expect(before).toEqual(ids([6, 5, 4]));
  expect(after).toEqual(ids([3, 2, 1]));
});

it("runs", async () => {
  const playerId = await insertPlayer(api.database);
  const run = (n: number) => ({
    distanceMm: 1,
    runId: `019a00000000700080000000000000${n.toString(16).padStart(2, "0")}`,
  });
  await insertRuns(api.database, playerId, [1, 2, 3, 5, 6, 7].map(run));
  const { before, after } = await readAround({ field: "Player.runs", playerId }, async () => {
    const gone = Buffer.from(run(5).runId, "hex");
    await api.database.query("DELETE FROM run WHERE player_id = ? AND run_id = ?", [playerId, gone]);
    // A late one whose id sorts into what is still to come, and a new one.
    await insertRuns(api.database, playerId, [4, 8].map(run));
  });
  const ids = (numbers: number[]) => numbers.map((n) => runGlobalId(BigInt(playerId), run(n).runId));
  expect(before).toEqual(ids([7, 6, 5]));
  expect(after).toEqual(ids([4, 3, 2, 1]));
});

it("a leaderboard, with ranks as they are by then", async () => {
  const city = "Between Pages";
  const playerIds = await insertPlayers(
    api.database,
    Array.from({ length: 8 }, () => ({ city })),
  );
  const distances = [900, 800, 700, 700, 600, 500];
  for (const [place, distanceMm] of distances.entries()) {
    await insertRuns(api.database, playerIds[place]!, [{ distanceMm }]);
  }
  const list: List = { field: "Query.leaderboard", filter: `scope: CITY, city: "${city}"` };
  const { before, after } = await readAround(list, async () => {
    // The third and the fifth delete their accounts' runs; one newcomer runs farther than all, one less.
    await api.database.query("DELETE FROM run_total WHERE player_id IN (?, ?)", [playerIds[2], playerIds[4]]);
    await insertRuns(api.database, playerIds[6]!, [{ distanceMm: 1000 }]);
    await insertRuns(api.database, playerIds[7]!, [{ distanceMm: 550 }]);
  });
  const ids = playerIds.map((playerId) => playerGlobalId(BigInt(playerId)));
  expect(before).toEqual(ids.slice(0, 3));
  expect(after).toEqual([ids[3], ids[7], ids[5]]);
  const [{ leaderboard: tail }, pages] = [
    await api.read({ query: `{ leaderboard(${list.filter}, first: 9) { nodes { rank } } }` }),
    await walk(api, list, 1),
  ];
  expect(tail.nodes.map(({ rank }: { rank: number }) => rank)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(pages.flatMap(({ nodes }) => nodes).map((node) => (node as { rank: number }).rank)).toEqual([
    1, 2, 3, 4, 5, 6,
  ]);
});
