// Locations: named points, by id.

import type { DatabasePool } from "../database/pool.ts";
import type { Transaction } from "../database/transaction.ts";
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

/** A location as the studio's tools know it. */
export interface ExternalLocationRow {
  readonly locationId: bigint;
  readonly externalId: string;
  readonly point: GeoPoint;
  /** Whether anything has ever lain there: its point is fixed then. */
  readonly isUsed: boolean;
}

/** Known locations by the studio's ids, locked in the order of ours. One statement. */
export async function lockLocationsByExternalId(
  transaction: Transaction,
  externalIds: readonly string[],
): Promise<ExternalLocationRow[]> {
  const rows = await transaction.query<[bigint, string, number, number, string | null][]>(
    "SELECT id, external_id, lat, lng, used_at FROM location WHERE external_id IN (?) ORDER BY id FOR UPDATE",
    [externalIds],
  );
  return rows.map(([locationId, externalId, lat, lng, usedAt]) => ({
    locationId,
    externalId,
    point: { lat, lng },
    isUsed: usedAt !== null,
  }));
}

/**
 * Inserts those without an id, updates those with one. At most three statements; resolves to the ids by
 * the studio's ids.
 */
export async function putLocations(
  transaction: Transaction,
  locations: readonly {
    readonly locationId: bigint | null;
    readonly externalId: string;
    readonly name: string;
    readonly point: GeoPoint;
  }[],
): Promise<Map<string, bigint>> {
  const idByExternalId = new Map<string, bigint>();
  const known = locations.filter(({ locationId }) => locationId !== null);
  for (const { locationId, externalId } of known) idByExternalId.set(externalId, locationId!);
  if (known.length > 0) {
    // Every row is there and locked: the INSERT part never happens.
    await transaction.query(
      "INSERT INTO location (id, external_id, name, lat, lng) " +
        `VALUES ${known.map(() => "(?, ?, ?, ?, ?)").join(", ")} ` +
        "ON DUPLICATE KEY UPDATE name = VALUES(name), lat = VALUES(lat), lng = VALUES(lng)",
      known.flatMap(({ locationId, externalId, name, point }) => [locationId, externalId, name, point.lat, point.lng]),
    );
  }
  const fresh = locations.filter(({ locationId }) => locationId === null);
  if (fresh.length > 0) {
    await transaction.query(
      `INSERT INTO location (external_id, name, lat, lng) VALUES ${fresh.map(() => "(?, ?, ?, ?)").join(", ")}`,
      fresh.flatMap(({ externalId, name, point }) => [externalId, name, point.lat, point.lng]),
    );
    const rows = await transaction.query<[bigint, string][]>(
      "SELECT id, external_id FROM location WHERE external_id IN (?)",
      [fresh.map(({ externalId }) => externalId)],
    );
    for (const [locationId, externalId] of rows) idByExternalId.set(externalId, locationId);
  }
  return idByExternalId;
}

/** A point that does not move while the transaction lasts. */
export interface StillLocation {
  readonly point: GeoPoint;
  /** As of ExternalLocationRow. */
  readonly isUsed: boolean;
}

/**
 * The known ones among the locations, by id. Locks those that are not in use, in the order of ids; the points of
 * the others are fixed. At most two statements.
 */
export async function lockUnusedLocations(
  transaction: Transaction,
  locationIds: readonly bigint[],
): Promise<Map<bigint, StillLocation>> {
  type Cells = [bigint, number, number, string | null];
  const rows = await transaction.query<Cells[]>("SELECT id, lat, lng, used_at FROM location WHERE id IN (?)", [
    locationIds,
  ]);
  const unused = rows.filter(([, , , usedAt]) => usedAt === null).map(([locationId]) => locationId);
  // It may have moved, or come into use, between the two readings.
  const locked =
    unused.length === 0
      ? []
      : await transaction.query<Cells[]>(
          "SELECT id, lat, lng, used_at FROM location WHERE id IN (?) ORDER BY id FOR UPDATE",
          [unused],
        );
  return new Map(
    [...rows, ...locked].map(([locationId, lat, lng, usedAt]) => [
      locationId,
      { point: { lat, lng }, isUsed: usedAt !== null },
    ]),
  );
}

/** Fixes the points of locked locations for ever. One statement. */
export async function useLocations(transaction: Transaction, locationIds: readonly bigint[]): Promise<void> {
  if (locationIds.length === 0) return;
  await transaction.query("UPDATE location SET used_at = NOW(3) WHERE id IN (?) AND used_at IS NULL", [locationIds]);
}
