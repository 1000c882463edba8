// The map of the demo world: a hundred places per city, most within 3 km of its centre, so that an
// everyday near-me query has answers and a 50 km one has more. Same for every seed; a place's id
// follows from its city and number, so players can refer to it without asking the database.
import type { Connection } from "mariadb";
import { cities, type City } from "./cities.ts";
import { createRandom, type Random } from "./random.ts";
import { sqlInsert, sqlRow } from "./sql-text.ts";
import { wordList } from "./word-list.ts";

/** Places of one city. */
export const PLACES_PER_CITY = 100;
/** The first of them lie within 3 km of the centre, the others up to 18 km away. */
export const NEAR_PLACES_PER_CITY = 85;

/** A location as the seed makes it. */
export interface Place {
  readonly id: number;
  readonly name: string;
  readonly lat: number;
  readonly lng: number;
}

/** Every place is in use from the start, so that its point is fixed like any other that players know. */
const USED_AT = new Date("2024-01-01T00:00:00.000Z");
const METRES_PER_DEGREE = 111_195;
const FIRST_WORDS = wordList(`
  Old, Linden, Harbour, Mill, Station, Chestnut, Upper, Lower, Rose, Bridge, Castle, River, Market,
  Garden, Museum, Library, North, South, Lantern, Willow
`);
const SECOND_WORDS = wordList(`
  Park, Square, Fountain, Steps, Playground, Gate, Meadow, Viewpoint, Courtyard, Bandstand, Pond,
  Arcade, Boulevard, Clock, Statue
`);

/** The places of `cities[cityIndex]`, in id order. */
export const placesByCity: readonly (readonly Place[])[] = cities.map(placesOf);

/** Inserts the places of the first `cityCount` cities that are not there yet. Returns how many. */
export async function insertPlaces(connection: Connection, cityCount: number): Promise<number> {
  const [row] = await connection.query<{ last: number }[]>("SELECT COALESCE(MAX(id), 0) AS last FROM location");
  const missing = placesByCity
    .slice(0, cityCount)
    .flat()
    .filter((place) => place.id > (row?.last ?? 0));
  if (missing.length > 0) {
    const rows = missing.map(({ id, name, lat, lng }) => sqlRow([id, name, lat, lng, USED_AT]));
    await connection.query(sqlInsert("location", ["id", "name", "lat", "lng", "used_at"], rows));
  }
  return missing.length;
}

function placesOf(city: City, cityIndex: number): Place[] {
  const random = createRandom(0, "places", cityIndex);
  const names = random.sample(
    FIRST_WORDS.flatMap((first) => SECOND_WORDS.map((second) => `${first} ${second}`)),
    PLACES_PER_CITY,
  );
  return names.map((name, index) => ({
    id: cityIndex * PLACES_PER_CITY + index + 1,
    name: `${name}, ${city.name}`,
    ...(index < NEAR_PLACES_PER_CITY ? pointAround(city, random, 80, 2_900) : pointAround(city, random, 3_200, 18_000)),
  }));
}

/** Even over the ring between two radii; flat-earth arithmetic is right to metres this close. */
function pointAround(city: City, random: Random, nearMetres: number, farMetres: number): { lat: number; lng: number } {
  const share = random.fraction();
  const metres = Math.sqrt(nearMetres ** 2 + share * (farMetres ** 2 - nearMetres ** 2));
  const bearing = random.fraction() * 2 * Math.PI;
  const lat = city.lat + (metres * Math.cos(bearing)) / METRES_PER_DEGREE;
  const lng = city.lng + (metres * Math.sin(bearing)) / (METRES_PER_DEGREE * Math.cos((city.lat * Math.PI) / 180));
  return { lat: rounded(lat), lng: rounded(lng) };
}

/** Six decimals are 0.1 m. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
