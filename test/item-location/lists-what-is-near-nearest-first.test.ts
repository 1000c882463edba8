// What lies near a point: everything within the radius and nothing beyond, nearest first, at distances
// that an independent formula confirms; also where the map's edges are, at the date line and the poles.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { itemLocationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItemLocations, insertPlayer } from "../kit/fixtures.ts";
import { chordMeters, metersNorth, pointAt, type Point } from "../kit/globe.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

interface Near {
  readonly n: number;
  readonly meters: number;
}

/** A player with item locations at `points`; both ways of the server to them are tried on it. */
async function playerWith(points: readonly Point[], way: Way): Promise<number> {
  const playerId = await insertPlayer(api.database);
  await insertItemLocations(api.database, playerId, points);
  if (way === "many")
    await api.database.query("UPDATE player SET item_location_n_last = 1000 WHERE id = ?", [playerId]);
  return playerId;
}

async function nearOf(playerId: number, near: Point, withinMeters?: number | null): Promise<Near[]> {
  const variables = { id: playerGlobalId(BigInt(playerId)), near, withinMeters };
  const radius = withinMeters === undefined ? "" : ", withinMeters: $withinMeters";
  const { player } = await api.read({
    query: `query ($id: ID!, $near: GeoPointInput! ${radius && ", $withinMeters: Float"}) {
      player(id: $id) { itemLocations(near: $near ${radius}, first: 100) { nodes { id distanceMeters } } } }`,
    variables,
    token: api.tokenFor(playerId),
  });
  return player.itemLocations.nodes.map(({ id, distanceMeters }: { id: string; distanceMeters: number }) => ({
    n: ns(playerId).indexOf(id),
    meters: distanceMeters,
  }));
}

/** Ids by n; n counts from 1. */
function ns(playerId: number): string[] {
  return Array.from({ length: 100 }, (_, n) => (n === 0 ? "" : itemLocationGlobalId(BigInt(playerId), BigInt(n))));
}

type Way = "few" | "many";

describe.each(["few", "many"] as const)("a player with %s", (way) => {
  it("has them nearest first, those at the same place in the order of their n", async () => {
    const here = { lat: 52.52, lng: 13.405 };
    const points = [1500, 20, 900, 20, 0, 2500].map((meters) => pointAt(here, meters, 77));
    const near = await nearOf(await playerWith(points, way), here);
    expect(near.map(({ n }) => n)).toEqual([5, 2, 4, 3, 1, 6]);
    near.forEach(({ n, meters }) => expect(meters).toBeCloseTo(chordMeters(here, points[n - 1]!), 2));
    expect(near[0]!.meters).toBe(0);
  });

  it.each<[string, Point]>([
    ["on the date line", { lat: -16.8, lng: 180 }],
    ["on the date line, written the other way", { lat: -16.8, lng: -180 }],
    ["just west of the date line", { lat: -16.8, lng: 179.999 }],
    ["just east of the date line", { lat: -16.8, lng: -179.999 }],
    ["at the north pole", { lat: 90, lng: 0 }],
    ["at the north pole, by another meridian", { lat: 90, lng: -123.4 }],
    ["at the south pole", { lat: -90, lng: 180 }],
    ["a kilometre from the north pole", { lat: 90 - metersNorth(1000), lng: 60 }],
    ["two kilometres from the south pole, on the date line", { lat: -90 + metersNorth(2000), lng: 180 }],
    ["where the equator meets the prime meridian", { lat: 0, lng: 0 }],
    ["in the far north", { lat: 78.22, lng: 15.64 }],
  ])("has all around %s", async (_, here) => {
    // Every 30 degrees of the compass, each a different distance inside, and as many outside.
    const bearings = Array.from({ length: 12 }, (__, place) => place * 30);
    const inside = bearings.map((bearing, place) => pointAt(here, 100 + place * 240, bearing));
    const outside = bearings.map((bearing, place) => pointAt(here, 3001 + place * 240, bearing));
    const near = await nearOf(await playerWith([...outside, ...inside], way), here);
    expect(near.map(({ n }) => n)).toEqual(inside.map((__, place) => outside.length + place + 1));
    near.forEach(({ n, meters }) => expect(meters).toBeCloseTo(chordMeters(here, inside[n - 13]!), 2));
  });

  it("reaches across the pole to the opposite meridian, and to both spellings of the date line", async () => {
    const here = { lat: 90 - metersNorth(500), lng: 0 };
    const points = [
      { lat: 90 - metersNorth(500), lng: 180 },
      { lat: 90 - metersNorth(500), lng: -180 },
      { lat: 90, lng: 42 },
    ];
    const near = await nearOf(await playerWith(points, way), here, 1001);
    expect(near.map(({ n }) => n)).toEqual([3, 1, 2]);
    expect(near.map(({ meters }) => Math.round(meters))).toEqual([500, 1000, 1000]);
  });

  it("has what lies on the radius and not what lies a centimetre beyond, 3000 metres where none is given", async () => {
    const here = { lat: 0, lng: 0 };
    const edge = [2999.99, 3000, 3000.01].map((meters) => ({ lat: metersNorth(meters), lng: 0 }));
    const playerId = await playerWith(edge, way);
    const within = async (meters?: number | null) => (await nearOf(playerId, here, meters)).map(({ n }) => n);
    expect(await within()).toEqual([1, 2]);
    expect(await within(null)).toEqual([1, 2]);
    expect(await within(3000)).toEqual([1, 2]);
    expect(await within(2999.99)).toEqual([1]);
    expect(await within(2999.98)).toEqual([]);
    expect(await within(3000.01)).toEqual([1, 2, 3]);
  });

  it("searches from nothing but the place itself up to 50 km", async () => {
    const here = { lat: 48.2, lng: 16.37 };
    const playerId = await playerWith([here, pointAt(here, 49_999, 200), pointAt(here, 50_001, 200)], way);
    expect((await nearOf(playerId, here, 0.001)).map(({ n }) => n)).toEqual([1]);
    expect((await nearOf(playerId, here, 50_000)).map(({ n }) => n)).toEqual([1, 2]);
  });

  it("shows no one else's", async () => {
    const here = { lat: 10, lng: 10 };
    await playerWith([here, here], way);
    expect(await nearOf(await playerWith([here], way), here)).toHaveLength(1);
  });
});

it("has names and points of what lies there", async () => {
  const here = { lat: -33.86, lng: 151.21 };
  const playerId = await insertPlayer(api.database);
  await insertItemLocations(api.database, playerId, [{ ...here, itemId: 4, name: "Café 🐛 Zürich" }]);
  const { viewer } = await api.read({
    query: `query ($near: GeoPointInput!) { viewer { itemLocations(near: $near, first: 1) { nodes {
      item { displayName } location { name point { lat lng } } distanceMeters } } } }`,
    variables: { near: here },
    token: api.tokenFor(playerId),
  });
  expect(viewer.itemLocations.nodes).toEqual([
    { item: { displayName: "worm" }, location: { name: "Café 🐛 Zürich", point: here }, distanceMeters: 0 },
  ]);
});
