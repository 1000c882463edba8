// Players: one row each, by id. Hot: every answer about a player starts here.

import type { DatabasePool } from "../database/pool.ts";
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

/** Known players in any order; unknown ids are left out. One statement. */
export async function findPlayersById(pool: DatabasePool, playerIds: readonly bigint[]): Promise<PlayerRow[]> {
  const rows = await pool.query<Cells[]>(
    {
      sql:
        "SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last " +
        "FROM player WHERE id IN (?)",
      rowsAsArray: true,
    },
    [playerIds],
  );
  return rows.map(
    ([playerId, externalId, displayName, email, city, birthYear, createdAt, version, itemLocationNLast]) => ({
      playerId,
      externalId,
      displayName,
      email,
      city,
      birthYear,
      createdAt: rfc3339(createdAt),
      version,
      itemLocationNLast,
    }),
  );
}
