// BigInt takes "0", because a version may be 0. How many of an item, and how often, begins at 1 all the same:
// nothing is granted, spent, sent, exchanged or asked for by a recipe zero times.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { itemGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertPlayer } from "../kit/fixtures.ts";
import { write } from "../kit/writes.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const itemId = itemGlobalId(4n);
const items = [
  { itemId: itemGlobalId(5n), count: "1" },
  { itemId, count: "0" },
];
const recipe = [{ externalId: "x", count: "0" }];

it.each<[string, "player" | "service", object]>([
  ["GrantItems", "service", { playerId: playerGlobalId(1n), items }],
  ["SpendItems", "player", { items }],
  ["TransferItems", "player", { toPlayerId: playerGlobalId(2n), items }],
  ["ExchangeItems", "player", { itemId: itemGlobalId(3n), times: "0" }],
  ["UpsertItems", "service", { items: [{ externalId: "y", kind: "RECEIVABLE", displayName: "y", recipe }] }],
])("%s refuses a count of 0, and sends no statement", async (operation, role, input) => {
  const answer = await write(api.url, { operation, input, token: api.tokenFor(1, role) });
  expect([answer.status, answer.code]).toEqual([400, "BAD_USER_INPUT"]);
  expect(api.statements).toEqual([]);
});

it("takes 0 for the version of a player who has had no transaction yet, and for nobody else's", async () => {
  const token = api.tokenFor("games", "service");
  const newcomer = await insertPlayer(api.database);
  const grantTo = (playerId: number) => {
    const input = { playerId: playerGlobalId(BigInt(playerId)), items: [{ itemId, count: "1" }], expectedVersion: "0" };
    return write(api.url, { operation: "GrantItems", input, token });
  };
  expect((await grantTo(newcomer)).payload).toMatchObject({ player: { version: "1" }, userErrors: [] });
  expect((await grantTo(newcomer)).payload.userErrors).toMatchObject([{ code: "STALE_VERSION", currentVersion: "1" }]);
});
