// Distances on the globe, for item locations near a point. The SQL in repositories/item-location.ts
// computes the same formula; both round to whole millimetres, so that order and cursors agree.

import type { GeoBox } from "./geo-cell.ts";

/** Mean radius of the Earth in metres (IUGG R1). */
export const EARTH_RADIUS_METERS = 6_371_008.8;

const RADIANS_PER_DEGREE = Math.PI / 180;

export interface GeoPoint {
  readonly lat: number;
  readonly lng: number;
}

/**
 * Great-circle distance in whole millimetres, by the haversine formula (R. W. Sinnott, 1984), which
 * is exact for near points and needs no case for the date line or the poles.
 */
export function distanceMillimeters(a: GeoPoint, b: GeoPoint): number {
  const latA = a.lat * RADIANS_PER_DEGREE;
  const latB = b.lat * RADIANS_PER_DEGREE;
  const sinLat = Math.sin((latB - latA) / 2);
  const sinLng = Math.sin(((b.lng - a.lng) * RADIANS_PER_DEGREE) / 2);
  const h = sinLat * sinLat + Math.cos(latA) * Math.cos(latB) * sinLng * sinLng;
  // Rounding can lift h a hair above 1 for antipodes, where asin would be NaN.
  return Math.round(2 * EARTH_RADIUS_METERS * Math.asin(Math.sqrt(Math.min(1, h))) * 1000);
}

/**
 * Boxes that together contain every point within `radiusMeters` of `center`: two where the circle
 * crosses the date line, full width where it touches a pole.
 * Source: J. P. Matuschek, "Finding points within a distance of a latitude/longitude".
 */
export function boxesAround(center: GeoPoint, radiusMeters: number): GeoBox[] {
  // A hair wider than asked: the boxes only preselect, and rounding must not cost a point.
  const angle = (radiusMeters / EARTH_RADIUS_METERS) * (1 + 1e-9) + 1e-9;
  const degrees = angle / RADIANS_PER_DEGREE;
  const south = center.lat - degrees;
  const north = center.lat + degrees;
  if (south <= -90 || north >= 90) {
    return [{ south: Math.max(south, -90), north: Math.min(north, 90), west: -180, east: 180 }];
  }
  const halfWidth = Math.asin(Math.sin(angle) / Math.cos(center.lat * RADIANS_PER_DEGREE)) / RADIANS_PER_DEGREE;
  return splitAtDateLine({ south, north, west: center.lng - halfWidth, east: center.lng + halfWidth });
}

/** Touching 180 counts as crossing: the same meridian is also written -180. */
function splitAtDateLine({ south, north, west, east }: GeoBox): GeoBox[] {
  if (west <= -180) {
    return [
      { south, north, west: -180, east },
      { south, north, west: Math.min(west + 360, 180), east: 180 },
    ];
  }
  if (east >= 180) {
    return [
      { south, north, west, east: 180 },
      { south, north, west: -180, east: Math.max(east - 360, -180) },
    ];
  }
  return [{ south, north, west, east }];
}
