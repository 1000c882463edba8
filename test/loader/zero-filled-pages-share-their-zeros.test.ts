// A zero-filled page is the catalogue's page with what the player has of it, in whatever order the balances come and
// whatever else is among them; and what the player has nothing of is the same object for all players.

import fc from "fast-check";
import { expect, it } from "vitest";
import type { Loaders } from "../../src/loaders/index.ts";
import type { Memo } from "../../src/loaders/memo.ts";
import { loadPlayerState } from "../../src/loaders/player-state.ts";
import type { ItemRow } from "../../src/repositories/item.ts";
import type { BalanceRow } from "../../src/repositories/player-item.ts";
import { checkAsync } from "../kit/property.ts";

const itemIds = fc.uniqueArray(fc.bigInt({ min: 1n, max: 30n }), { maxLength: 20 });
const pages = itemIds.map((ids) => ids.toSorted((a, b) => (a < b ? -1 : 1)).map(itemOf));
const balanceLists = fc.uniqueArray(
  fc.record({ itemId: fc.bigInt({ min: 0n, max: 31n }), quantity: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }) }),
  { selector: ({ itemId }) => itemId },
);

it("shows every item of the page with what the player has of it", async () => {
  const property = fc.asyncProperty(pages, balanceLists, async (items, balances) => {
    const quantities = new Map(balances.map(({ itemId, quantity }) => [itemId, quantity]));
    const expected = items.map((item) => ({ item, quantity: quantities.get(item.itemId) ?? 0n }));
    expect(await stateOf(items, balances)).toEqual(expected);
  });
  await checkAsync(property, 500);
});

it("has one zero of an item for all players, and none that anybody has put anything into", async () => {
  const items = [1n, 2n, 3n].map(itemOf);
  const first = await stateOf(items, [{ itemId: 2n, quantity: 5n }]);
  const second = await stateOf(items, [{ itemId: 3n, quantity: 7n }]);
  expect(first.map(({ quantity }) => quantity)).toEqual([0n, 5n, 0n]);
  expect(second.map(({ quantity }) => quantity)).toEqual([0n, 0n, 7n]);
  expect(second[0]).toBe(first[0]);
});

function itemOf(itemId: bigint): ItemRow {
  return { itemId, externalId: null, kind: "SPENDABLE", displayName: `Item ${itemId}` };
}

/** Of a player who is read beside this page. */
function stateOf(items: readonly ItemRow[], balances: readonly BalanceRow[]) {
  const loaders = { itemPage: items, balancesByWindow: balances } as unknown as Loaders;
  const memo = { load: (answer: unknown) => Promise.resolve(answer) } as unknown as Memo;
  const page = { playerId: 1n, kind: null, afterItemId: 0n, includeZero: true, rowsMax: 51 };
  return loadPlayerState({ loaders, memo }, page);
}
