// Seeds the vector catalogue and the two vector players, whose item state must come out exactly as
// player-state-vectors.json says through every read path. One transaction: all of it is there or none.
// Their ledger is the file's and nothing else; what surrounds it (names, places, runs) is fixed here.
import type { Connection } from "mariadb";
import { connectTo } from "../../scripts/migrations/connection.ts";
import { SetupError } from "../../scripts/setup-error.ts";
import { insertItems } from "./catalogue.ts";
import { cities, type City } from "./cities.ts";
import { insertPlaces, placesByCity } from "./places.ts";
import { demoItemLocations, demoRuns } from "./player.ts";
import { createRandom } from "./random.ts";
import { playerStatements, type SeedPlayer, type SeedTransaction } from "./rows.ts";
import { withSeedLock } from "./seed-lock.ts";
import { vectorItems, vectorPlayerExternalIds, vectorTransactions } from "./vector-file.ts";

/** Who the vector players are, and around which point their items lie. */
export interface VectorPlayer {
  readonly id: number;
  readonly displayName: string;
  readonly birthYear: number;
  readonly city: City;
}

const CREATED_AT_MS = Date.UTC(2026, 0, 15, 9, 30);
const LATEST_MS = Date.UTC(2026, 8, 1);
const HOUR_MS = 3_600_000;
/** The vector players live in the first cities, whose places come with them. */
const HOME_COUNT = 2;

/** Players 1 and 2. A near-me query of player 1 around its city's centre has answers within 3 km. */
export const vectorPlayers: readonly VectorPlayer[] = [
  { id: 1, displayName: "Ada Köhler", birthYear: 1994, city: homeCity(0) },
  { id: 2, displayName: "高橋 結衣", birthYear: 2001, city: homeCity(1) },
];

/**
 * Puts the vectors into a migrated database. Does nothing where they are already, whatever has happened to the two
 * players since. Throws a SetupError in a database whose first items or players are somebody else's.
 */
export async function seedVectors(options: { migratorDatabaseUrl: string }): Promise<void> {
  const connection = await connectTo(options.migratorDatabaseUrl);
  try {
    // Looked at without the lock first: `npm start` need not wait for a long seed beside it.
    if (await hasVectors(connection)) return;
    await withSeedLock(
      connection,
      () => undefined,
      () => insertVectors(connection),
    );
  } finally {
    await connection.end();
  }
}

/** The same for a caller who holds the seed lock. Opens and commits its own transaction. */
export async function insertVectors(connection: Connection): Promise<void> {
  if (await hasVectors(connection)) return;
  await connection.beginTransaction();
  await insertItems(connection, vectorItems);
  await insertPlaces(connection, HOME_COUNT);
  for (const statement of playerStatements(vectorPlayers.map(wholePlayer))) await connection.query(statement);
  await connection.commit();
}

/** True when all vector items and players are there, false in an empty database, a SetupError in between. */
async function hasVectors(connection: Connection): Promise<boolean> {
  const items = await connection.query<IdRow[]>("SELECT id, external_id FROM item ORDER BY id LIMIT ?", [
    vectorItems.length,
  ]);
  const players = await connection.query<IdRow[]>("SELECT id, external_id FROM player ORDER BY id LIMIT ?", [
    vectorPlayers.length,
  ]);
  if (items.length === 0 && players.length === 0) return false;
  const isSame =
    isSequence(
      items,
      vectorItems.map(({ externalId }) => externalId),
    ) && isSequence(players, vectorPlayerExternalIds);
  if (!isSame)
    throw new SetupError("this database holds items or players that the seed did not make: seed an empty one");
  return true;
}

interface IdRow {
  readonly id: number;
  readonly external_id: string | null;
}

function isSequence(rows: readonly IdRow[], externalIds: readonly string[]): boolean {
  return externalIds.every(
    (externalId, index) => rows[index]?.id === index + 1 && rows[index].external_id === externalId,
  );
}

function wholePlayer({ id, displayName, birthYear, city }: VectorPlayer): SeedPlayer {
  const random = createRandom(0, "vector player", id);
  const world = { items: vectorItems, placesByCity: placesByCity.slice(0, HOME_COUNT) };
  return {
    id,
    externalId: vectorPlayerExternalIds[id - 1] ?? null,
    displayName,
    email: `vector.player.${id}@mail.example.com`,
    city: city.name,
    birthYear,
    createdAt: new Date(CREATED_AT_MS),
    verification: { status: "VERIFIED", attempts: 1 },
    transactions: ledgerOf(id),
    itemLocations: demoItemLocations(random, world, cities.indexOf(city), 12),
    runs: demoRuns(random, CREATED_AT_MS, LATEST_MS, 6),
  };
}

/** Receiving alone is a grant; receiving for something spent is an exchange. An hour apart, in file order. */
function ledgerOf(playerId: number): SeedTransaction[] {
  const own = vectorTransactions.filter((transaction) => transaction.playerId === playerId);
  return own.map(({ received, spent }, index) => ({
    kind: spent.size === 0 ? "GRANT" : "EXCHANGE",
    recordedAt: new Date(CREATED_AT_MS + (index + 1) * HOUR_MS),
    lines: [...new Set([...received.keys(), ...spent.keys()])].map((itemId) => ({
      itemId,
      received: received.get(itemId) ?? 0,
      spent: spent.get(itemId) ?? 0,
    })),
  }));
}

function homeCity(index: number): City {
  const city = cities[index];
  if (city === undefined) throw new RangeError(`no city ${index}`);
  return city;
}
