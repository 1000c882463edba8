// Item locations: what lies where for a player. Two ways to those near a point: players with few are
// read whole, along their own stretch of the primary key, and measured in this process; players with
// many go through the cell index, and MySQL measures, sorts and cuts. Both round distances to whole
// millimetres by the same formula, so an order and a cursor mean the same on either way.

import type { DatabasePool } from "../database/pool.ts";
import type { PrismaClient } from "../database/prisma-client.ts";
import type { Transaction } from "../database/transaction.ts";
import { cellRangesOf } from "../runtime/geo-cell.ts";
import { EARTH_RADIUS_METERS, boxesAround, type GeoPoint } from "../runtime/great-circle.ts";
import { limits } from "../runtime/limits.ts";
import { queryUnionAll, type Branch } from "./union-all.ts";

export interface ItemLocationRow {
  readonly playerId: bigint;
  readonly n: bigint;
  readonly itemId: bigint;
  readonly locationId: bigint;
}

export interface PlacedItemLocationRow extends ItemLocationRow, GeoPoint {}

/** From the point that was asked about, in whole millimetres. */
export interface NearItemLocationRow extends ItemLocationRow {
  readonly distanceMm: number;
}

/** A page of a player's item locations around a point, by distance and then n. */
export interface NearItemLocationsKey {
  readonly playerId: bigint;
  readonly near: GeoPoint;
  readonly withinMeters: number;
  /** Only those after this place in the order; null for the first page. */
  readonly after: { readonly distanceMm: number; readonly n: bigint } | null;
  readonly rowsMax: number;
}

export interface ItemLocationKey {
  readonly playerId: bigint;
  readonly n: bigint;
}

type PlacedCells = [bigint, bigint, bigint, bigint, number, number];

const PLACED_COLUMNS = "player_id, n, item_id, location_id, lat, lng";

/** All item locations of each player, in no order. For players with few. One statement. */
export async function findItemLocationsByPlayer(
  pool: DatabasePool,
  playerIds: readonly bigint[],
): Promise<Map<bigint, PlacedItemLocationRow[]>> {
  const rows = await pool.query<PlacedCells[]>(
    { sql: `SELECT ${PLACED_COLUMNS} FROM item_location WHERE player_id IN (?)`, rowsAsArray: true },
    [playerIds],
  );
  const byPlayer = new Map<bigint, PlacedItemLocationRow[]>();
  for (const row of rows.map(placedRow)) {
    const known = byPlayer.get(row.playerId);
    if (known === undefined) byPlayer.set(row.playerId, [row]);
    else known.push(row);
  }
  return byPlayer;
}

/** One page per key through the cell index. For players with many. One statement. */
export async function listNearItemLocations(
  pool: DatabasePool,
  keys: readonly NearItemLocationsKey[],
): Promise<NearItemLocationRow[][]> {
  const pages = await queryUnionAll<[bigint, bigint, bigint, number]>(pool, keys.map(nearBranch));
  return pages.map((rows, place) =>
    rows.map(([n, itemId, locationId, distanceMm]) => ({
      playerId: keys[place]!.playerId,
      n,
      itemId,
      locationId,
      distanceMm,
    })),
  );
}

/** Known item locations by key, in any order. Through Prisma: only `node` asks so. */
export function findItemLocationsByKey(
  prisma: PrismaClient,
  keys: readonly ItemLocationKey[],
): Promise<ItemLocationRow[]> {
  return prisma.itemLocation.findMany({
    where: { OR: keys.map(({ playerId, n }) => ({ playerId, n })) },
    select: { playerId: true, n: true, itemId: true, locationId: true },
  });
}

/** Known item locations by key, locked, in any order. Under the locks of their players' rows. One statement. */
export async function lockItemLocations(
  transaction: Transaction,
  keys: readonly ItemLocationKey[],
): Promise<PlacedItemLocationRow[]> {
  if (keys.length === 0) return [];
  const rows = await transaction.query<PlacedCells[]>(
    `SELECT ${PLACED_COLUMNS} FROM item_location FORCE INDEX (PRIMARY) WHERE ${keysSql(keys)} FOR UPDATE`,
    keys.flatMap(({ playerId, n }) => [playerId, n]),
  );
  return rows.map(placedRow);
}

