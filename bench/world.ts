// The worlds that are measured: databases on the bench's own private MariaDB, each seeded once and kept
// under the data directory, since 200,000 players take minutes. A world's name says its size, so another
// size is another database and none is ever changed.

import type { Connection } from "mariadb";
import { seedDemo } from "../prisma/seed/demo.ts";
import { BASIC_ITEM_COUNT } from "../prisma/seed/catalogue.ts";
import { cities } from "../prisma/seed/cities.ts";
import { migrate } from "../scripts/migrate.ts";
import { connectTo } from "../scripts/migrations/connection.ts";
import { createProgressBar } from "../scripts/progress-bar.ts";
import type { Stack } from "../scripts/stack/stack.ts";
import { HEAVY_PLAYER_ID, addHeavyPlayer } from "./heavy-player.ts";
import type { BenchOptions } from "./options.ts";

/** `main` is what the scenarios run on; the others differ from `small` in one size each. */
export type WorldName = "main" | "small" | "catalogue" | "writes";

export interface World {
  readonly name: WorldName;
  readonly playerCount: number;
  readonly itemCount: number;
  /** As the app's account. */
  readonly databaseUrl: string;
  /** As root, for what the bench itself does. */
  readonly databaseAdminUrl: string;
  /** By player id, the place of the home city in the seed's list. */
  readonly cityIndexes: Uint8Array;
}

export type Worlds = Readonly<Partial<Record<WorldName, World>>>;

/** The worlds of the reads. */
export type ReadWorlds = Readonly<Record<"main" | "small" | "catalogue", World>>;

const TABLES = [
  "player",
  "item",
  "player_item",
  "item_location",
  "item_transaction",
  "item_transaction_line",
  "location",
  "run_total",
];

/** Makes what is missing and reads all of it once, so that no measurement pays for a cold disk. */
export async function openWorlds(
  stack: Stack,
  options: BenchOptions,
  progress: (line: string) => void,
): Promise<ReadWorlds> {
  const { playerCount, smallPlayerCount, catalogueItemCount, heavyItemLocationCount } = options;
  const open = (name: WorldName, players: number, items: number) =>
    openWorld(stack, { name, playerCount: players, itemCount: items, heavyItemLocationCount }, progress);
  return {
    main: await open("main", playerCount, BASIC_ITEM_COUNT),
    small: await open("small", smallPlayerCount, BASIC_ITEM_COUNT),
    catalogue: await open("catalogue", smallPlayerCount, catalogueItemCount),
  };
}

export interface WorldSize {
  readonly name: WorldName;
  readonly playerCount: number;
  readonly itemCount: number;
  readonly heavyItemLocationCount: number;
}

/** One world by itself. */
export async function openWorld(stack: Stack, size: WorldSize, progress: (line: string) => void): Promise<World> {
  const { name, playerCount, itemCount, heavyItemLocationCount } = size;
  const heavyCount = name === "main" ? heavyItemLocationCount : 0;
  // What is written to is nobody's yardstick for reads.
  const own = name === "writes" ? "writes_" : "";
  const database = `satchel_bench_${own}${playerCount}_${itemCount}_${heavyCount}`;
  progress(`World "${name}": ${playerCount} players, ${itemCount} items`);
  const adminUrl = await createDatabase(stack, database);
  const databaseUrl = urlOf(stack.urls.databaseUrl, database);
  // As root: the migrator of a private stack has rights in one database only.
  await migrate({ migratorDatabaseUrl: adminUrl, databaseUrl });
  await seed(adminUrl, playerCount, itemCount);
  const connection = await connectTo(adminUrl);
  try {
    if (heavyCount > 0) await addHeavyPlayer(connection, heavyCount, progress);
    await readEverything(connection);
    const cityIndexes = await readCityIndexes(connection, playerCount);
    return { name, playerCount, itemCount, databaseUrl, databaseAdminUrl: adminUrl, cityIndexes };
  } finally {
    await connection.end();
  }
}

async function createDatabase(stack: Stack, database: string): Promise<string> {
  if (stack.adminDatabaseUrl === undefined) throw new Error("the bench needs a private database");
  const connection = await connectTo(urlOf(stack.adminDatabaseUrl, ""));
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  } finally {
    await connection.end();
  }
  return urlOf(stack.adminDatabaseUrl, database);
}

async function seed(adminUrl: string, playerCount: number, itemCount: number): Promise<void> {
  const bars = {
    items: createProgressBar("items", itemCount),
    players: createProgressBar("players", playerCount),
  };
  const { added } = await seedDemo({
    migratorDatabaseUrl: adminUrl,
    playerCount,
    itemCount,
    onAdvance: (what, count) => bars[what].advance(count),
  });
  bars.items.end();
  bars.players.end();
  if (added > 0) await analyze(adminUrl);
}

/** Fresh statistics: the optimiser must not see a table as it was in the midst of seeding. */
async function analyze(adminUrl: string): Promise<void> {
  const connection = await connectTo(adminUrl);
  try {
    await connection.query(`ANALYZE TABLE ${TABLES.join(", ")}`);
  } finally {
    await connection.end();
  }
}

async function readEverything(connection: Connection): Promise<void> {
  for (const table of TABLES) await connection.query(`SELECT COUNT(*) FROM ${table} FORCE INDEX (PRIMARY)`);
  await connection.query(
    "SELECT COUNT(*) FROM item_location FORCE INDEX (ix_item_location__player_id_cell_lat_lng) WHERE player_id = ?",
    [HEAVY_PLAYER_ID],
  );
}

async function readCityIndexes(connection: Connection, playerCount: number): Promise<Uint8Array> {
  const placeByName = new Map(cities.map(({ name }, place) => [name, place]));
  const rows = await connection.query<[number, string][]>({ sql: "SELECT id, city FROM player", rowsAsArray: true });
  const cityIndexes = new Uint8Array(playerCount + 1);
  for (const [id, city] of rows) cityIndexes[id] = placeByName.get(city) ?? 0;
  return cityIndexes;
}

function urlOf(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = database;
  return changed.href;
}
