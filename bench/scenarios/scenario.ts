// A scenario: what an app asks on behalf of a player. Drawn from a seeded generator, so that every
// variant of one round gets the very same questions in the same order.

import { cities } from "../../prisma/seed/cities.ts";
import type { Random } from "../../prisma/seed/random.ts";

export type OperationName = "PlayerState" | "NearbyItems" | "HomeScreen" | "Catalogue" | "ExchangeItems";

/** One question, before it has a form on the wire. */
export interface Ask {
  readonly operation: OperationName;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Who asks. */
export interface AskingPlayer {
  readonly playerId: number;
  /** Place of the home city in the seed's list. */
  readonly cityIndex: number;
}

export interface Scenario {
  readonly name: string;
  /** For tables and reports. */
  readonly title: string;
  /** Each of its requests is sent once only: a write that is sent again is answered as before. */
  readonly isWrite?: true;
  /** What the player asks this time. */
  ask(player: AskingPlayer, random: Random): Ask;
}

const METERS_PER_DEGREE = 111_195;
/** Points lie this far from the centre at most: still within reach of most places of the seed's cities. */
const WALK_METERS_MAX = 2_000;

/** Somewhere in the city: even over a disc around its centre. Six decimals, as a phone would send. */
export function pointInCity(cityIndex: number, random: Random): { lat: number; lng: number } {
  const city = cities[cityIndex];
  if (city === undefined) throw new RangeError(`no city ${cityIndex}`);
  const meters = WALK_METERS_MAX * Math.sqrt(random.fraction());
  const bearing = 2 * Math.PI * random.fraction();
  const lat = city.lat + (meters * Math.cos(bearing)) / METERS_PER_DEGREE;
  const lng = city.lng + (meters * Math.sin(bearing)) / (METERS_PER_DEGREE * Math.cos((city.lat * Math.PI) / 180));
  return { lat: Number(lat.toFixed(6)), lng: Number(lng.toFixed(6)) };
}
