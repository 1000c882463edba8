// Players with few item locations are measured in the process, those with many by MySQL through the
// cell index. For the same points both answer the same pages, and what a plain model says.

import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { itemLocationGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItemLocations, insertPlayer } from "../kit/fixtures.ts";
import { chordMeters, pointAt, type Point } from "../kit/globe.ts";
import { walk } from "../kit/lists.ts";
import { between, checkAsync } from "../kit/property.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

/** Anywhere, and often where a map has an edge. */
const center: fc.Arbitrary<Point> = fc.record({
  lat: fc.oneof(between(-90, 90), fc.constantFrom(90, -90, 0, 89.99, -89.99, 89.6, -89.6)),
  lng: fc.oneof(between(-180, 180), fc.constantFrom(180, -180, 0, 179.999, -179.999, 90)),
});
const radius = fc.oneof(fc.constantFrom(0.5, 3000, 50_000), between(0.01, 50_000));
/** Around the center as shares of the radius; the compass rounded, so that some lie at the same place. */
const surroundings = fc.array(fc.record({ share: between(0, 1.3), bearing: fc.integer({ min: 0, max: 359 }) }), {
  minLength: 1,
  maxLength: 12,
});
/** Ones that belong to other meridians: exactly on the poles and the date line. */
const landmarks = fc.subarray([
  { lat: 90, lng: 10 },
  { lat: -90, lng: -170 },
  { lat: 0, lng: 180 },
  { lat: 0, lng: -180 },
]);

it("answers the same pages either way, around any point with any radius", async () => {
  await checkAsync(
    fc.asyncProperty(
      center,
      radius,
      surroundings,
      landmarks,
      fc.integer({ min: 1, max: 15 }),
      async (near, withinMeters, around, marks, first) => {
        const points = [...around.map(({ share, bearing }) => pointAt(near, share * withinMeters, bearing)), ...marks];
        const playerId = await insertPlayer(api.database);
        const ns = await insertItemLocations(api.database, playerId, points);
        const filter = `near: { lat: ${near.lat}, lng: ${near.lng} }, withinMeters: ${withinMeters}`;
        const read = () => walk(api, { field: "Player.itemLocations", playerId, filter }, first);
        const few = await read();
        await setNLast(playerId, 1_000_000);
        const many = await read();
        expect(many.map(({ nodes }) => nodes)).toEqual(few.map(({ nodes }) => nodes));

        // What is nearer than the radius by more than a rounding is in; what is farther is not.
        const ids = new Set(few.flatMap(({ nodes }) => nodes).map((node) => (node as { id: string }).id));
        const wrong = points.filter((point, place) => {
          const meters = chordMeters(near, point);
          const isIn = ids.has(itemLocationGlobalId(BigInt(playerId), BigInt(ns[place]!)));
          return isIn ? meters > withinMeters + 0.01 : meters < withinMeters - 0.01;
        });
        expect(wrong).toEqual([]);
      },
    ),
    40,
  );
});

it("goes through the cell index from the first player with more than the limit", async () => {
  const playerId = await insertPlayer(api.database);
  await insertItemLocations(api.database, playerId, [{ lat: 1, lng: 1 }]);
  const usesIndex = async (nLast: number) => {
    await setNLast(playerId, nLast);
    api.statements.length = 0;
    await walk(api, { field: "Player.itemLocations", playerId, filter: "near: { lat: 1, lng: 1 }" }, 1);
    return api.statements.some(({ sql }) => sql.includes("ix_item_location__player_id_cell_lat_lng"));
  };
  expect(await usesIndex(limits.itemLocationsScannedMax)).toBe(false);
  expect(await usesIndex(limits.itemLocationsScannedMax + 1)).toBe(true);
});

async function setNLast(playerId: number, nLast: number): Promise<void> {
  await api.database.query("UPDATE player SET item_location_n_last = ? WHERE id = ?", [nLast, playerId]);
}
