// Geometry on the same sphere as src/runtime/great-circle.ts by other formulas, so that a mistake there
// is not repeated here: distances by the chord through the ball, points by turning a vector.

import { EARTH_RADIUS_METERS } from "../../src/runtime/great-circle.ts";

export interface Point {
  readonly lat: number;
  readonly lng: number;
}

type Vector = readonly [number, number, number];

const DEGREES = 180 / Math.PI;

/** Metres along the ground between two points: the angle over half of the straight line between them. */
export function chordMeters(a: Point, b: Point): number {
  const [ax, ay, az] = vectorOf(a);
  const [bx, by, bz] = vectorOf(b);
  const chord = Math.hypot(ax - bx, ay - by, az - bz);
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1, chord / 2));
}

/** The point `meters` from `from` in the direction `bearing` (degrees, 0 is north, 90 east). */
export function pointAt(from: Point, meters: number, bearing: number): Point {
  const [lat, lng, direction] = [from.lat / DEGREES, from.lng / DEGREES, bearing / DEGREES];
  const up = vectorOf(from);
  const north: Vector = [-Math.sin(lat) * Math.cos(lng), -Math.sin(lat) * Math.sin(lng), Math.cos(lat)];
  const east: Vector = [-Math.sin(lng), Math.cos(lng), 0];
  const angle = meters / EARTH_RADIUS_METERS;
  const [x, y, z] = [0, 1, 2].map(
    (axis) =>
      up[axis]! * Math.cos(angle) +
      (north[axis]! * Math.cos(direction) + east[axis]! * Math.sin(direction)) * Math.sin(angle),
  ) as unknown as Vector;
  return { lat: Math.atan2(z, Math.hypot(x, y)) * DEGREES, lng: Math.atan2(y, x) * DEGREES };
}

/** Degrees of latitude that are `meters` long. */
export function metersNorth(meters: number): number {
  return (meters / EARTH_RADIUS_METERS) * DEGREES;
}

function vectorOf({ lat, lng }: Point): Vector {
  const [latitude, longitude] = [lat / DEGREES, lng / DEGREES];
  return [Math.cos(latitude) * Math.cos(longitude), Math.cos(latitude) * Math.sin(longitude), Math.sin(latitude)];
}
