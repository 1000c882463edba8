// The cell index may name too much, never too little: every point of a circle lies in one of the ranges
// that cover it, and there are never more ranges than a statement may have.

import fc from "fast-check";
import { expect, it } from "vitest";
import { cellRangesOf, geoCell, type CellRange, type GeoBox } from "../../src/runtime/geo-cell.ts";
import { EARTH_RADIUS_METERS, boxesAround } from "../../src/runtime/great-circle.ts";
import { limits } from "../../src/runtime/limits.ts";
import { metersNorth, pointAt, type Point } from "../kit/globe.ts";
import { between, check } from "../kit/property.ts";

const lng = fc.oneof(between(-180, 180), fc.constantFrom(180, -180, 179.9999999, -179.9999999, 0));
const radius = fc.oneof(between(0.001, limits.radiusMetersMax), fc.constantFrom(3000, 50_000));
const share = fc.oneof(between(0, 1), fc.constantFrom(0, 1));
const bearing = fc.oneof(
  between(0, 360),
  fc.constantFrom(0, 90, 180, 270),
  fc.constantFrom("easternmost" as const, "westernmost" as const),
);

/**
 * In degrees. A circle is widest in longitude not to the east of its center but poleward of it, where a
 * meridian touches it: Napier's rule for the right angle there.
 */
function bearingOf(direction: number | "easternmost" | "westernmost", { lat }: Point, meters: number): number {
  if (typeof direction === "number") return direction;
  const radians = Math.PI / 180;
  const cosine = Math.tan(meters / EARTH_RADIUS_METERS) * Math.tan(lat * radians);
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine))) / radians;
  return direction === "easternmost" ? angle : -angle;
}

/** Latitudes anywhere, and such that the circle just reaches, just misses or holds a pole. */
const circle = fc
  .tuple(
    between(-90, 90),
    lng,
    radius,
    fc.constantFrom("anywhere", "touching", "around"),
    fc.boolean(),
    fc.integer({ min: -4, max: 4 }),
  )
  .map(([anywhere, lngOfCenter, meters, place, isSouth, hairs]) => {
    const touching = 90 - metersNorth(meters) + hairs * 1e-13;
    const lat =
      place === "anywhere" ? anywhere : Math.min(90, place === "touching" ? touching : 90 - metersNorth(meters) / 3);
    return { center: { lat: place !== "anywhere" && isSouth ? -lat : lat, lng: lngOfCenter }, meters };
  });

/** As the search through the index has them. */
function rangesAround(center: Point, meters: number): CellRange[] {
  const boxes = boxesAround(center, meters);
  return boxes.flatMap((box) => cellRangesOf(box, Math.floor(limits.cellRangesMax / boxes.length)));
}

it("covers every point of every circle, as do the boxes around it", () => {
  check(
    fc.property(circle, share, bearing, ({ center, meters }, ofRadius, direction) => {
      const ranges = rangesAround(center, meters);
      const point = pointAt(center, ofRadius * meters, bearingOf(direction, center, ofRadius * meters));
      const isBoxed = ({ south, north, west, east }: GeoBox) =>
        south <= point.lat && point.lat <= north && west <= point.lng && point.lng <= east;
      expect(boxesAround(center, meters).some(isBoxed)).toBe(true);
      const cell = geoCell(point.lat, point.lng);
      expect(ranges.some(({ low, high }) => low <= cell && cell <= high)).toBe(true);
    }),
    3_000,
  );
});

it("has ascending ranges that do not meet, at most as many as allowed", () => {
  const span = fc.tuple(between(-1, 1), between(0, 1));
  check(
    fc.property(
      span,
      span,
      fc.integer({ min: 1, max: limits.cellRangesMax }),
      ([lat, height], [lng0, width], countMax) => {
        const [south, west] = [lat * 90, lng0 * 180];
        const box = { south, north: south + (90 - south) * height ** 9, west, east: west + (180 - west) * width ** 9 };
        const ranges = cellRangesOf(box, countMax);
        expect(ranges.length).toBeLessThanOrEqual(countMax);
        ranges.forEach(({ low, high }, place) => {
          expect(low).toBeLessThanOrEqual(high);
          if (place > 0) expect(ranges[place - 1]!.high + 1).toBeLessThan(low);
        });
      },
    ),
    500,
  );
});

it("covers a circle with few cells besides its own: a 3 km circle with less than a thousandth of the globe", () => {
  check(
    fc.property(between(-80, 80), lng, (lat, lngOfCenter) => {
      const cells = rangesAround({ lat, lng: lngOfCenter }, 3000);
      expect(cells.reduce((sum, { low, high }) => sum + high - low + 1, 0)).toBeLessThan(2 ** 52 / 1000);
    }),
    200,
  );
});

it("has one cell for both spellings of the date line, and exact cells throughout", () => {
  check(
    fc.property(between(-90, 90), lng, (lat, lngOfPoint) => {
      expect(geoCell(lat, 180)).toBe(geoCell(lat, -180));
      const cell = geoCell(lat, lngOfPoint);
      expect(Number.isSafeInteger(cell) && cell >= 0 && cell < 2 ** 52).toBe(true);
    }),
    500,
  );
});
