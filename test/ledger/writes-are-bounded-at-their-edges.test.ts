// How much one write takes: the last number of lines, entries and ingredients that passes and the first that does not,
// counts up to 2^63-1 to the last digit, points at the poles and on the date line, versions from zero.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { itemGlobalId, itemLocationGlobalId, locationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItemLocations, insertItems, insertPlayers } from "../kit/fixtures.ts";
import { contentsOf, write, type WriteAnswer } from "../kit/writes.ts";

const QUANTITY_MAX = 2n ** 63n - 1n;
const ITEM_COUNT = limits.itemLinesMax + 1;

let api: TestApi;
let players: number[];
let items: number[];
beforeAll(async () => {
  api = await startApi();
  players = await insertPlayers(
    api.database,
    Array.from({ length: 16 }, () => ({})),
  );
  items = await insertItems(
    api.database,
    Array.from({ length: ITEM_COUNT }, () => ({})),
  );
});
afterAll(async () => {
  expect(api.logLines).toEqual([]);
  await api.close();
});

let next = 0;
const newPlayer = () => players[next++]!;
const player = (playerId: number) => playerGlobalId(BigInt(playerId));
const item = (itemId: number) => itemGlobalId(BigInt(itemId));
const asStudio = (operation: string, input: object): Promise<WriteAnswer> =>
  write(api.url, { operation, input, token: api.tokenFor("studio", "service") });
const lines = (count: number, many: bigint | string = 1n) =>
  items.slice(0, count).map((itemId) => ({ itemId: item(itemId), count: String(many) }));

describe("lines of items", () => {
  it.each(["GrantItems", "SpendItems", "TransferItems"])("%s takes a hundred and no more", async (operation) => {
    const [from, to] = [newPlayer(), newPlayer()];
    await asStudio("GrantItems", { playerId: player(from), items: lines(limits.itemLinesMax, 2n) });
    const who =
      operation === "TransferItems"
        ? { fromPlayerId: player(from), toPlayerId: player(to) }
        : { playerId: player(from) };
    const most = await asStudio(operation, { ...who, items: lines(limits.itemLinesMax) });
    expect(most.payload.userErrors).toEqual([]);
    const before = await contentsOf(api.database);
    const more = await asStudio(operation, { ...who, items: lines(limits.itemLinesMax + 1) });
    expect(more.payload.userErrors).toMatchObject([{ code: "INVALID", field: ["input", "items"] }]);
    const { idempotency: _, ...after } = await contentsOf(api.database);
    expect(after).toEqual(Object.fromEntries(Object.entries(before).filter(([table]) => table !== "idempotency")));
  });
});

describe("counts", () => {
  it("come and go exactly up to 2^63-1, and not one further", async () => {
    const [one, two] = [newPlayer(), newPlayer()];
    const itemId = items[0]!;
    const give = (playerId: number, count: bigint) =>
      asStudio("GrantItems", { playerId: player(playerId), items: [{ itemId: item(itemId), count: String(count) }] });
    const past53 = 2n ** 53n + 1n;
    expect((await give(one, past53)).payload.changes[0].quantity).toBe(String(past53));
    expect((await give(one, QUANTITY_MAX - past53)).payload.changes[0].quantity).toBe(String(QUANTITY_MAX));
    const over = await give(one, 1n);
    expect(over.payload.userErrors).toMatchObject([{ code: "QUANTITY_OVERFLOW", have: String(QUANTITY_MAX) }]);
    await give(two, 1n);
    const transfer = await asStudio("TransferItems", {
      fromPlayerId: player(two),
      toPlayerId: player(one),
      items: [{ itemId: item(itemId), count: "1" }],
    });
    // What the receiver has is not the sender's to know.
    expect(transfer.payload.userErrors).toMatchObject([{ code: "QUANTITY_OVERFLOW", have: null }]);
    const all = await write(api.url, {
      operation: "SpendItems",
      input: { items: [{ itemId: item(itemId), count: String(QUANTITY_MAX) }] },
      token: api.tokenFor(one),
    });
    expect(all.payload.changes).toEqual([{ item: { id: item(itemId) }, quantity: "0" }]);
  });

  it("of a recipe multiply exactly, and past 2^63-1 are refused", async () => {
    const playerId = newPlayer();
    const half = 2n ** 62n;
    const made = await asStudio("UpsertItems", {
      items: [
        { externalId: "grain of rice", kind: "SPENDABLE", displayName: "grain" },
        {
          externalId: "chessboard",
          kind: "RECEIVABLE",
          displayName: "board",
          recipe: [{ externalId: "grain of rice", count: String(half - 1n) }],
        },
      ],
    });
    const [grain, board] = made.payload.items.map(({ id }: { id: string }) => id);
    await asStudio("GrantItems", {
      playerId: player(playerId),
      items: [{ itemId: grain, count: String(QUANTITY_MAX) }],
    });
    const exchange = (times: bigint) =>
      asStudio("ExchangeItems", { playerId: player(playerId), itemId: board, times: String(times) });
    for (const times of [3n, QUANTITY_MAX]) {
      expect((await exchange(times)).payload.userErrors).toMatchObject([
        { code: "QUANTITY_OVERFLOW", field: ["input", "times"] },
      ]);
    }
    expect((await exchange(2n)).payload.changes.map(({ quantity }: { quantity: string }) => quantity)).toEqual([
      String(QUANTITY_MAX - 2n * (half - 1n)),
      "2",
    ]);
  });
});

