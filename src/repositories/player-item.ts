// Balances: what a player has of each item it ever touched. Hot: player state is read from here and
// zero-filled with the catalogue page in the loader, so that a batch of players never multiplies a
// large catalogue.

import type { DatabasePool } from "../database/pool.ts";
import type { ItemKind } from "./item.ts";
import { queryUnionAll } from "./union-all.ts";

/** Balances of one player for the items of one window of the catalogue, both ends included. */
export interface BalanceWindowKey {
  readonly playerId: bigint;
  readonly itemIdLow: bigint;
  readonly itemIdHigh: bigint;
}

export interface BalanceRow {
  readonly itemId: bigint;
  readonly quantity: bigint;
}

/** A page of what a player really has, in item-id order after `afterItemId` (0 for the first). */
export interface OwnedItemPageKey {
  readonly playerId: bigint;
  readonly kind: ItemKind | null;
  readonly afterItemId: bigint;
  readonly rowsMax: number;
}

/** Balances above zero by item, one map per key. One statement, however many windows and players. */
export async function findBalancesByWindow(
  pool: DatabasePool,
  keys: readonly BalanceWindowKey[],
): Promise<Map<bigint, bigint>[]> {
  const windows = windowsOf(keys);
  const conditions = windows.map(() => "(item_id BETWEEN ? AND ? AND player_id IN (?))").join(" OR ");
  const rows = await pool.query<[bigint, bigint, bigint][]>(
    {
      sql: `SELECT player_id, item_id, quantity FROM player_item WHERE quantity > 0 AND (${conditions})`,
      rowsAsArray: true,
    },
    windows.flatMap(({ itemIdLow, itemIdHigh, playerIds }) => [itemIdLow, itemIdHigh, playerIds]),
  );
  const quantitiesByPlayer = new Map<bigint, Map<bigint, bigint>>();
  for (const [playerId, itemId, quantity] of rows) {
    let quantities = quantitiesByPlayer.get(playerId);
    if (quantities === undefined) quantitiesByPlayer.set(playerId, (quantities = new Map<bigint, bigint>()));
    quantities.set(itemId, quantity);
  }
  // A player asked for in two windows shares one map: each key looks up only its own items.
  return keys.map(({ playerId }) => quantitiesByPlayer.get(playerId) ?? NOTHING);
}

/** One page per key, in item-id order, balances above zero only. One statement. */
export function listOwnedItemPages(pool: DatabasePool, keys: readonly OwnedItemPageKey[]): Promise<BalanceRow[][]> {
  const branches = keys.map(({ playerId, kind, afterItemId, rowsMax }) => ({
    columns: "b.item_id, b.quantity",
    rest:
      (kind === null
        ? "FROM player_item b "
        : "FROM player_item b STRAIGHT_JOIN item i ON i.id = b.item_id AND i.kind = ? ") +
      "WHERE b.player_id = ? AND b.item_id > ? AND b.quantity > 0 ORDER BY b.item_id LIMIT ?",
    values: [...(kind === null ? [] : [kind]), playerId, afterItemId, rowsMax],
  }));
  return queryUnionAll<[bigint, bigint]>(pool, branches).then((pages) =>
    pages.map((rows) => rows.map(([itemId, quantity]) => ({ itemId, quantity }))),
  );
}

const NOTHING: Map<bigint, bigint> = new Map();

/** Most keys of a batch ask for the same window, the first page: one condition for all of them. */
function windowsOf(keys: readonly BalanceWindowKey[]) {
  const windows = new Map<string, { itemIdLow: bigint; itemIdHigh: bigint; playerIds: bigint[] }>();
  for (const { playerId, itemIdLow, itemIdHigh } of keys) {
    const text = `${itemIdLow}-${itemIdHigh}`;
    const window = windows.get(text);
    if (window === undefined) windows.set(text, { itemIdLow, itemIdHigh, playerIds: [playerId] });
    else window.playerIds.push(playerId);
  }
  return [...windows.values()];
}
