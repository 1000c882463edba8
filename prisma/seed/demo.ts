// Seeds demo players on top of the vectors, up to a total. The work goes out in chunks of players, a
// transaction each, over a few connections at once; commits are sent in order, one after the other is
// confirmed, so that a seed killed anywhere leaves players 1 to n whole and nothing else, and a rerun
// carries on at n + 1. Memory holds one chunk per connection, whatever the total.
import type { Connection } from "mariadb";
import { connectTo } from "../../scripts/migrations/connection.ts";
import { SetupError } from "../../scripts/setup-error.ts";
import { BASIC_ITEM_COUNT, basicItems, insertCatalogue, ITEM_COUNT_MAX } from "./catalogue.ts";
import { cities } from "./cities.ts";
import { insertPlaces, placesByCity } from "./places.ts";
import { demoPlayer } from "./player.ts";
import { playerStatements } from "./rows.ts";
import { withSeedLock } from "./seed-lock.ts";
import { insertVectors, vectorPlayers } from "./vectors.ts";

/** What `seedDemo` needs to know. */
export interface SeedDemoOptions {
  readonly migratorDatabaseUrl: string;
  /** In total, the two vector players counted; as many as there are, or fewer, adds nobody. */
  readonly playerCount: number;
  /** In total, the vector items counted; 100 (the least) to 1,000,000. */
  readonly itemCount?: number;
  /** The same seed gives the same players. */
  readonly seed?: number;
  /** Told what is being done, in sentences. */
  readonly progress?: (line: string) => void;
  /** Told how many items, then how many players are committed, in total, after each chunk. */
  readonly onAdvance?: (what: "items" | "players", count: number) => void;
}

/** The seed when none is given. */
export const DEFAULT_SEED = 1;

/** Chunks in flight: one is being made while two are inserted. Measured, 3 is a sixth faster than 2 on two cores. */
const WRITER_COUNT = 3;
/** Some 24,000 rows and 0.8 MB of text a transaction. */
const PLAYERS_PER_CHUNK = 400;

/**
 * Tops the database up: vectors, catalogue and places as far as missing, then demo players without a gap after the last.
 * Returns how many players were added; when nothing is missing, after one statement. Waits while another seed is at work.
 */
export async function seedDemo(options: SeedDemoOptions): Promise<{ added: number }> {
  const { playerCount, itemCount = BASIC_ITEM_COUNT, seed = DEFAULT_SEED, progress = () => undefined } = options;
  assertCount("players", playerCount, vectorPlayers.length, Number.MAX_SAFE_INTEGER);
  assertCount("items", itemCount, BASIC_ITEM_COUNT, ITEM_COUNT_MAX);
  assertCount("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  const lead = await connectTo(options.migratorDatabaseUrl);
  try {
    if (await hasEverything(lead, playerCount, itemCount)) return { added: 0 };
    return await withSeedLock(lead, progress, async () => {
      await seedWorld(lead, { ...options, itemCount, progress });
      const first = (await lastId(lead, "player")) + 1;
      if (first > playerCount) return { added: 0 };
      progress(`seeding players ${first} to ${playerCount} with seed ${seed}`);
      await seedPlayers({ ...options, seed, first });
      return { added: playerCount - first + 1 };
    });
  } finally {
    await lead.end();
  }
}

/** Players come last of all, so enough of them and of the items mean that nothing else is missing. */
async function hasEverything(connection: Connection, playerCount: number, itemCount: number): Promise<boolean> {
  return (await lastId(connection, "player")) >= playerCount && (await lastId(connection, "item")) >= itemCount;
}

/** What players refer to. Same for every seed. */
async function seedWorld(
  connection: Connection,
  options: SeedDemoOptions & { itemCount: number; progress: (line: string) => void },
): Promise<void> {
  const { itemCount, progress, onAdvance } = options;
  await insertVectors(connection);
  const items = await insertCatalogue(connection, itemCount, (count) => onAdvance?.("items", count));
  const places = await insertPlaces(connection, cities.length);
  if (items + places > 0) progress(`seeded ${items} items and ${places} places`);
  await assertOwnWorld(connection);
}

/** Players name items and places by id. Where a studio's own have those ids, that would be nonsense. */
async function assertOwnWorld(connection: Connection): Promise<void> {
  const places = placesByCity.flat();
  const items = await connection.query<{ id: number; externalId: string }[]>(
    "SELECT id, external_id AS externalId FROM item WHERE id <= ? ORDER BY id",
    [BASIC_ITEM_COUNT],
  );
  const locations = await connection.query<{ id: number; name: string }[]>(
    "SELECT id, name FROM location WHERE id <= ? ORDER BY id",
    [places.length],
  );
  const isOwn =
    basicItems.every(
      ({ id, externalId }, index) => items[index]?.id === id && items[index].externalId === externalId,
    ) && places.every(({ id, name }, index) => locations[index]?.id === id && locations[index].name === name);
  if (!isOwn)
    throw new SetupError("this database's items and locations are not the seed's: seed demo players into an empty one");
}

async function seedPlayers(options: SeedDemoOptions & { seed: number; first: number }): Promise<void> {
  const { first, playerCount, seed, onAdvance } = options;
  const writers = await Promise.all(Array.from({ length: WRITER_COUNT }, () => connectTo(options.migratorDatabaseUrl)));
  let next = first;
  let committed: Promise<void> = Promise.resolve();

  /** Takes chunk after chunk. The order of taking is the order of committing. */
  async function write(writer: Connection): Promise<void> {
    while (next <= playerCount) {
      const from = next;
      const to = Math.min(from + PLAYERS_PER_CHUNK - 1, playerCount);
      next = to + 1;
      const inserted = insertChunk(writer, seed, from, to);
      committed = Promise.all([inserted, committed]).then(async () => {
        await writer.query("COMMIT");
        onAdvance?.("players", to);
      });
      await committed;
    }
  }

  try {
    await Promise.all(writers.map(write));
    await Promise.all(writers.map((writer) => writer.end()));
  } catch (error) {
    // What has no COMMIT yet must not get one: the server rolls back whatever loses its connection.
    for (const writer of writers) writer.destroy();
    throw error;
  }
}

/** Leaves the transaction open: committing waits for the chunk before. */
async function insertChunk(writer: Connection, seed: number, from: number, to: number): Promise<void> {
  const players = Array.from({ length: to - from + 1 }, (_, index) => demoPlayer(seed, from + index));
  const statements = ["START TRANSACTION", ...playerStatements(players)];
  // Sent at once: the driver pipelines them, so the server never waits for us in mid-chunk.
  await Promise.all(statements.map((statement) => writer.query(statement)));
}

async function lastId(connection: Connection, table: "player" | "item"): Promise<number> {
  const [row] = await connection.query<{ last: number }[]>(`SELECT COALESCE(MAX(id), 0) AS last FROM ${table}`);
  return row?.last ?? 0;
}

function assertCount(what: string, count: number, min: number, max: number): void {
  if (!Number.isSafeInteger(count) || count < min || count > max) {
    throw new SetupError(`${what} must be a whole number from ${min} to ${max}, got ${count}`);
  }
}
