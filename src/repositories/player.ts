// Players: one row each, by id. Hot: every answer about a player starts here.

import type { DatabasePool } from "../database/pool.ts";
import type { Transaction } from "../database/transaction.ts";
import { rfc3339 } from "./columns.ts";

export interface PlayerRow {
  readonly playerId: bigint;
  readonly externalId: string | null;
  readonly displayName: string;
  readonly email: string | null;
  readonly city: string | null;
  readonly birthYear: number | null;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly version: bigint;
  /** The last n given to an item location: an upper bound of how many there are. */
  readonly itemLocationNLast: bigint;
}

type Cells = [bigint, string | null, string, string | null, string | null, number | null, string, bigint, bigint];

const COLUMNS = "id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last";

/** Known players in any order; unknown ids are left out. One statement. */
export async function findPlayersById(pool: DatabasePool, playerIds: readonly bigint[]): Promise<PlayerRow[]> {
  const rows = await pool.query<Cells[]>({ sql: `SELECT ${COLUMNS} FROM player WHERE id IN (?)`, rowsAsArray: true }, [
    playerIds,
  ]);
  return rows.map(playerRow);
}

/**
 * Locks the rows in the order of ids and returns those that it got. Waits for rows that others hold
 * where told to, else leaves them out like ids that nobody has. One statement.
 */
export async function lockPlayers(
  transaction: Transaction,
  playerIds: readonly bigint[],
  { isWaiting }: { readonly isWaiting: boolean },
): Promise<PlayerRow[]> {
  if (playerIds.length === 0) return [];
  const rows = await transaction.query<Cells[]>(
    `SELECT ${COLUMNS} FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id ` +
      `FOR UPDATE${isWaiting ? "" : " SKIP LOCKED"}`,
    [playerIds],
  );
  return rows.map(playerRow);
}

/** Those of the ids that some player has, locked by somebody or not. One statement. */
export async function findExistingPlayerIds(transaction: Transaction, playerIds: readonly bigint[]): Promise<bigint[]> {
  const rows = await transaction.query<[bigint][]>("SELECT id FROM player WHERE id IN (?)", [playerIds]);
  return rows.map(([playerId]) => playerId);
}

/** How much a counter of a player grows: by how many of what it counts are new. */
export interface Growth {
  readonly playerId: bigint;
  readonly count: bigint;
}

/** Of locked rows, by their new ledger entries. One statement. */
export function growVersions(transaction: Transaction, growths: readonly Growth[]): Promise<void> {
  return grow(transaction, "version", growths);
}

/** Of locked rows, by their new item locations. One statement. */
export function growItemLocationNLasts(transaction: Transaction, growths: readonly Growth[]): Promise<void> {
  return grow(transaction, "item_location_n_last", growths);
}

/** Most of a group's players have one new entry: only the others are named one by one. */
async function grow(
  transaction: Transaction,
  counter: "version" | "item_location_n_last",
  growths: readonly Growth[],
): Promise<void> {
  if (growths.length === 0) return;
  const several = growths.filter(({ count }) => count !== 1n);
  const growth = several.length === 0 ? "1" : `CASE id ${several.map(() => "WHEN ? THEN ?").join(" ")} ELSE 1 END`;
  await transaction.query(
    `UPDATE player FORCE INDEX (PRIMARY) SET ${counter} = ${counter} + ${growth} WHERE id IN (?)`,
    [...several.flatMap(({ playerId, count }) => [playerId, count]), growths.map(({ playerId }) => playerId)],
  );
}

function playerRow([
  playerId,
  externalId,
  displayName,
  email,
  city,
  birthYear,
  createdAt,
  version,
  itemLocationNLast,
]: Cells): PlayerRow {
  return {
    playerId,
    externalId,
    displayName,
    email,
    city,
    birthYear,
    createdAt: rfc3339(createdAt),
    version,
    itemLocationNLast,
  };
}