describe("entries of a call", () => {
  const calls: Readonly<Record<string, { list: string; entry: (place: number) => object; last: () => object }>> = {
    UpsertItems: {
      list: "items",
      entry: (place) => ({ externalId: `many ${place}`, kind: "SPENDABLE", displayName: `many ${place}` }),
      last: () => ({ externalId: "one too many", kind: "SPENDABLE", displayName: "one" }),
    },
    UpsertLocations: {
      list: "locations",
      entry: (place) => ({
        externalId: `many ${place}`,
        name: `many ${place}`,
        point: { lat: place / 10, lng: -place / 5 },
      }),
      last: () => ({ externalId: "one too many", name: "one", point: { lat: 0, lng: 0 } }),
    },
    AssignItemLocations: {
      list: "assignments",
      entry: () => ({ playerId: player(players[0]!), itemId: item(items[0]!), locationId: locationGlobalId(1n) }),
      last: () => ({ playerId: player(players[0]!), itemId: item(items[0]!), locationId: locationGlobalId(1n) }),
    },
  };

  it.each(Object.keys(calls))("%s takes five hundred and no more, and not none", async (operation) => {
    const { list, entry, last } = calls[operation]!;
    const most = Array.from({ length: limits.upsertsMax }, (_, place) => entry(place));
    const { payload } = await asStudio(operation, { [list]: most });
    expect(payload.userErrors).toEqual([]);
    expect(Object.values<unknown[]>(payload).find((value) => value.length > 0)).toHaveLength(limits.upsertsMax);
    const { idempotency: _, ...before } = await contentsOf(api.database);
    for (const wrong of [[...most, last()], []]) {
      const refused = await asStudio(operation, { [list]: wrong });
      expect(refused.payload.userErrors).toMatchObject([{ code: "INVALID", field: ["input", list] }]);
    }
    const { idempotency: __, ...after } = await contentsOf(api.database);
    expect(after).toEqual(before);
  });

  it.each(["UpsertItems", "UpsertLocations"])("%s takes the same entry once", async (operation) => {
    const { list, last } = calls[operation]!;
    const { payload } = await asStudio(operation, { [list]: [last(), last()] });
    expect(payload.userErrors).toMatchObject([{ code: "INVALID", field: ["input", list, "1", "externalId"] }]);
    expect(payload[list]).toEqual([]);
  });

  it("AssignItemLocations lays the same twice where it is asked twice", async () => {
    const { entry } = calls["AssignItemLocations"]!;
    const { payload } = await asStudio("AssignItemLocations", { assignments: [entry(0), entry(0)] });
    const ids = payload.itemLocations.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it("a recipe takes twenty ingredients and no more, each once", async () => {
    const spendables = Array.from({ length: limits.recipeLinesMax + 1 }, (_, place) => `ingredient ${place}`);
    await asStudio("UpsertItems", {
      items: spendables.map((externalId) => ({ externalId, kind: "SPENDABLE", displayName: "x" })),
    });
    const put = (names: readonly string[]) =>
      asStudio("UpsertItems", {
        items: [
          {
            externalId: "stew",
            kind: "RECEIVABLE",
            displayName: "stew",
            recipe: names.map((externalId) => ({ externalId, count: "1" })),
          },
        ],
      });
    expect((await put(spendables.slice(1))).payload.userErrors).toEqual([]);
    for (const wrong of [spendables, [spendables[0]!, spendables[0]!]]) {
      expect((await put(wrong)).payload.userErrors).toMatchObject([
        { code: "INVALID", field: ["input", "items", "0", "recipe"] },
      ]);
    }
  });
});

describe("points", () => {
  it.each([
    ["the north pole", { lat: 90, lng: 0 }, { lat: 90, lng: 179 }],
    ["the south pole", { lat: -90, lng: -180 }, { lat: -89.9999, lng: 12 }],
    ["the date line", { lat: 0, lng: 180 }, { lat: 0, lng: -180 }],
    ["both sides of it", { lat: 10, lng: 179.9999 }, { lat: 10, lng: -179.9999 }],
    ["where both are zero, with a sign", { lat: -0, lng: 0 }, { lat: 0, lng: -0 }],
    ["the smallest number there is", { lat: 5e-324, lng: -5e-324 }, { lat: 0, lng: 0 }],
    ["all digits", { lat: 52.52000659999999, lng: 13.404953999999996 }, { lat: 52.5200066, lng: 13.404954 }],
  ])("lie and are collected at %s, and stay where they are", async (label, point, at) => {
    const playerId = newPlayerOfPoints();
    const location = { externalId: `at ${label}`, name: label, point };
    const { payload } = await asStudio("UpsertLocations", { locations: [location] });
    const locationId: string = payload.locations[0].id;
    const { payload: laid } = await asStudio("AssignItemLocations", {
      assignments: [{ playerId: player(playerId), itemId: item(items[0]!), locationId }],
    });
    // In use it does not move, and the same point is no move.
    expect((await asStudio("UpsertLocations", { locations: [location] })).payload.userErrors).toEqual([]);
    const moved = { ...location, point: { lat: point.lat / 2 + 1, lng: point.lng } };
    expect((await asStudio("UpsertLocations", { locations: [moved] })).payload.userErrors).toMatchObject([
      { code: "INVALID", field: ["input", "locations", "0", "point"] },
    ]);
    const { node } = await api.read({
      query: `{ node(id: "${locationId}") { ... on Location { point { lat lng } } } }`,
    });
    expect([node.point.lat + 0, node.point.lng + 0]).toEqual([point.lat + 0, point.lng + 0]);
    const input = { itemLocationId: laid.itemLocations[0].id, at };
    const far = await write(api.url, {
      operation: "CollectItem",
      input: { ...input, at: { lat: -point.lat, lng: point.lng > 0 ? point.lng - 180 : point.lng + 180 } },
      token: api.tokenFor(playerId),
    });
    expect(far.payload.userErrors).toMatchObject([{ code: "OUT_OF_REACH" }]);
    const near = await write(api.url, { operation: "CollectItem", input, token: api.tokenFor(playerId) });
    expect(near.payload.userErrors).toEqual([]);
  });

  let place = 0;
  const newPlayerOfPoints = () => players.at(-1 - (place++ % 3))!;
});

it("a version from zero is expected of one who has had nothing, and of nobody else", async () => {
  const playerId = newPlayer();
  const give = (expectedVersion: string | null) =>
    asStudio("GrantItems", { playerId: player(playerId), items: lines(1), expectedVersion });
  for (const wrong of ["1", String(QUANTITY_MAX)]) {
    expect((await give(wrong)).payload.userErrors).toMatchObject([{ code: "STALE_VERSION", currentVersion: "0" }]);
  }
  expect((await give("0")).payload.userErrors).toEqual([]);
  expect((await give("0")).payload.userErrors).toMatchObject([{ code: "STALE_VERSION", currentVersion: "1" }]);
  expect((await give("1")).payload.userErrors).toEqual([]);
  expect((await give(null)).payload.player.version).toBe("3");
});

it("what lies exactly within reach is collected, and a step further is not", async () => {
  const playerId = newPlayer();
  const point = { lat: 10, lng: 20 };
  const [n] = await insertItemLocations(api.database, playerId, [{ ...point, itemId: items[0]! }]);
  const collect = (meters: number) =>
    write(api.url, {
      operation: "CollectItem",
      input: {
        itemLocationId: itemLocationGlobalId(BigInt(playerId), BigInt(n!)),
        at: { lat: point.lat + (meters / 6_371_008.8) * (180 / Math.PI), lng: point.lng },
      },
      token: api.tokenFor(playerId),
    });
  const outside = await collect(50.001);
  expect(outside.payload.userErrors).toMatchObject([{ code: "OUT_OF_REACH", distanceMeters: 50.001 }]);
  expect((await collect(50)).payload.userErrors).toEqual([]);
});
