// The SQL of the ways that Satchel does not use, each as somebody would write it who knows the way well:
// all bound the sort by LIMIT, none reads a column that the page does not show.

import { EARTH_RADIUS_METERS, boxesAround } from "../../src/runtime/great-circle.ts";
import type { Branch } from "../../src/repositories/union-all.ts";
import type { Ask } from "./ask.ts";

/** Normalised; every row of the player is measured. */
export function joinBranch(ask: Ask): Branch {
  return pageBranch(ask, {
    columns: "p.n, p.item_id, p.location_id",
    point: "l",
    from: "placement p JOIN place l ON l.id = p.location_id",
    where: "p.player_id = ?",
    values: [ask.playerId],
  });
}

/** A table of places: as the seed makes it, or denser. */
export type PlaceMap = "place" | "place_dense";

/** Normalised; the optimiser may begin with the places in a box, by an index on latitude and longitude. */
export function boxBranch(map: PlaceMap, ask: Ask): Branch {
  const boxes = boxesAround(ask.near, ask.withinMeters);
  const inBoxes = boxes.map(() => "l.lat BETWEEN ? AND ? AND l.lng BETWEEN ? AND ?").join(" OR ");
  return pageBranch(ask, {
    columns: "p.n, p.item_id, p.location_id",
    point: "l",
    from: `placement p JOIN ${map} l ON l.id = p.location_id`,
    where: `p.player_id = ? AND (${inBoxes})`,
    values: [ask.playerId, ...boxes.flatMap(({ south, north, west, east }) => [south, north, west, east])],
  });
}

/** The stored view of the schema, which joins item, place and the copied point. */
export function viewBranch(ask: Ask): Branch {
  return pageBranch(ask, {
    columns: "d.n, d.item_id, d.location_id",
    point: "d",
    from: "item_location_detail d",
    where: "d.player_id = ?",
    values: [ask.playerId],
  });
}

/** The places in the box by a SPATIAL index, then what the player has at each. */
export function spatialPlacesBranch(map: PlaceMap, ask: Ask): Branch {
  const box = inBox("l", ask);
  return pageBranch(ask, {
    columns: "p.n, p.item_id, p.location_id",
    point: "l",
    from:
      `${map} l FORCE INDEX (sx_point) STRAIGHT_JOIN placement p FORCE INDEX (ix_player_id_location_id) ` +
      `ON p.player_id = ? AND p.location_id = l.id`,
    where: box.sql,
    values: [ask.playerId, ...box.values],
  });
}

/** A SPATIAL index on the item locations themselves: those of all players, since it cannot begin with one. */
export function spatialRowsBranch(ask: Ask): Branch {
  const box = inBox("s", ask);
  return pageBranch(ask, {
    columns: "s.n, s.item_id, s.location_id",
    point: "s",
    from: "sighting s FORCE INDEX (sx_point)",
    where: `s.player_id = ? AND ${box.sql}`,
    values: [ask.playerId, ...box.values],
  });
}

/** The join with a box, behind a CALL. */
export function callSql({ playerId, near, withinMeters, rowsMax }: Ask): { sql: string; values: unknown[] } {
  return {
    sql: "CALL near_item_locations(?, ?, ?, ?, ?)",
    values: [playerId, near.lat, near.lng, withinMeters, rowsMax],
  };
}

/** All rows of many players, with the point from the join or the view, to be measured by whoever asked. */
export const JOIN_BATCH_SQL =
  "SELECT p.player_id, p.n, p.item_id, p.location_id, l.lat, l.lng " +
  "FROM placement p JOIN place l ON l.id = p.location_id WHERE p.player_id IN (?)";
export const VIEW_BATCH_SQL =
  "SELECT player_id, n, item_id, location_id, lat, lng FROM item_location_detail WHERE player_id IN (?)";

/**
 * Runs unchanged on MariaDB and MySQL. It holds the statement of `boxBranch` and nothing better, so that the two
 * differ by the CALL alone. Near a pole or the date line its box is the whole width.
 */
export const NEAR_PROCEDURE = `
CREATE PROCEDURE near_item_locations(
  IN asked_player_id BIGINT UNSIGNED, IN near_lat DOUBLE, IN near_lng DOUBLE, IN within_meters DOUBLE, IN rows_max INT)
READS SQL DATA
BEGIN
  DECLARE angle DOUBLE DEFAULT within_meters / ${EARTH_RADIUS_METERS} * (1 + 1e-9) + 1e-9;
  DECLARE south DOUBLE DEFAULT near_lat - DEGREES(angle);
  DECLARE north DOUBLE DEFAULT near_lat + DEGREES(angle);
  DECLARE half_width DOUBLE DEFAULT 180;
  DECLARE west DOUBLE DEFAULT -180;
  DECLARE east DOUBLE DEFAULT 180;
  IF south > -90 AND north < 90 THEN
    SET half_width = DEGREES(ASIN(SIN(angle) / COS(RADIANS(near_lat))));
    IF near_lng - half_width > -180 AND near_lng + half_width < 180 THEN
      SET west = near_lng - half_width;
      SET east = near_lng + half_width;
    END IF;
  END IF;
  SELECT p.n, p.item_id, p.location_id,
    ROUND(${2 * EARTH_RADIUS_METERS * 1000} * ASIN(SQRT(LEAST(1, POW(SIN(RADIANS(l.lat - near_lat) / 2), 2) +
      COS(RADIANS(l.lat)) * COS(RADIANS(near_lat)) * POW(SIN(RADIANS(l.lng - near_lng) / 2), 2))))) AS distance_mm
  FROM placement p JOIN place l ON l.id = p.location_id
  WHERE p.player_id = asked_player_id AND l.lat BETWEEN south AND north AND l.lng BETWEEN west AND east
  HAVING distance_mm <= FLOOR(within_meters * 1000)
  ORDER BY distance_mm, n
  LIMIT rows_max;
END`;

interface Source {
  readonly columns: string;
  /** Alias of the table that has `lat` and `lng`. */
  readonly point: string;
  readonly from: string;
  readonly where: string;
  /** Of `from` and `where`, in this order. */
  readonly values: readonly unknown[];
}

/** Whole millimetres by the haversine of runtime/great-circle.ts; by distance and then n, cut at the page's end. */
function pageBranch({ near, withinMeters, rowsMax }: Ask, { columns, point, from, where, values }: Source): Branch {
  const distanceMm =
    `ROUND(${2 * EARTH_RADIUS_METERS * 1000} * ASIN(SQRT(LEAST(1, POW(SIN(RADIANS(${point}.lat - ?) / 2), 2) + ` +
    `COS(RADIANS(${point}.lat)) * COS(RADIANS(?)) * POW(SIN(RADIANS(${point}.lng - ?) / 2), 2)))))`;
  return {
    columns: `${columns}, ${distanceMm} AS distance_mm`,
    rest: `FROM ${from} WHERE ${where} HAVING distance_mm <= ? ORDER BY distance_mm, n LIMIT ?`,
    values: [near.lat, near.lat, near.lng, ...values, Math.floor(withinMeters * 1000), rowsMax],
  };
}

/** The boxes around the point. SRID 0, longitude first: plain coordinates in a plane. */
function inBox(table: string, { near, withinMeters }: Ask): { sql: string; values: string[] } {
  const boxes = boxesAround(near, withinMeters);
  return {
    sql: `(${boxes.map(() => `MBRContains(ST_GeomFromText(?), ${table}.point)`).join(" OR ")})`,
    values: boxes.map(({ south, north, west, east }) => `LINESTRING(${west} ${south}, ${east} ${north})`),
  };
}
