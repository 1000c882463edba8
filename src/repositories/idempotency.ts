// Answers to requests that carried an idempotency key, written in the transaction of their effect. A row is
// written under the lock of its player's row, so under that lock a reading that finds none is final.
// Player 0 stands for the subjects of service and admin tokens, who lock the row itself.

import type { Transaction } from "../database/transaction.ts";

export interface IdempotencyKey {
  readonly playerId: bigint;
  /** 32 hex digits. */
  readonly keyHex: string;
}

export interface IdempotencyRecord extends IdempotencyKey {
  /** 64 hex digits. */
  readonly requestHmac: string;
  readonly outcomeText: string;
}

/** The records there are, in any order, locked. Under the locks of their players' rows. One statement. */
export async function findIdempotencyRecords(
  transaction: Transaction,
  keys: readonly IdempotencyKey[],
): Promise<IdempotencyRecord[]> {
  if (keys.length === 0) return [];
  const rows = await transaction.query<[bigint, Buffer, Buffer, string][]>(
    "SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) " +
      `WHERE ${keys.map(() => "(player_id = ? AND idempotency_key = ?)").join(" OR ")} FOR UPDATE`,
    keys.flatMap(({ playerId, keyHex }) => [playerId, bytesOf(keyHex)]),
  );
  return rows.map(([playerId, key, requestHmac, outcomeText]) => ({
    playerId,
    keyHex: key.toString("hex"),
    requestHmac: requestHmac.toString("hex"),
    outcomeText,
  }));
}

/** One statement; fails with a duplicate key where one is there already. */
export async function insertIdempotencyRecords(
  transaction: Transaction,
  records: readonly IdempotencyRecord[],
): Promise<void> {
  if (records.length === 0) return;
  await transaction.query(
    "INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) " +
      `VALUES ${records.map(() => "(?, ?, ?, ?)").join(", ")}`,
    records.flatMap(({ playerId, keyHex, requestHmac, outcomeText }) => [
      playerId,
      bytesOf(keyHex),
      bytesOf(requestHmac),
      outcomeText,
    ]),
  );
}

/**
 * Deletes at most `rowsMax` records older than `days`, by the database's clock. One statement; resolves
 * to how many it deleted.
 */
export async function deleteOldIdempotencyRecords(
  transaction: Transaction,
  { days, rowsMax }: { readonly days: number; readonly rowsMax: number },
): Promise<number> {
  const { affectedRows } = await transaction.query<{ affectedRows: number }>(
    "DELETE FROM idempotency WHERE recorded_at < NOW(3) - INTERVAL ? DAY ORDER BY recorded_at LIMIT ?",
    [days, rowsMax],
  );
  return affectedRows;
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex, "hex");
}
