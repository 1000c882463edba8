// Each write on a player's items, as an app sends it: the new entry, the new version, the balances that changed,
// all as the database has them afterwards, and the next read shows them.

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
  playerGlobalId,
} from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { balanceOf, grant, lines, mismatchesIn, write } from "../kit/writes.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ fill: ({ migratorDatabaseUrl }) => seedDemo({ migratorDatabaseUrl, playerCount: 12 }) });
});
afterEach(async () => {
  expect(await mismatchesIn(api)).toEqual([]);
});
afterAll(() => api.close());

const service = () => api.tokenFor("games", "service");
const player = (id: number) => playerGlobalId(BigInt(id));

async function versionOf(playerId: number): Promise<bigint> {
  const [row] = await api.database.query("SELECT version FROM player WHERE id = ?", [playerId]);
  return BigInt(row.version);
}

it("grants", async () => {
  const [version, before] = [await versionOf(5), await balanceOf(api, 5, 4)];
  const { status, payload, replayed } = await write(api.url, {
    operation: "GrantItems",
    input: { playerId: player(5), items: lines({ 4: 7, 6: 1 }) },
    token: service(),
  });
  expect([status, replayed]).toEqual([200, false]);
  expect(payload.userErrors).toEqual([]);
  expect(payload.transaction).toMatchObject({
    id: itemTransactionGlobalId(5n, version + 1n),
    kind: "GRANT",
    version: String(version + 1n),
  });
  expect(payload.player).toEqual({ id: player(5), version: String(version + 1n) });
  expect(payload.changes[0]).toEqual({ item: { id: itemGlobalId(4n) }, quantity: String(before + 7n) });
  expect(await balanceOf(api, 5, 4)).toBe(before + 7n);
  const { viewer } = await api.read({
    query: `{ viewer { version quantity(itemId: "${itemGlobalId(4n)}") transactions(first: 1) { nodes { id kind received { count } spent { count } } } } }`,
    token: api.tokenFor(5),
  });
  expect(viewer).toEqual({
    version: String(version + 1n),
    quantity: String(before + 7n),
    transactions: {
      nodes: [{ id: payload.transaction.id, kind: "GRANT", received: [{ count: "7" }, { count: "1" }], spent: [] }],
    },
  });
});

it("spends what the player has, all of it too", async () => {
  await grant(api, 6, { 4: 3 });
  const have = await balanceOf(api, 6, 4);
  const { payload } = await write(api.url, {
    operation: "SpendItems",
    input: { items: lines({ 4: have }) },
    token: api.tokenFor(6),
  });
  expect(payload.changes).toEqual([{ item: { id: itemGlobalId(4n) }, quantity: "0" }]);
  expect(payload.transaction.kind).toBe("SPEND");
  expect(await balanceOf(api, 6, 4)).toBe(0n);
});

// The western tanager (1) costs two worms (4) and a berry (5).
it("exchanges a recipe as often as asked", async () => {
  await grant(api, 7, { 4: 10, 5: 10 });
  const [tanagers, worms, berries] = await Promise.all([1, 4, 5].map((item) => balanceOf(api, 7, item)));
  const { payload } = await write(api.url, {
    operation: "ExchangeItems",
    input: { itemId: itemGlobalId(1n), times: "3" },
    token: api.tokenFor(7),
  });
  expect(payload.userErrors).toEqual([]);
  expect(payload.changes).toEqual([
    { item: { id: itemGlobalId(1n) }, quantity: String(tanagers! + 3n) },
    { item: { id: itemGlobalId(4n) }, quantity: String(worms! - 6n) },
    { item: { id: itemGlobalId(5n) }, quantity: String(berries! - 3n) },
  ]);
});

