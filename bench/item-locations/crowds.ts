// Who asks: kinds of players by how many item locations they have and where these lie. Those that the
// bench's world does not have are made here, with ids after its last one. Questions are drawn once, from
// a fixed seed, so that every variant is asked the same.

import type { Connection } from "mariadb";
import { BASIC_ITEM_COUNT } from "../../prisma/seed/catalogue.ts";
import { cities } from "../../prisma/seed/cities.ts";
import { NEAR_PLACES_PER_CITY, placesByCity, type Place } from "../../prisma/seed/places.ts";
import { createRandom, type Random } from "../../prisma/seed/random.ts";
import { sqlInsert, sqlRow } from "../../prisma/seed/sql-text.ts";
import { geoCell } from "../../src/runtime/geo-cell.ts";
import { limits } from "../../src/runtime/limits.ts";
import { HEAVY_PLAYER_ID } from "../heavy-player.ts";
import { pointInCity } from "../scenarios/scenario.ts";
import type { Ask } from "./ask.ts";

export type CrowdName = "typical" | "threshold" | "collector" | "traveller" | "local";

export interface Crowd {
  readonly name: CrowdName;
  readonly title: string;
  readonly itemLocationCount: number;
  readonly playerIds: readonly number[];
  /** Place in the seed's list of the city in which each of them asks; null: in any. */
  readonly cityIndexOf: (playerId: number) => number | null;
}

/** Players of one batch: as many as the server puts into one statement with a branch for each. */
export const BATCH_PLAYERS = limits.unionBatchKeysMax;
/** Asked for: the first page of twenty and one more, which tells whether there is a next. */
export const ROWS_MAX = 21;

/** Different questions of one crowd; they are asked in turn. */
const ASKS = 64;
const COLLECTOR_COUNT = 2_000;
const ROWS_PER_INSERT = 5_000;
const COLUMNS = ["player_id", "n", "item_id", "location_id", "lat", "lng", "cell"];
/** The home city of the two made players who have many. */
const HOME = 0;

export interface CrowdSizes {
  readonly playerCount: number;
  readonly heavyCount: number;
  /** Of the world, by player id. */
  readonly cityIndexes: Uint8Array;
}

/** In ascending order of what they have. */
export function crowdsOf({ playerCount, heavyCount, cityIndexes }: CrowdSizes): Crowd[] {
  const random = createRandom(1, "typical players", 0);
  const typical = new Set<number>();
  while (typical.size < BATCH_PLAYERS) typical.add(random.integer(HEAVY_PLAYER_ID + 1, playerCount));
  const thresholdIds = Array.from({ length: BATCH_PLAYERS }, (_, place) => playerCount + 1 + place);
  const count = (value: number) => value.toLocaleString("en");
  return [
    {
      name: "typical",
      title: "10 (typical)",
      itemLocationCount: 10,
      playerIds: [...typical],
      cityIndexOf: (playerId) => cityIndexes[playerId] ?? HOME,
    },
    {
      name: "threshold",
      title: "200",
      itemLocationCount: limits.itemLocationsScannedMax,
      playerIds: thresholdIds,
      cityIndexOf: homeOf,
    },
    {
      name: "collector",
      title: count(COLLECTOR_COUNT),
      itemLocationCount: COLLECTOR_COUNT,
      playerIds: [playerCount + BATCH_PLAYERS + 1],
      cityIndexOf: () => HOME,
    },
    {
      name: "traveller",
      title: `${count(heavyCount)} everywhere`,
      itemLocationCount: heavyCount,
      playerIds: [HEAVY_PLAYER_ID],
      cityIndexOf: () => null,
    },
    {
      name: "local",
      title: `${count(heavyCount)} in one city`,
      itemLocationCount: heavyCount,
      playerIds: [playerCount + BATCH_PLAYERS + 2],
      cityIndexOf: () => HOME,
    },
  ];
}

/** Gives the players that the world has not their item locations. */
export async function insertMadePlayers(connection: Connection, crowds: readonly Crowd[]): Promise<void> {
  for (const { name, playerIds, itemLocationCount, cityIndexOf } of crowds) {
    if (name === "typical" || name === "traveller") continue;
    const rows = playerIds.flatMap((playerId) => {
      const random = createRandom(1, name, playerId);
      const home = cityIndexOf(playerId) ?? HOME;
      return Array.from({ length: itemLocationCount }, (_, index) =>
        itemLocationRow(playerId, index + 1, home, random),
      );
    });
    for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
      await connection.query(sqlInsert("item_location", COLUMNS, rows.slice(from, from + ROWS_PER_INSERT)));
    }
  }
}

/** What the crowd asks, one question after the other; each of a batch's players once before any asks again. */
export function asksOf(crowd: Crowd, withinMeters: number): Ask[] {
  const random = createRandom(2, crowd.name, withinMeters);
  return Array.from({ length: Math.max(ASKS, crowd.playerIds.length) }, (_, place) => {
    const playerId = crowd.playerIds[place % crowd.playerIds.length]!;
    const cityIndex = crowd.cityIndexOf(playerId) ?? random.integer(0, cities.length - 1);
    return { playerId: BigInt(playerId), near: pointInCity(cityIndex, random), withinMeters, rowsMax: ROWS_MAX };
  });
}

function homeOf(playerId: number): number {
  return playerId % cities.length;
}

/** Like the seed's: most near the centre of the home city, some further out, some anywhere. */
function itemLocationRow(playerId: number, n: number, cityIndex: number, random: Random): string {
  const home = placesByCity[cityIndex]!;
  const share = random.fraction();
  const place: Place =
    share < 0.8
      ? random.pick(home.slice(0, NEAR_PLACES_PER_CITY))
      : random.pick(share < 0.9 ? home.slice(NEAR_PLACES_PER_CITY) : random.pick(placesByCity));
  const { lat, lng } = place;
  return sqlRow([playerId, n, random.integer(1, BASIC_ITEM_COUNT), place.id, lat, lng, geoCell(lat, lng)]);
}
