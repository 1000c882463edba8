// A small world for a load: a dozen players with little of everything, so that they run short, a keepsake each that
// nobody else has, and things that lie where they stand. Also the way to look at all of it when the load has ended.

import { randomBytes } from "node:crypto";
import { signToken } from "../../../src/edge/token.ts";
import { connectTo } from "../../../scripts/migrations/connection.ts";
import { verifyLedger } from "../../../scripts/verify/verify-ledger.ts";
import { seedVectors } from "../../kit/database.ts";
import { insertItemLocations, insertItems, insertPlayers, insertTransactions } from "../../kit/fixtures.ts";
import { until } from "../../kit/until.ts";
import { PLACE, type Server } from "./client.ts";
import type { Case } from "./evidence.ts";
import { readRows, type Query, type Rows } from "./rows.ts";

/** Where the world is, and through which URL servers go to it. */
export interface WorldPlace {
  /** Of an administrator. */
  readonly adminUrl: string;
  readonly migratorDatabaseUrl: string;
  /** As the app: servers are given this one. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

export interface World extends Pick<Case, "recipes" | "markers"> {
  readonly playerIds: readonly number[];
  /** Items that are granted, spent and transferred. */
  readonly itemIds: readonly number[];
  /** Items with a recipe of those. */
  readonly receivableIds: readonly number[];
  /** Each player has item locations from 1 to this n. */
  readonly itemLocationNMax: number;
  /** Of an administrator. */
  readonly adminUrl: string;
  /** Settings of a server of this world. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs one statement as administrator, on a connection of its own: MySQL may have been restarted. */
  readonly query: Query;
  /** Of a player; null for the game itself. */
  tokenFor(playerId: number | null): string;
  rows(): Promise<Rows>;
  /** Resolves when nothing is on its way any more, in any of the servers or in MySQL. */
  quiet(servers: readonly Server[]): Promise<void>;
  /** What `npm run verify` says is wrong. */
  mismatches(): Promise<string[]>;
}

const PLAYERS = 10;
const ITEM_LOCATIONS = 12;
const QUANTITY = 6n;
/**
 * Fails while anybody holds a player's row, as every transaction that writes does. (information_schema.innodb_trx is a
 * copy that is renewed only when nobody has read it for 100 ms.)
 */
const LOCK_ALL_PLAYERS = "SELECT id FROM player FOR UPDATE NOWAIT";
const LOCK_WAIT_ERRNOS = new Set([1205, 3572]);
/** Longer than a group without a connection waits for one. */
const QUIET_MS = 400;

/** Fills a migrated, empty database. */
export async function createWorld(place: WorldPlace, playerCount = PLAYERS): Promise<World> {
  await seedVectors(place.migratorDatabaseUrl);
  const connection = await connectTo(place.adminUrl);
  const database = { query: (sql: string, values?: readonly unknown[]) => connection.query(sql, values) };
  const [keepsakeId] = await insertItems(database, [{ displayName: "keepsake" }]);
  const playerIds = await insertPlayers(
    database,
    Array.from({ length: playerCount }, () => ({})),
  );
  const itemIds = [4, 5, 6];
  for (const playerId of playerIds) {
    const lines = itemIds.map((itemId) => ({ itemId, received: QUANTITY }));
    const keepsake = { itemId: keepsakeId!, received: BigInt(markerOf(playerId)) };
    await insertTransactions(database, playerId, [{ lines: [...lines, keepsake] }]);
    await insertItemLocations(
      database,
      playerId,
      Array.from({ length: ITEM_LOCATIONS }, (_, n) => ({ ...PLACE, itemId: itemIds[n % itemIds.length]! })),
    );
  }
  const recipes = await recipesIn(database.query);
  await connection.end();

  const query: Query = (sql, values) => queryOnce(place.adminUrl, sql, values);
  const keys = { JWT_KEYS: someKey(), CURSOR_KEYS: someKey(), IDEMPOTENCY_KEYS: someKey() };
  const tokens = new Map<number | null, string>();
  return {
    playerIds,
    itemIds,
    receivableIds: [...recipes.keys()],
    recipes,
    markers: new Map(playerIds.map((playerId) => [playerId, markerOf(playerId)])),
    itemLocationNMax: ITEM_LOCATIONS,
    adminUrl: place.adminUrl,
    environment: {
      NODE_ENV: "development",
      DATABASE_URL: place.databaseUrl,
      REDIS_URL: place.redisUrl,
      PORT: "0",
      LOG_LEVEL: "info",
      ...keys,
    },
    query,
    tokenFor: (playerId) => {
      let token = tokens.get(playerId);
      if (token === undefined) tokens.set(playerId, (token = newToken(keys.JWT_KEYS, playerId)));
      return token;
    },
    rows: () => readRows(query),
    quiet: (servers) => untilQuiet(query, servers),
    async mismatches() {
      const found: string[] = [];
      await verifyLedger({ databaseUrl: place.migratorDatabaseUrl, onMismatch: (line) => found.push(line) });
      return found;
    },
  };
}

/** Sixteen digits that stand nowhere but in the state of that player. */
function markerOf(playerId: number): string {
  return `4${String(playerId).padStart(15, "0")}`;
}

function someKey(): string {
  return `dev-test:${randomBytes(32).toString("base64url")}`;
}

function newToken(keys: string, playerId: number | null): string {
  const subject = playerId === null ? "games" : String(playerId);
  return signToken({ keys, subject, role: playerId === null ? "service" : "player", ttlSeconds: 7_200 });
}

async function recipesIn(query: Query): Promise<Map<number, { itemId: number; count: number }[]>> {
  const recipes = new Map<number, { itemId: number; count: number }[]>();
  for (const row of await query("SELECT item_id, ingredient_item_id, count FROM item_recipe")) {
    const line = { itemId: Number(row.ingredient_item_id), count: Number(row.count) };
    recipes.set(Number(row.item_id), [...(recipes.get(Number(row.item_id)) ?? []), line]);
  }
  return recipes;
}

async function queryOnce(url: string, sql: string, values?: readonly unknown[]): ReturnType<Query> {
  const connection = await connectTo(url);
  try {
    return await connection.query(sql, values);
  } finally {
    await connection.end();
  }
}

async function untilQuiet(query: Query, servers: readonly Server[]): Promise<void> {
  let quietSinceMs: number | null = null;
  let waiting: number[] = [];
  await until(
    async () => {
      waiting = await Promise.all(servers.map(commandsWaiting));
      const isQuiet = waiting.every((count) => count === 0) && (await areAllPlayersFree(query));
      quietSinceMs = isQuiet ? (quietSinceMs ?? performance.now()) : null;
      return quietSinceMs !== null && performance.now() - quietSinceMs >= QUIET_MS;
    },
    () => `commands or transactions are still on their way: ${waiting.join(", ")} commands wait`,
    20_000,
  );
}

async function areAllPlayersFree(query: Query): Promise<boolean> {
  try {
    await query(LOCK_ALL_PLAYERS);
    return true;
  } catch (error) {
    if (LOCK_WAIT_ERRNOS.has((error as { errno?: number }).errno ?? 0)) return false;
    throw error;
  }
}

async function commandsWaiting({ port }: Server): Promise<number> {
  if (port === null) return 0;
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text());
  return Number(/^satchel_commands_waiting (\d+)/m.exec(text)?.[1] ?? 0);
}
