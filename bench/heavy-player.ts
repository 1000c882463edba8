// The one player with very many item locations: a demo player who has been everywhere. They lie evenly
// over all places of the map, as many near one city as near another, so that a search has to find a few
// hundred near ones among fifty thousand.

import type { Connection } from "mariadb";
import { BASIC_ITEM_COUNT } from "../prisma/seed/catalogue.ts";
import { placesByCity } from "../prisma/seed/places.ts";
import { createRandom } from "../prisma/seed/random.ts";
import { sqlInsert, sqlRow } from "../prisma/seed/sql-text.ts";
import { geoCell } from "../src/runtime/geo-cell.ts";

/** The first demo player. */
export const HEAVY_PLAYER_ID = 3;

const ROWS_PER_INSERT = 5_000;
const COLUMNS = ["player_id", "n", "item_id", "location_id", "lat", "lng", "cell"];

/** Tops the player up to `count`; nothing when it has as many. One transaction. */
export async function addHeavyPlayer(
  connection: Connection,
  count: number,
  progress: (line: string) => void,
): Promise<void> {
  const [row] = await connection.query<{ last: number }[]>(
    "SELECT item_location_n_last AS last FROM player WHERE id = ?",
    [HEAVY_PLAYER_ID],
  );
  const last = row?.last ?? 0;
  if (last >= count) return;
  progress(`giving player ${HEAVY_PLAYER_ID} ${count} item locations`);
  await connection.beginTransaction();
  for (let from = last + 1; from <= count; from += ROWS_PER_INSERT) {
    const to = Math.min(from + ROWS_PER_INSERT - 1, count);
    const rows = Array.from({ length: to - from + 1 }, (_, index) => itemLocationRow(from + index));
    await connection.query(sqlInsert("item_location", COLUMNS, rows));
  }
  await connection.query("UPDATE player SET item_location_n_last = ? WHERE id = ?", [count, HEAVY_PLAYER_ID]);
  await connection.commit();
}

function itemLocationRow(n: number): string {
  const random = createRandom(0, "heavy player", n);
  const place = random.pick(random.pick(placesByCity));
  const { lat, lng } = place;
  return sqlRow([HEAVY_PLAYER_ID, n, random.integer(1, BASIC_ITEM_COUNT), place.id, lat, lng, geoCell(lat, lng)]);
}
