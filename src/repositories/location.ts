// Locations: named points, by id.

import type { DatabasePool } from "../database/pool.ts";
import type { GeoPoint } from "../runtime/great-circle.ts";

export interface LocationRow {
  readonly locationId: bigint;
  readonly name: string;
  readonly point: GeoPoint;
}

/** Known locations in any order; unknown ids are left out. One statement. */
export async function findLocationsById(pool: DatabasePool, locationIds: readonly bigint[]): Promise<LocationRow[]> {
  const rows = await pool.query<[bigint, string, number, number][]>(
    { sql: "SELECT id, name, lat, lng FROM location WHERE id IN (?)", rowsAsArray: true },
    [locationIds],
  );
  return rows.map(([locationId, name, lat, lng]) => ({ locationId, name, point: { lat, lng } }));
}
