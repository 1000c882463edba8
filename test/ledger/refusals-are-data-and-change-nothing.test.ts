// Every expected refusal: its code, where in the input, and what an app needs to react. Nothing has changed, also
// where only one line of several is refused.

import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { itemGlobalId, itemLocationGlobalId, locationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { contentsOf, grant, lines, mismatchesIn, write, type Write } from "../kit/writes.ts";

const QUANTITY_MAX = 2n ** 63n - 1n;
const NOBODY = 999_999n;
const NOTHING = 888_888n;

let api: TestApi;
let ledgerBefore: unknown;
beforeAll(async () => {
  api = await startApi({ fill: ({ migratorDatabaseUrl }) => seedDemo({ migratorDatabaseUrl, playerCount: 12 }) });
  await grant(api, 3, { 4: 5, 5: 5 });
  await grant(api, 4, { 6: QUANTITY_MAX - 1_000_000n });
});
beforeEach(async () => {
  ledgerBefore = await everything();
});
afterEach(async () => {
  expect(await everything()).toEqual(ledgerBefore);
  expect(await mismatchesIn(api)).toEqual([]);
});
afterAll(() => api.close());

/** All that a refusal must leave as it is: everything but its own answer. */
async function everything(): Promise<unknown> {
  const { idempotency: _, ...rest } = await contentsOf(api.database);
  return rest;
}

const player = (id: bigint) => playerGlobalId(id);
const item = (id: bigint) => itemGlobalId(id);

interface Refused {
  readonly operation: string;
  readonly input: object;
  /** A player's number; a service where not given. */
  readonly by?: number;
  readonly errors: readonly object[];
}

const cases: Readonly<Record<string, Refused>> = {
  "more than there is": {
    operation: "SpendItems",
    input: {
      items: [
        { itemId: item(4n), count: "1" },
        { itemId: item(5n), count: "1000000" },
      ],
    },
    by: 3,
    errors: [{ code: "INSUFFICIENT_ITEMS", field: ["input", "items", "1", "count"], need: "1000000" }],
  },
  "a recipe that the player cannot pay": {
    operation: "ExchangeItems",
    input: { itemId: item(1n), times: "9223372036854775807" },
    by: 3,
    errors: [{ code: "QUANTITY_OVERFLOW", field: ["input", "times"] }],
  },
  "an item without a recipe": {
    operation: "ExchangeItems",
    input: { itemId: item(4n) },
    by: 3,
    errors: [{ code: "NOT_EXCHANGEABLE", field: ["input", "itemId"] }],
  },
  "an item that is not there": {
    operation: "SpendItems",
    input: { items: [{ itemId: item(NOTHING), count: "1" }] },
    by: 3,
    errors: [{ code: "NOT_FOUND", field: ["input", "items", "0", "itemId"] }],
  },
  "a player who is not there": {
    operation: "GrantItems",
    input: { playerId: player(NOBODY), items: lines({ 4: 1 }) },
    errors: [{ code: "NOT_FOUND", field: ["input", "playerId"] }],
  },
  "a receiver who is not there": {
    operation: "TransferItems",
    input: { toPlayerId: player(NOBODY), items: lines({ 4: 1 }) },
    by: 3,
    errors: [{ code: "NOT_FOUND", field: ["input", "toPlayerId"] }],
  },
  "a transfer to oneself": {
    operation: "TransferItems",
    input: { toPlayerId: player(3n), items: lines({ 4: 1 }) },
    by: 3,
    errors: [{ code: "SELF_TRANSFER", field: ["input", "toPlayerId"] }],
  },
  "a version that is not the player's": {
    operation: "SpendItems",
    input: { items: lines({ 4: 1 }), expectedVersion: "0" },
    by: 3,
    errors: [{ code: "STALE_VERSION", field: ["input", "expectedVersion"] }],
  },
  "more than can be counted": {
    operation: "GrantItems",
    input: { playerId: player(4n), items: lines({ 6: QUANTITY_MAX }) },
    errors: [{ code: "QUANTITY_OVERFLOW", field: ["input", "items", "0", "count"] }],
  },
  "the same item twice": {
    operation: "SpendItems",
    input: { items: [...lines({ 4: 1 }), ...lines({ 4: 1 })] },
    by: 3,
    errors: [{ code: "INVALID", field: ["input", "items", "1", "itemId"] }],
  },
  "no line": { operation: "SpendItems", input: { items: [] }, by: 3, errors: [{ code: "INVALID" }] },
  "101 lines": {
    operation: "SpendItems",
    input: { items: Array.from({ length: 101 }, (_, place) => ({ itemId: item(BigInt(place + 1)), count: "1" })) },
    by: 3,
    errors: [{ code: "INVALID", field: ["input", "items"] }],
  },
  "an item location that is not there": {
    operation: "CollectItem",
    input: { itemLocationId: itemLocationGlobalId(3n, 99_999n), at: { lat: 0, lng: 0 } },
    by: 3,
    errors: [{ code: "NOT_FOUND", field: ["input", "itemLocationId"] }],
  },
  "another player's item location": {
    operation: "CollectItem",
    input: { itemLocationId: itemLocationGlobalId(5n, 1n), at: { lat: 0, lng: 0 } },
    by: 3,
    errors: [{ code: "NOT_FOUND", field: ["input", "itemLocationId"], distanceMeters: null }],
  },
  "an ingredient that is not there": {
    operation: "UpsertItems",
    input: {
      items: [{ externalId: "x", kind: "RECEIVABLE", displayName: "x", recipe: [{ externalId: "y", count: "1" }] }],
    },
    errors: [{ code: "NOT_FOUND", field: ["input", "items", "0", "recipe", "0", "externalId"] }],
  },
  "a spendable with a recipe": {
    operation: "UpsertItems",
    input: {
      items: [{ externalId: "x", kind: "SPENDABLE", displayName: "x", recipe: [{ externalId: "x", count: "1" }] }],
    },
    errors: [{ code: "INVALID", field: ["input", "items", "0", "recipe"] }],
  },
  "a name with a control character": {
    operation: "UpsertItems",
    input: { items: [{ externalId: "x", kind: "SPENDABLE", displayName: "a\u0007b" }] },
    errors: [{ code: "INVALID", field: ["input", "items", "0", "displayName"] }],
  },
  "the same location twice": {
    operation: "UpsertLocations",
    input: {
      locations: [
        { externalId: "a", name: "a", point: { lat: 1, lng: 1 } },
        { externalId: "a", name: "b", point: { lat: 1, lng: 1 } },
      ],
    },
    errors: [{ code: "INVALID", field: ["input", "locations", "1", "externalId"] }],
  },
  "501 assignments": {
    operation: "AssignItemLocations",
    input: {
      assignments: Array.from({ length: 501 }, () => ({
        playerId: player(3n),
        itemId: item(4n),
        locationId: locationGlobalId(1n),
      })),
    },
    errors: [{ code: "INVALID", field: ["input", "assignments"] }],
  },
  "an assignment of what is not there to one who is not there": {
    operation: "AssignItemLocations",
    input: {
      assignments: [{ playerId: player(NOBODY), itemId: item(NOTHING), locationId: locationGlobalId(NOTHING) }],
    },
    errors: [{ code: "NOT_FOUND" }, { code: "NOT_FOUND" }, { code: "NOT_FOUND" }],
  },
};

it.each(Object.keys(cases))("refuses %s", async (name) => {
  const { operation, input, by, errors } = cases[name]!;
  const { status, payload, text } = await write(api.url, { operation, input, token: tokenOf(by) });
  expect([status, text]).toEqual([200, text]);
  expect(payload.userErrors).toEqual(errors.map((error) => expect.objectContaining(error)));
  expect(payload.transaction ?? null).toBeNull();
});

it("says how far away an item lies that is out of reach", async () => {
  const [place] = await api.database.query("SELECT n, lat, lng FROM item_location WHERE player_id = 6 LIMIT 1");
  const { payload } = await write(api.url, {
    operation: "CollectItem",
    input: {
      itemLocationId: itemLocationGlobalId(6n, BigInt(place.n)),
      at: { lat: place.lat + 0.001, lng: place.lng },
    },
    token: api.tokenFor(6),
  });
  expect(payload.userErrors).toMatchObject([{ code: "OUT_OF_REACH", field: ["input", "at"] }]);
  expect(payload.userErrors[0].distanceMeters).toBeCloseTo(111.2, 0);
});

describe("what is a mistake of the caller and no refusal", () => {
  const spend = (line: object): Write => ({ operation: "SpendItems", input: { items: [line] }, token: "" });
  it.each([
    ["a count of zero", spend({ itemId: item(4n), count: "0" })],
    ["a negative count", spend({ itemId: item(4n), count: "-1" })],
    ["a count past 2^63-1", spend({ itemId: item(4n), count: String(2n ** 63n) })],
    ["a count in exponents", spend({ itemId: item(4n), count: "1e3" })],
    ["a count with a point", spend({ itemId: item(4n), count: "5.5" })],
    ["a count that is a number", spend({ itemId: item(4n), count: 5 })],
    ["an id of another type", spend({ itemId: player(4n), count: "1" })],
    ["an id that is none", spend({ itemId: "x", count: "1" })],
    ["a key that is no UUID", { ...spend({ itemId: item(4n), count: "1" }), key: "mine" }],
  ])("is BAD_USER_INPUT: %s", async (_, sent) => {
    const { status, code } = await write(api.url, { key: randomUUID(), ...sent, token: api.tokenFor(3) });
    expect([status, code]).toEqual([400, "BAD_USER_INPUT"]);
  });
});

function tokenOf(by: number | undefined): string {
  return by === undefined ? api.tokenFor("games", "service") : api.tokenFor(by);
}
