// The item ledger of a player, newest first. Versions are dense from 1, so a page is a range of
// versions that is known before the statement runs: no LIMIT, and one statement for many players.

import type { DatabasePool } from "../database/pool.ts";
import type { Transaction } from "../database/transaction.ts";
import { datetime, rfc3339 } from "./columns.ts";
import { queryUnionAll } from "./union-all.ts";

export type ItemTransactionKind = "GRANT" | "COLLECT" | "EXCHANGE" | "TRANSFER" | "SPEND";

export interface ItemTransactionLine {
  readonly itemId: bigint;
  readonly received: bigint;
  readonly spent: bigint;
}

export interface ItemTransactionRow {
  readonly playerId: bigint;
  readonly version: bigint;
  readonly kind: ItemTransactionKind;
  /** RFC 3339. */
  readonly recordedAt: string;
  /** In item-id order. */
  readonly lines: readonly ItemTransactionLine[];
}

/** An entry as it is written. */
export interface ItemTransactionEntry extends ItemTransactionRow {
  /** Of a transfer: its other half, in the other player's ledger. */
  readonly peer: { readonly playerId: bigint; readonly version: bigint } | null;
}

/** Transactions of one player, both versions included. */
export interface ItemTransactionRangeKey {
  readonly playerId: bigint;
  readonly versionLow: bigint;
  readonly versionHigh: bigint;
}

/** A page of the versions in which a player's transactions touched one item, newest first. */
export interface ItemTransactionVersionsKey {
  readonly playerId: bigint;
  readonly itemId: bigint;
  /** Only versions below this one; null for the first page. */
  readonly beforeVersion: bigint | null;
  readonly rowsMax: number;
}

type Cells = [bigint, bigint, ItemTransactionKind, string, bigint | null, bigint, bigint];

/** The transactions of each range, newest first, with their lines. One statement. */
export async function findItemTransactionsByRange(
  pool: DatabasePool,
  keys: readonly ItemTransactionRangeKey[],
): Promise<ItemTransactionRow[][]> {
  const rows = await pool.query<Cells[]>(
    {
      sql:
        "SELECT t.player_id, t.version, t.kind, t.recorded_at, l.item_id, l.received, l.spent FROM item_transaction t " +
        "LEFT JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version " +
        `WHERE ${keys.map(() => "(t.player_id = ? AND t.version BETWEEN ? AND ?)").join(" OR ")}`,
      rowsAsArray: true,
    },
    keys.flatMap(({ playerId, versionLow, versionHigh }) => [playerId, versionLow, versionHigh]),
  );
  const byPlayer = transactionsByPlayer(rows);
  return keys.map(({ playerId, versionLow, versionHigh }) =>
    [...(byPlayer.get(playerId)?.values() ?? [])]
      .filter(({ version }) => version >= versionLow && version <= versionHigh)
      .toSorted((a, b) => compare(b.version, a.version)),
  );
}

/** One page of versions per key, newest first. One statement. */
export async function listItemTransactionVersions(
  pool: DatabasePool,
  keys: readonly ItemTransactionVersionsKey[],
): Promise<bigint[][]> {
  const pages = await queryUnionAll<[bigint]>(
    pool,
    keys.map(({ playerId, itemId, beforeVersion, rowsMax }) => ({
      columns: "version",
      rest:
        "FROM item_transaction_line FORCE INDEX (ix_item_transaction_line__player_id_item_id_version) " +
        `WHERE player_id = ? AND item_id = ? ${beforeVersion === null ? "" : "AND version < ? "}` +
        "ORDER BY version DESC LIMIT ?",
      values: [playerId, itemId, ...(beforeVersion === null ? [] : [beforeVersion]), rowsMax],
    })),
  );
  return pages.map((rows) => rows.map(([version]) => version));
}

/** Entries with their lines. Two statements, which travel together. */
export async function insertItemTransactions(
  transaction: Transaction,
  entries: readonly ItemTransactionEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const lines = entries.flatMap(({ playerId, version, lines: ofEntry }) =>
    ofEntry.map(({ itemId, received, spent }) => [playerId, version, itemId, received, spent]),
  );
  await Promise.all([
    transaction.query(
      "INSERT INTO item_transaction (player_id, version, kind, recorded_at, peer_player_id, peer_version) " +
        `VALUES ${entries.map(() => "(?, ?, ?, ?, ?, ?)").join(", ")}`,
      entries.flatMap(({ playerId, version, kind, recordedAt, peer }) => [
        playerId,
        version,
        kind,
        datetime(recordedAt),
        peer?.playerId ?? null,
        peer?.version ?? null,
      ]),
    ),
    transaction.query(
      "INSERT INTO item_transaction_line (player_id, version, item_id, received, spent) " +
        `VALUES ${lines.map(() => "(?, ?, ?, ?, ?)").join(", ")}`,
      lines.flat(),
    ),
  ]);
}

function transactionsByPlayer(rows: readonly Cells[]): Map<bigint, Map<bigint, ItemTransactionRow>> {
  const byPlayer = new Map<bigint, Map<bigint, ItemTransactionRow>>();
  for (const [playerId, version, kind, recordedAt, itemId, received, spent] of rows) {
    let byVersion = byPlayer.get(playerId);
    if (byVersion === undefined) byPlayer.set(playerId, (byVersion = new Map<bigint, ItemTransactionRow>()));
    let transaction = byVersion.get(version);
    if (transaction === undefined) {
      transaction = { playerId, version, kind, recordedAt: rfc3339(recordedAt), lines: [] };
      byVersion.set(version, transaction);
    }
    if (itemId !== null) insertByItem(transaction.lines as ItemTransactionLine[], { itemId, received, spent });
  }
  return byPlayer;
}

/** The statement promises no order; lines nearly always arrive in item-id order, so this is a push. */
function insertByItem(lines: ItemTransactionLine[], line: ItemTransactionLine): void {
  let place = lines.length;
  while (place > 0 && lines[place - 1]!.itemId > line.itemId) place -= 1;
  lines.splice(place, 0, line);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