it("collects what lies within reach, and it lies there no more", async () => {
  const [place] = await api.database.query(
    "SELECT player_id, n, item_id, lat, lng FROM item_location WHERE player_id = 8 ORDER BY n LIMIT 1",
  );
  const before = await balanceOf(api, 8, Number(place.item_id));
  const input = {
    itemLocationId: itemLocationGlobalId(8n, BigInt(place.n)),
    at: { lat: place.lat + 0.0001, lng: place.lng },
  };
  const { payload } = await write(api.url, { operation: "CollectItem", input, token: api.tokenFor(8) });
  expect(payload.userErrors).toEqual([]);
  expect(payload.transaction.kind).toBe("COLLECT");
  expect(await balanceOf(api, 8, Number(place.item_id))).toBe(before + 1n);
  expect(await api.database.query("SELECT 1 FROM item_location WHERE player_id = 8 AND n = ?", [place.n])).toEqual([]);
  const again = await write(api.url, { operation: "CollectItem", input, token: api.tokenFor(8) });
  expect(again.payload.userErrors).toMatchObject([{ code: "NOT_FOUND", field: ["input", "itemLocationId"] }]);
});

it("transfers, with an entry in each ledger that names the other", async () => {
  await grant(api, 9, { 6: 5 });
  const [sender, receiver] = await Promise.all([balanceOf(api, 9, 6), balanceOf(api, 10, 6)]);
  const { payload } = await write(api.url, {
    operation: "TransferItems",
    input: { toPlayerId: player(10), items: lines({ 6: 2 }) },
    token: api.tokenFor(9),
  });
  expect(payload.userErrors).toEqual([]);
  expect(payload.sent.id).toBe(itemTransactionGlobalId(9n, await versionOf(9)));
  expect(payload.received.id).toBe(itemTransactionGlobalId(10n, await versionOf(10)));
  expect(await Promise.all([balanceOf(api, 9, 6), balanceOf(api, 10, 6)])).toEqual([sender - 2n, receiver + 2n]);
});

it("inserts and updates items and locations, and lays the one at the other", async () => {
  const items = await write(api.url, {
    operation: "UpsertItems",
    input: {
      items: [
        { externalId: "seed-1", kind: "SPENDABLE", displayName: "seed" },
        {
          externalId: "bird-1",
          kind: "RECEIVABLE",
          displayName: "bird",
          recipe: [{ externalId: "seed-1", count: "2" }],
        },
      ],
    },
    token: service(),
  });
  expect(items.payload.userErrors).toEqual([]);
  const renamed = await write(api.url, {
    operation: "UpsertItems",
    input: { items: [{ externalId: "bird-1", kind: "RECEIVABLE", displayName: "early bird" }] },
    token: service(),
  });
  expect(renamed.payload.items[0].id).toBe(items.payload.items[1].id);
  const read = await api.read({
    query: `{ node(id: "${renamed.payload.items[0].id}") { ... on Item { displayName recipe { count item { displayName } } } } }`,
  });
  expect(read.node).toEqual({ displayName: "early bird", recipe: [{ count: "2", item: { displayName: "seed" } }] });

  const locations = await write(api.url, {
    operation: "UpsertLocations",
    input: { locations: [{ externalId: "oak", name: "the old oak", point: { lat: 52.52, lng: 13.405 } }] },
    token: service(),
  });
  const locationId = locations.payload.locations[0].id;
  const assigned = await write(api.url, {
    operation: "AssignItemLocations",
    input: { assignments: [{ playerId: player(11), itemId: items.payload.items[0].id, locationId }] },
    token: service(),
  });
  expect(assigned.payload.userErrors).toEqual([]);
  const { viewer } = await api.read({
    query:
      "{ viewer { itemLocations(near: { lat: 52.52, lng: 13.405 }, withinMeters: 10, first: 5) { nodes { id location { name } } } } }",
    token: api.tokenFor(11),
  });
  expect(viewer.itemLocations.nodes).toContainEqual({
    id: assigned.payload.itemLocations[0].id,
    location: { name: "the old oak" },
  });
  const moved = await write(api.url, {
    operation: "UpsertLocations",
    input: { locations: [{ externalId: "oak", name: "the old oak", point: { lat: 1, lng: 1 } }] },
    token: service(),
  });
  expect(moved.payload.userErrors).toMatchObject([{ code: "INVALID", field: ["input", "locations", "0", "point"] }]);
  expect(locationId).toBe(locationGlobalId(BigInt((await lastLocationId()) as number)));
});

async function lastLocationId(): Promise<unknown> {
  const [row] = await api.database.query("SELECT MAX(id) AS id FROM location");
  return row.id;
}
