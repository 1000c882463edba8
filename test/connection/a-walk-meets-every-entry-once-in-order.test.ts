// Every connection of the schema, read with every page size: the whole list comes exactly once and in
// its order, with honest page infos, and no statement skips rows by counting them.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
import { listFields, readPage, walk, type List, type ListField, type Page } from "../kit/lists.ts";
import { coordinatesOfFieldsOf } from "../kit/schema.ts";

const ENTRIES = 7;

let api: TestApi;
let owner: number;
let newcomer: number;
/** What each list must hold, in order, made from what was put in. */
const expected = {} as Record<ListField, object[]>;
beforeAll(async () => {
  api = await startApi();
  const { database } = api;
  const id = (owner = await insertPlayer(database));
  const key = BigInt(owner);
  newcomer = await insertPlayer(database);

  // The catalogue has six vector items. One more makes seven.
  const [own] = await insertItems(database, [{ displayName: "apple" }]);
  const itemIds = [1, 2, 3, 4, 5, 6, own!];
  expected["Query.items"] = itemIds.map((itemId) => ({ id: itemGlobalId(BigInt(itemId)) }));

  const versions = Array.from({ length: ENTRIES }, (_, place) => place + 1);
  await insertTransactions(
    database,
    id,
    versions.map((n) => ({ lines: [{ itemId: 4, received: BigInt(n) }] })),
  );
  expected["Player.transactions"] = versions.toReversed().map((n) => ({ id: itemTransactionGlobalId(key, BigInt(n)) }));
  expected["Player.state"] = itemIds.map((itemId) => ({
    item: { id: itemGlobalId(BigInt(itemId)) },
    quantity: itemId === 4 ? "28" : "0",
  }));

  // Northwards along a meridian, put in out of order; the first two lie at the same place.
  const steps = [3, 0, 5, 1, 0, 4, 2];
  const ns = await insertItemLocations(
    database,
    id,
    steps.map((step) => ({ lat: 52.5 + step / 1000, lng: 13.4 })),
  );
  expected["Player.itemLocations"] = steps
    .map((step, place) => ({ step, n: ns[place]! }))
    .toSorted((a, b) => a.step - b.step || a.n - b.n)
    .map(({ n }) => ({ id: itemLocationGlobalId(key, BigInt(n)) }));

  const runIds = await insertRuns(
    database,
    id,
    versions.map((n) => ({ distanceMm: n * 1000 })),
  );
  expected["Player.runs"] = runIds.toReversed().map((runId) => ({ id: runGlobalId(key, runId) }));

  // Seven ranked players: 28 km is the owner's, two pairs are tied.
  const distances = [50_000, 50_000, 28_000, 9_000, 9_000, 9_000, 1];
  const others = await insertPlayers(
    database,
    Array.from({ length: ENTRIES - 1 }, () => ({})),
  );
  await database.query("DELETE FROM run_total");
  const playerIds = [others[0]!, others[1]!, id, others[2]!, others[3]!, others[4]!, others[5]!];
  for (const [place, playerId] of playerIds.entries()) {
    const runs = playerId === id ? [] : [{ distanceMm: distances[place]! }];
    if (playerId !== id) await insertRuns(database, playerId, runs);
  }
  await database.query("INSERT INTO run_total VALUES (?, 28000, 7, NULL, NULL)", [id]);
  expected["Query.leaderboard"] = playerIds.map((playerId, place) => ({
    rank: distances.indexOf(distances[place]!) + 1,
    player: { id: playerGlobalId(BigInt(playerId)) },
    totalDistanceMeters: distances[place]! / 1000,
  }));
});
afterAll(() => api.close());

it("knows every list of the schema", () => {
  expect(coordinatesOfFieldsOf((name) => name.endsWith("Connection"))).toEqual(listFields.toSorted());
});

describe.each(listFields)("%s", (field) => {
  it.each(Array.from({ length: ENTRIES + 1 }, (_, place) => place + 1))("is whole in pages of %i", async (first) => {
    const pages = await walk(api, listOf(field), first);
    expect(pages.flatMap(({ nodes }) => nodes)).toMatchObject(expected[field]);
    expect(pages.flatMap(({ nodes }) => nodes)).toHaveLength(ENTRIES);
    expect(pages.map(({ nodes }) => nodes.length)).toEqual(pageSizes(first));
    pages.forEach(expectHonestPageInfo);
  });

  it("ends behind its last entry: the page after it is empty", async () => {
    const [page] = await walk(api, listOf(field), 100);
    const behind = await readPage(api, listOf(field), { first: 1, after: page!.pageInfo.endCursor });
    expect(behind).toEqual(emptyPage);
  });

  it("takes null for the start", async () => {
    const page = await readPage(api, listOf(field), { first: 2, after: null });
    expect(page).toEqual(await readPage(api, listOf(field), { first: 2 }));
  });
});

it.each(["Player.itemLocations", "Player.transactions", "Player.runs"] as const)(
  "%s of a player without any is an empty page",
  async (field) => {
    expect(await readPage(api, { field, playerId: newcomer }, { first: 1 })).toEqual(emptyPage);
  },
);

it("a leaderboard without anyone and a state without anything are empty pages", async () => {
  const nobody: List = { field: "Query.leaderboard", filter: 'scope: CITY, city: "Nowhere at all"' };
  const nothing: List = { field: "Player.state", playerId: newcomer, filter: "includeZero: false" };
  for (const list of [nobody, nothing]) expect(await readPage(api, list, { first: 1 })).toEqual(emptyPage);
});

it("has skipped no rows by counting them", () => {
  const skipping = api.statements.filter(({ sql }) => /\bOFFSET\b|\bLIMIT\s+[\d?]+\s*,/i.test(sql));
  expect(skipping).toEqual([]);
  expect(api.statements.length).toBeGreaterThan(100);
});

const emptyPage: Page = {
  edges: [],
  nodes: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
};

function listOf(field: ListField): List {
  return { field, playerId: owner };
}

function pageSizes(first: number): number[] {
  return Array.from({ length: Math.ceil(ENTRIES / first) }, (_, page) => Math.min(first, ENTRIES - page * first));
}

function expectHonestPageInfo({ edges, nodes, pageInfo }: Page, place: number, pages: readonly Page[]): void {
  expect(edges.map(({ node }) => node)).toEqual(nodes);
  expect(pageInfo).toEqual({
    hasNextPage: place < pages.length - 1,
    hasPreviousPage: false,
    startCursor: edges[0]!.cursor,
    endCursor: edges.at(-1)!.cursor,
  });
  expect(new Set(edges.map(({ cursor }) => cursor)).size).toBe(edges.length);
}
