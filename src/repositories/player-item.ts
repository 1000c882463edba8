// Balances: what a player has of each item it ever touched. Hot: player state is read from here and
// zero-filled with the catalogue page in the loader, so that a batch of players never multiplies a
// large catalogue.

import type { DatabasePool } from "../database/pool.ts";
import type { Transaction } from "../database/transaction.ts";
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

/**
 * Balances above zero in any order, one list per key. One statement, however many windows and players: a player asked
 * for in two windows has one list for both.
 */
export async function findBalancesByWindow(
  pool: DatabasePool,
  keys: readonly BalanceWindowKey[],
): Promise<(readonly BalanceRow[])[]> {
  const windows = windowsOf(keys);
  const conditions = windows.map(() => "(item_id BETWEEN ? AND ? AND player_id IN (?))").join(" OR ");
  const rows = await pool.query<[bigint, bigint, bigint][]>(
    {
      sql: `SELECT player_id, item_id, quantity FROM player_item WHERE quantity > 0 AND (${conditions})`,
      rowsAsArray: true,
    },
    windows.flatMap(({ itemIdLow, itemIdHigh, playerIds }) => [itemIdLow, itemIdHigh, playerIds]),
  );
  const balancesByPlayer = balancesByPlayerOf(rows);
  return keys.map(({ playerId }) => balancesByPlayer.get(playerId) ?? NOTHING);
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

/** A player's balance of one item. */
export interface PlayerBalanceRow extends BalanceRow {
  readonly playerId: bigint;
}

/** Balances of the named items, locked; those that were never touched are left out. One statement. */
export async function lockBalances(
  transaction: Transaction,
  keys: readonly { readonly playerId: bigint; readonly itemIds: readonly bigint[] }[],
): Promise<PlayerBalanceRow[]> {
  const itemIdsByPlayer = new Map<bigint, Set<bigint>>();
  for (const { playerId, itemIds } of keys) {
    const known = itemIdsByPlayer.get(playerId);
    if (known === undefined) itemIdsByPlayer.set(playerId, new Set(itemIds));
    else for (const itemId of itemIds) known.add(itemId);
  }
  const asked = [...itemIdsByPlayer].filter(([, itemIds]) => itemIds.size > 0);
  if (asked.length === 0) return [];
  const rows = await transaction.query<[bigint, bigint, bigint][]>(
    "SELECT player_id, item_id, quantity FROM player_item FORCE INDEX (PRIMARY) " +
      `WHERE ${asked.map(() => "(player_id = ? AND item_id IN (?))").join(" OR ")} FOR UPDATE`,
    asked.flatMap(([playerId, itemIds]) => [playerId, [...itemIds]]),
  );
  return rows.map(([playerId, itemId, quantity]) => ({ playerId, itemId, quantity }));
}

/** Sets balances, under the lock of their players' rows. One statement. */
export async function setBalances(transaction: Transaction, balances: readonly PlayerBalanceRow[]): Promise<void> {
  if (balances.length === 0) return;
  await transaction.query(
    "INSERT INTO player_item (player_id, item_id, quantity) " +
      `VALUES ${balances.map(() => "(?, ?, ?)").join(", ")} ON DUPLICATE KEY UPDATE quantity = VALUES(quantity)`,
    balances.flatMap(({ playerId, itemId, quantity }) => [playerId, itemId, quantity]),
  );
}

const NOTHING: readonly BalanceRow[] = [];

function balancesByPlayerOf(rows: readonly [bigint, bigint, bigint][]): Map<bigint, BalanceRow[]> {
  const balancesByPlayer = new Map<bigint, BalanceRow[]>();
  let balances: BalanceRow[] = [];
  let playerIdBefore: bigint | null = null;
  for (const [playerId, itemId, quantity] of rows) {
    // Rows of a player come one after the other where they are read along the primary key: seldom looked up.
    if (playerId !== playerIdBefore) {
      const known = balancesByPlayer.get(playerId);
      if (known === undefined) balancesByPlayer.set(playerId, (balances = []));
      else balances = known;
      playerIdBefore = playerId;
    }
    balances.push({ itemId, quantity });
  }
  return balancesByPlayer;
}

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
