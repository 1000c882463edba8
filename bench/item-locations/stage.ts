// The database that the comparison runs in: Satchel's own schema with the item locations of the bench's
// world, and beside it what the other ways need. Made anew for every run on the private MariaDB and
// dropped behind it, so that the world stays as it was seeded.

import type { Connection } from "mariadb";
import { migrate } from "../../scripts/migrate.ts";
import { connectTo } from "../../scripts/migrations/connection.ts";
import { onStop } from "../../scripts/stopping.ts";
import { insertMadePlayers, type Crowd } from "./crowds.ts";
import { NEAR_PROCEDURE } from "./statements.ts";

export interface Stage {
  /** As root: the pool of the comparison connects with it. */
  readonly url: string;
  readonly connection: Connection;
  /** Rows of `item_location`. */
  readonly itemLocationCount: number;
  /** Rows of `location`, and of the map that is denser. */
  readonly locationCount: number;
  readonly denseLocationCount: number;
  /** Drops the database. Once, however often it is called. */
  drop(): Promise<void>;
}

export interface StageOptions {
  readonly adminDatabaseUrl: string;
  readonly appDatabaseUrl: string;
  /** Of the world whose item locations are copied. */
  readonly worldDatabase: string;
  readonly crowds: readonly Crowd[];
  /** Places of the dense map for each of the seed's: with 100, some 8,500 lie within 3 km of a city's centre. */
  readonly density: number;
  readonly progress: (line: string) => void;
}

const STAGE_DATABASE = "satchel_bench_item_locations";

/** Replaces what an earlier run left behind when it was killed. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { adminDatabaseUrl, appDatabaseUrl, worldDatabase, crowds, density, progress } = options;
  const url = withDatabase(adminDatabaseUrl, STAGE_DATABASE);
  const root = await connectTo(withDatabase(adminDatabaseUrl, ""));
  await root.query(`DROP DATABASE IF EXISTS ${STAGE_DATABASE}`);
  await root.query(`CREATE DATABASE ${STAGE_DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const drop = onStop(async () => {
    await root.query(`DROP DATABASE IF EXISTS ${STAGE_DATABASE}`);
    await root.end();
  });
  await migrate({ migratorDatabaseUrl: url, databaseUrl: withDatabase(appDatabaseUrl, STAGE_DATABASE) });
  const connection = await connectTo(url);
  onStop(async () => connection.destroy());
  // The players stay in the world; no way of asking looks at them.
  await connection.query("SET foreign_key_checks = 0");
  progress("Copying the world's item locations, and shaping them for each way ...");
  await copyWorld(connection, worldDatabase);
  await insertMadePlayers(connection, crowds);
  for (const sql of shapes(density)) await connection.query(sql);
  for (const table of TABLES) await readWhole(connection, table);
  return {
    url,
    connection,
    itemLocationCount: await countRows(connection, "item_location"),
    locationCount: await countRows(connection, "location"),
    denseLocationCount: await countRows(connection, "place_dense"),
    drop,
  };
}

async function copyWorld(connection: Connection, world: string): Promise<void> {
  for (const table of ["item", "location", "item_location"]) {
    await connection.query(`INSERT INTO ${table} SELECT * FROM \`${world}\`.${table}`);
  }
}

const SHAPED = "INSERT INTO";
const POINT_COLUMNS = "lat DOUBLE NOT NULL, lng DOUBLE NOT NULL";
const KEY_COLUMNS = `player_id BIGINT UNSIGNED NOT NULL, n BIGINT UNSIGNED NOT NULL,
  item_id BIGINT UNSIGNED NOT NULL, location_id BIGINT UNSIGNED NOT NULL`;
const KEY = "PRIMARY KEY (player_id, n)";
const PLACE_COLUMNS = `id BIGINT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, ${POINT_COLUMNS},
  point POINT NOT NULL, INDEX ix_lat_lng (lat, lng), SPATIAL INDEX sx_point (point)`;

/**
 * `placement` is the normalised item location: the point stands in `place` alone. `sighting` carries the point
 * with a SPATIAL index. `bare` and `copied` are there to be written into: without any index but the key, and
 * with the copied point without the cell index.
 */
const shapes = (density: number): string[] => [
  `CREATE TABLE placement (${KEY_COLUMNS}, ${KEY}, INDEX ix_player_id_location_id (player_id, location_id, item_id))`,
  `${SHAPED} placement SELECT player_id, n, item_id, location_id FROM item_location`,
  `CREATE TABLE bare (${KEY_COLUMNS}, ${KEY})`,
  `${SHAPED} bare SELECT player_id, n, item_id, location_id FROM item_location`,
  `CREATE TABLE copied (${KEY_COLUMNS}, ${POINT_COLUMNS}, ${KEY})`,
  `${SHAPED} copied SELECT player_id, n, item_id, location_id, lat, lng FROM item_location`,
  `CREATE TABLE sighting (${KEY_COLUMNS}, ${POINT_COLUMNS}, point POINT NOT NULL, ${KEY})`,
  `${SHAPED} sighting SELECT player_id, n, item_id, location_id, lat, lng, POINT(lng, lat) FROM item_location`,
  // Sorted into the tree at once: row by row it would take four times as long.
  `ALTER TABLE sighting ADD SPATIAL INDEX sx_point (point)`,
  `CREATE TABLE place (${PLACE_COLUMNS})`,
  `${SHAPED} place SELECT id, name, lat, lng, POINT(lng, lat) FROM location`,
  `CREATE TABLE place_dense LIKE place`,
  `${SHAPED} place_dense SELECT * FROM place`,
  // A hair beside the known places, so as dense where those are dense; nothing of these players lies there.
  `${SHAPED} place_dense
   SELECT 1000000 + copy.seq * 100000 + l.id, l.name, l.lat + 0.0001 * (copy.seq DIV 10), l.lng + 0.0001 * (copy.seq MOD 10),
     POINT(l.lng + 0.0001 * (copy.seq MOD 10), l.lat + 0.0001 * (copy.seq DIV 10))
   FROM location l JOIN seq_1_to_${density - 1} copy`,
  NEAR_PROCEDURE,
  "ANALYZE TABLE item, location, item_location, placement, bare, copied, sighting, place, place_dense",
];

const TABLES = ["item", "location", "item_location", "placement", "bare", "copied", "sighting", "place", "place_dense"];

/** So that no measurement pays for a cold page. */
async function readWhole(connection: Connection, table: string): Promise<void> {
  await connection.query(`SELECT COUNT(*) FROM ${table} FORCE INDEX (PRIMARY)`);
}

async function countRows(connection: Connection, table: string): Promise<number> {
  const [row] = await connection.query<{ count: number }[]>(`SELECT COUNT(*) AS count FROM ${table}`);
  return row?.count ?? 0;
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = database;
  return changed.href;
}
