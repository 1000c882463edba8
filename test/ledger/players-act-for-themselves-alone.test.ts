// Who may write: a player for itself alone and never what is the studio's, a service or admin for whom it names.
// Whoever may not is told so before anything is looked up.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { itemGlobalId, itemLocationGlobalId, locationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { grant, lines, write } from "../kit/writes.ts";

let api: TestApi;
let frugal: TestApi;
beforeAll(async () => {
  const fill = ({ migratorDatabaseUrl }: { migratorDatabaseUrl: string }) =>
    seedDemo({ migratorDatabaseUrl, playerCount: 6 });
  [api, frugal] = await Promise.all([
    startApi({ fill }),
    startApi({ fill, environment: { PLAYER_MAY_SPEND: "false" } }),
  ]);
  await grant(api, 3, { 4: 10, 5: 10 });
});
beforeEach(() => {
  api.statements.length = 0;
});
afterAll(() => Promise.all([api.close(), frugal.close()]));

const [three, four] = [playerGlobalId(3n), playerGlobalId(4n)];

describe.each<[string, string, object]>([
  ["a grant to oneself", "GrantItems", { playerId: three, items: lines({ 4: 1 }) }],
  ["another's spending", "SpendItems", { playerId: four, items: lines({ 4: 1 }) }],
  ["another's exchange", "ExchangeItems", { playerId: four, itemId: itemGlobalId(1n) }],
  ["a transfer from another", "TransferItems", { fromPlayerId: four, toPlayerId: three, items: lines({ 4: 1 }) }],
  ["a spending by nobody who exists", "SpendItems", { playerId: playerGlobalId(999_999n), items: lines({ 4: 1 }) }],
  ["the catalogue", "UpsertItems", { items: [{ externalId: "x", kind: "SPENDABLE", displayName: "x" }] }],
  ["the map", "UpsertLocations", { locations: [{ externalId: "x", name: "x", point: { lat: 0, lng: 0 } }] }],
  [
    "what lies where",
    "AssignItemLocations",
    { assignments: [{ playerId: three, itemId: itemGlobalId(4n), locationId: locationGlobalId(1n) }] },
  ],
])("%s", (_, operation, input) => {
  it("is FORBIDDEN for a player, before any statement", async () => {
    const { code, payload } = await write(api.url, { operation, input, token: api.tokenFor(3) });
    expect([code, payload]).toEqual(["FORBIDDEN", undefined]);
    expect(api.statements).toEqual([]);
  });

  it("is UNAUTHENTICATED without a token, before any statement", async () => {
    const { code } = await write(api.url, { operation, input });
    expect(code).toBe("UNAUTHENTICATED");
    expect(api.statements).toEqual([]);
  });
});

it("shows nothing of another player's item location, not even by statements", async () => {
  const send = (n: bigint) =>
    write(api.url, {
      operation: "CollectItem",
      input: { itemLocationId: itemLocationGlobalId(4n, n), at: { lat: 0, lng: 0 } },
      token: api.tokenFor(3),
    });
  const [there, absent] = [await send(1n), await send(77_777n)];
  expect(there.text).toBe(absent.text);
  expect(api.statements.filter(({ sql }) => sql.includes("item_location FORCE"))).toEqual([]);
});

it("lets service and admin act for whom they name, and asks for a name", async () => {
  for (const role of ["service", "admin"] as const) {
    const token = api.tokenFor("games", role);
    const named = await write(api.url, {
      operation: "SpendItems",
      input: { playerId: three, items: lines({ 4: 1 }) },
      token,
    });
    expect(named.payload.player.id).toBe(three);
    const unnamed = await write(api.url, { operation: "SpendItems", input: { items: lines({ 4: 1 }) }, token });
    expect([unnamed.status, unnamed.code]).toEqual([400, "BAD_USER_INPUT"]);
  }
});

it("keeps players from spending where the game says so, and not from exchanging", async () => {
  await grant(frugal, 3, { 4: 10, 5: 10 });
  const token = frugal.tokenFor(3);
  const spending = await write(frugal.url, { operation: "SpendItems", input: { items: lines({ 4: 1 }) }, token });
  expect(spending.code).toBe("FORBIDDEN");
  const exchange = await write(frugal.url, { operation: "ExchangeItems", input: { itemId: itemGlobalId(1n) }, token });
  expect(exchange.payload.userErrors).toEqual([]);
});