/** Under the locks of their players' rows, on which n is counted. One statement. */
export async function insertItemLocations(
  transaction: Transaction,
  rows: readonly (PlacedItemLocationRow & { readonly cell: number })[],
): Promise<void> {
  await transaction.query(
    "INSERT INTO item_location (player_id, n, item_id, location_id, lat, lng, cell) " +
      `VALUES ${rows.map(() => "(?, ?, ?, ?, ?, ?, ?)").join(", ")}`,
    rows.flatMap(({ playerId, n, itemId, locationId, lat, lng, cell }) => [
      playerId,
      n,
      itemId,
      locationId,
      lat,
      lng,
      cell,
    ]),
  );
}

/** Of locked rows. One statement. */
export async function deleteItemLocations(transaction: Transaction, keys: readonly ItemLocationKey[]): Promise<void> {
  if (keys.length === 0) return;
  await transaction.query(
    `DELETE il FROM item_location il FORCE INDEX (PRIMARY) WHERE ${keysSql(keys)}`,
    keys.flatMap(({ playerId, n }) => [playerId, n]),
  );
}

function placedRow([playerId, n, itemId, locationId, lat, lng]: PlacedCells): PlacedItemLocationRow {
  return { playerId, n, itemId, locationId, lat, lng };
}

function keysSql(keys: readonly ItemLocationKey[]): string {
  return keys.map(() => "(player_id = ? AND n = ?)").join(" OR ");
}

/**
 * The inner SELECT finds and measures candidates inside the index alone (n rides along as part of
 * the primary key); only the rows of the page are then looked up in the table.
 */
function nearBranch({ playerId, near, withinMeters, after, rowsMax }: NearItemLocationsKey): Branch {
  const boxes = boxesAround(near, withinMeters);
  const ranges = boxes.flatMap((box) => cellRangesOf(box, Math.floor(limits.cellRangesMax / boxes.length)));
  const inRanges = ranges.map(() => "c.cell BETWEEN ? AND ?").join(" OR ");
  const afterPlace = after === null ? "" : "AND (distance_mm > ? OR (distance_mm = ? AND c.n > ?)) ";
  return {
    columns: "page.n, il.item_id, il.location_id, page.distance_mm",
    rest:
      `FROM (SELECT c.n, ${DISTANCE_MM_SQL} AS distance_mm FROM item_location c ` +
      `FORCE INDEX (ix_item_location__player_id_cell_lat_lng) ` +
      `WHERE c.player_id = ? AND (${inRanges}) ` +
      `HAVING distance_mm <= ? ${afterPlace.replace("c.n", "n")}` +
      `ORDER BY distance_mm, n LIMIT ?) page ` +
      `STRAIGHT_JOIN item_location il ON il.player_id = ? AND il.n = page.n ORDER BY page.distance_mm, page.n`,
    values: [
      near.lat,
      near.lat,
      near.lng,
      playerId,
      ...ranges.flatMap(({ low, high }) => [low, high]),
      Math.floor(withinMeters * 1000),
      ...(after === null ? [] : [after.distanceMm, after.distanceMm, after.n]),
      rowsMax,
      playerId,
    ],
  };
}

/**
 * The haversine of runtime/great-circle.ts; parameters: latitude, latitude, longitude of the point. The
 * driver spells numbers as decimals, which MariaDB would turn into doubles again for every row (+40 %
 * over 50,000 rows); adding a double zero does it once.
 */
const DISTANCE_MM_SQL =
  `ROUND(${2 * EARTH_RADIUS_METERS * 1000} * ASIN(SQRT(LEAST(1, ` +
  `POW(SIN(RADIANS(c.lat - (? + 0e0)) / 2), 2) + ` +
  `COS(RADIANS(c.lat)) * COS(RADIANS(? + 0e0)) * POW(SIN(RADIANS(c.lng - (? + 0e0)) / 2), 2)))))`;
