// The cell index may name too much, never too little: every point of a circle lies in one of the ranges
// that cover it, and there are never more ranges than a statement may have.

import fc from "fast-check";
import { expect, it } from "vitest";
import { cellRangesOf, geoCell } from "../../src/runtime/geo-cell.ts";
import { boxesAround } from "../../src/runtime/great-circle.ts";
import { limits } from "../../src/runtime/limits.ts";
import { metersNorth, pointAt, type Point } from "../kit/globe.ts";
import { check } from "../kit/property.ts";

const lng = fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(180, -180, 179.9999999, -179.9999999, 0));
const radius = fc.oneof(fc.double({ min: 0.001, max: limits.radiusMetersMax, noNaN: true }), fc.constantFrom(3000, 50_000));
const share = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1));
const bearing = fc.oneof(fc.double({ min: 0, max: 360, noNaN: true }), fc.constantFrom(0, 90, 180, 270));

/** Latitudes anywhere, and such that the circle just reaches, just misses or holds a pole. */
const circle = fc
  .tuple(fc.double({ min: -90, max: 90, noNaN: true }), lng, radius, fc.constantFrom("anywhere", "touching", "around"), fc.boolean(), fc.integer({ min: -4, max: 4 }))
  .map(([anywhere, lngOfCenter, meters, place, isSouth, hairs]) => {
    const touching = 90 - metersNorth(meters) + hairs * 1e-13;
    const lat = place === "anywhere" ? anywhere : Math.min(90, place === "touching" ? touching : 90 - metersNorth(meters) / 3);
    return { center: { lat: place !== "anywhere" && isSouth ? -lat : lat, lng: lngOfCenter }, meters };
  });

function rangesAround(center: Point, meters: number) {
  const boxes = boxesAround(center, meters);
  return boxes.map((box) => cellRangesOf(box, Math.floor(limits.cellRangesMax / boxes.length)));
}

it("covers every point of every circle, in ascending ranges that do not meet, at most as many as allowed", () => {
  check(
    fc.property(circle, share, bearing, ({ center, meters }, ofRadius, direction) => {
      const ranges = rangesAround(center, meters);
      const point = pointAt(center, ofRadius * meters, direction);
      const cell = geoCell(point.lat, point.lng);
      expect(ranges.flat().some(({ low, high }) => low <= cell && cell <= high)).toBe(true);
      expect(ranges.flat().length).toBeLessThanOrEqual(limits.cellRangesMax);
      for (const ofBox of ranges) {
        ofBox.forEach(({ low, high }, place) => {
          expect(low).toBeLessThanOrEqual(high);
          if (place > 0) expect(ofBox[place - 1]!.high + 1).toBeLessThan(low);
        });
      }
    }),
    3_000,
  );
});

it("covers a circle with few cells besides its own: a 3 km circle with less than a thousandth of the globe", () => {
  check(
    fc.property(fc.double({ min: -80, max: 80, noNaN: true }), lng, (lat, lngOfCenter) => {
      const cells = rangesAround({ lat, lng: lngOfCenter }, 3000).flat();
      expect(cells.reduce((sum, { low, high }) => sum + high - low + 1, 0)).toBeLessThan(2 ** 52 / 1000);
    }),
    200,
  );
});

it("has one cell for both spellings of the date line, and exact cells throughout", () => {
  check(
    fc.property(fc.double({ min: -90, max: 90, noNaN: true }), lng, (lat, lngOfPoint) => {
      expect(geoCell(lat, 180)).toBe(geoCell(lat, -180));
      const cell = geoCell(lat, lngOfPoint);
      expect(Number.isSafeInteger(cell) && cell >= 0 && cell < 2 ** 52).toBe(true);
    }),
    500,
  );
});
