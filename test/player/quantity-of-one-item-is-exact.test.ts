// One item of one player: zero where it was never touched, null where there is no such item, and every
// digit up to 2^63-1, which no JSON number could carry.

import { afterAll, beforeAll, expect, it } from "vitest";
import { itemGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertPlayer, insertTransactions } from "../kit/fixtures.ts";

let api: TestApi;
let playerId: number;
beforeAll(async () => {
  api = await startApi();
  playerId = await insertPlayer(api.database);
  await insertTransactions(api.database, playerId, [
    {
      lines: [
        { itemId: 1, received: 2n ** 63n - 1n },
        { itemId: 2, received: 2n ** 53n + 1n },
      ],
    },
    { lines: [{ itemId: 4, received: 5n }] },
    {
      lines: [
        { itemId: 4, spent: 5n },
        { itemId: 5, received: 2n ** 53n, spent: 1n },
      ],
    },
  ]);
});
afterAll(() => api.close());

it.each([
  ["2^63-1 as it is", 1n, "9223372036854775807"],
  ["2^53+1 as it is", 2n, "9007199254740993"],
  ["2^53-1 as it is", 5n, "9007199254740991"],
  ["zero for an item spent to the last", 4n, "0"],
  ["zero for an item never touched", 6n, "0"],
  ["null for an unknown item", 7n, null],
  ["null for the largest id there can be", 2n ** 64n - 1n, null],
])("answers %s", async (_, itemId, expected) => {
  const query = "query ($itemId: ID!) { viewer { quantity(itemId: $itemId) } }";
  const { viewer } = await api.read({
    query,
    variables: { itemId: itemGlobalId(itemId) },
    token: api.tokenFor(playerId),
  });
  expect(viewer.quantity).toBe(expected);
});

it("says of several items at once what it says of each", async () => {
  const selections = [1n, 2n, 4n, 5n, 6n, 7n].map((id) => `_${id}: quantity(itemId: "${itemGlobalId(id)}")`);
  const { viewer } = await api.read({ query: `{ viewer { ${selections.join(" ")} } }`, token: api.tokenFor(playerId) });
  expect(viewer).toEqual({
    _1: "9223372036854775807",
    _2: "9007199254740993",
    _4: "0",
    _5: "9007199254740991",
    _6: "0",
    _7: null,
  });
});

it("shows the same counts in the ledger", async () => {
  const query = "{ viewer { transactions(first: 9) { nodes { received { count } spent { count } } } } }";
  const { viewer } = await api.read({ query, token: api.tokenFor(playerId) });
  expect(viewer.transactions.nodes).toEqual([
    { received: [{ count: "9007199254740992" }], spent: [{ count: "5" }, { count: "1" }] },
    { received: [{ count: "5" }], spent: [] },
    { received: [{ count: "9223372036854775807" }, { count: "9007199254740993" }], spent: [] },
  ]);
});
