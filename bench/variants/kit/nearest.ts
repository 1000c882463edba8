// Nearest first, for variants that read the candidates of one player and measure them here. The formula
// is Satchel's, since distances must be equal to the millimetre.

import { distanceMillimeters, type GeoPoint } from "../../../src/runtime/great-circle.ts";

export interface Candidate extends GeoPoint {
  readonly n: string | number | bigint;
}

/** The first `rowsMax` of those within the radius, by distance and then n. */
export function nearestOf<Row extends Candidate>(
  rows: readonly Row[],
  near: GeoPoint,
  withinMeters: number,
  rowsMax: number,
): (Row & { distanceMm: number })[] {
  const distanceMmMax = Math.floor(withinMeters * 1000);
  return rows
    .map((row) => ({ ...row, distanceMm: distanceMillimeters(near, row) }))
    .filter(({ distanceMm }) => distanceMm <= distanceMmMax)
    .toSorted((a, b) => (a.distanceMm === b.distanceMm ? Number(a.n) - Number(b.n) : a.distanceMm - b.distanceMm))
    .slice(0, rowsMax);
}
