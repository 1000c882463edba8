// Rows for tests, put in by SQL with the invariants that writes keep: balances are the sum of the
// ledger, versions dense from 1, run totals the sum of the runs, cells computed from points. Counts
// are bigints throughout, so that nothing on the way rounds past 2^53.

import { geoCell } from "../../src/runtime/geo-cell.ts";
import type { GeoPoint } from "../../src/runtime/great-circle.ts";
import type { TestDatabase } from "./database.ts";

type Database = Pick<TestDatabase, "query">;

export interface PlayerFixture {
  /** Chosen by the database where absent. */
  readonly playerId?: bigint | number;
  readonly displayName?: string;
  readonly externalId?: string | null;
  readonly email?: string | null;
  readonly city?: string | null;
  readonly birthYear?: number | null;
  /** UTC, as MySQL writes it. */
  readonly createdAt?: string;
}

export interface ItemFixture {
  readonly itemId?: bigint | number;
  readonly externalId?: string | null;
  readonly kind?: "SPENDABLE" | "RECEIVABLE";
  readonly displayName?: string;
}

export interface TransactionFixture {
  readonly kind?: "GRANT" | "COLLECT" | "EXCHANGE" | "TRANSFER" | "SPEND";
  readonly recordedAt?: string;
  readonly lines: readonly LineFixture[];
  /** Of a TRANSFER, and required there: whose ledger has the other half. */
  readonly peerPlayerId?: number;
}

export interface LineFixture {
  readonly itemId: number;
  readonly received?: bigint;
  readonly spent?: bigint;
}

export interface RunFixture {
  readonly distanceMm: bigint | number;
  readonly durationSeconds?: number;
  readonly startedAt?: string;
  readonly recordedAt?: string;
  /** 32 hex digits; the next one after all others of this process where absent. */
  readonly runId?: string;
}

/** Returns the ids, in order. */
export async function insertPlayers(database: Database, players: readonly PlayerFixture[]): Promise<number[]> {
  if (players.length === 0) return [];
  const { insertId } = await insertRows(
    database,
    "INSERT INTO player (id, external_id, display_name, email, city, birth_year, created_at) VALUES",
    players.map(({ playerId = null, displayName = "Somebody", externalId = null, email = null, ...others }) => {
      const { city = null, birthYear = null, createdAt = "2026-02-03 04:05:06.789" } = others;
      return [playerId, externalId, displayName, email, city, birthYear, createdAt];
    }),
  );
  return idsFrom(
    insertId,
    players.map(({ playerId }) => playerId),
  );
}

/** One player with nothing; its id. */
export async function insertPlayer(database: Database, player: PlayerFixture = {}): Promise<number> {
  return (await insertPlayers(database, [player]))[0]!;
}

/** Returns the ids, in order. */
export async function insertItems(database: Database, items: readonly ItemFixture[]): Promise<number[]> {
  const { insertId } = await insertRows(
    database,
    "INSERT INTO item (id, external_id, kind, display_name) VALUES",
    items.map(({ itemId = null, externalId = null, kind = "SPENDABLE", displayName = "thing" }) => [
      itemId,
      externalId,
      kind,
      displayName,
    ]),
  );
  return idsFrom(
    insertId,
    items.map(({ itemId }) => itemId),
  );
}

/** Appends to the player's ledger, oldest first; version and balances follow, and other halves of transfers. */
export async function insertTransactions(
  database: Database,
  playerId: number,
  transactions: readonly TransactionFixture[],
): Promise<void> {
  const versions = new Map<number, number>();
  /** The version after all that is given to the player here. */
  const nextVersionOf = async (ofPlayerId: number) => {
    const last = versions.get(ofPlayerId) ?? (await versionOf(database, ofPlayerId));
    versions.set(ofPlayerId, last + 1);
    return last + 1;
  };
  const halves: Half[] = [];
  for (const { kind = "GRANT", recordedAt = "2026-03-04 05:06:07.008", lines, peerPlayerId } of transactions) {
    const own = { playerId, version: await nextVersionOf(playerId) };
    if (kind !== "TRANSFER") {
      halves.push({ ...own, kind, recordedAt, lines, peer: null });
      continue;
    }
    if (peerPlayerId === undefined) throw new Error("a transfer has another half: say whose");
    const peer = { playerId: peerPlayerId, version: await nextVersionOf(peerPlayerId) };
    const mirrored = lines.map(({ itemId, received = 0n, spent = 0n }) => ({
      itemId,
      received: spent,
      spent: received,
    }));
    halves.push({ ...own, kind, recordedAt, lines, peer }, { ...peer, kind, recordedAt, lines: mirrored, peer: own });
  }
  await insertHalves(database, halves);
  for (const [ofPlayerId, version] of versions) await setStateFromLedger(database, ofPlayerId, version);
}

/** An entry of one player's ledger. */
interface Half extends Required<Pick<TransactionFixture, "kind" | "recordedAt" | "lines">> {
  readonly playerId: number;
  readonly version: number;
  readonly peer: { readonly playerId: number; readonly version: number } | null;
}

async function insertHalves(database: Database, halves: readonly Half[]): Promise<void> {
  await insertRows(
    database,
    "INSERT INTO item_transaction (player_id, version, kind, recorded_at, peer_player_id, peer_version) VALUES",
    halves.map(({ playerId, version, kind, recordedAt, peer }) => [
      playerId,
      version,
      kind,
      recordedAt,
      peer?.playerId ?? null,
      peer?.version ?? null,
    ]),
  );
  await insertRows(
    database,
    "INSERT INTO item_transaction_line (player_id, version, item_id, received, spent) VALUES",
    halves.flatMap(({ playerId, version, lines }) =>
      lines.map(({ itemId, received = 0n, spent = 0n }) => [playerId, version, itemId, received, spent]),
    ),
  );
}

async function setStateFromLedger(database: Database, playerId: number, version: number): Promise<void> {
  await database.query("DELETE FROM player_item WHERE player_id = ?", [playerId]);
  await database.query(
    "INSERT INTO player_item (player_id, item_id, quantity) " +
      "SELECT player_id, item_id, SUM(received) - SUM(spent) FROM item_transaction_line WHERE player_id = ? GROUP BY item_id",
    [playerId],
  );
  await database.query("UPDATE player SET version = ? WHERE id = ?", [version, playerId]);
}

async function versionOf(database: Database, playerId: number): Promise<number> {
  const [player] = await database.query("SELECT version FROM player WHERE id = ?", [playerId]);
  return Number(player.version);
}

/** A location for each point, and an item lying there for the player; n continues. Returns the n of each. */
export async function insertItemLocations(
  database: Database,
  playerId: number,
  places: readonly (GeoPoint & { readonly itemId?: number; readonly name?: string })[],
): Promise<number[]> {
  if (places.length === 0) return [];
  const [player] = await database.query("SELECT item_location_n_last AS nLast FROM player WHERE id = ?", [playerId]);
  const [{ locationId }] = await database.query("SELECT COALESCE(MAX(id), 0) AS locationId FROM location");
  const ns = places.map((_, place) => Number(player.nLast) + place + 1);
  await insertRows(
    database,
    "INSERT INTO location (id, name, lat, lng, used_at) VALUES",
    places.map(({ lat, lng, name = "somewhere" }, place) => [locationId + place + 1, name, lat, lng, "2026-01-01"]),
  );
  await insertRows(
    database,
    "INSERT INTO item_location (player_id, n, item_id, location_id, lat, lng, cell) VALUES",
    places.map(({ lat, lng, itemId = 1 }, place) => [
      playerId,
      ns[place],
      itemId,
      locationId + place + 1,
      lat,
      lng,
      geoCell(lat, lng),
    ]),
  );
  await database.query("UPDATE player SET item_location_n_last = ? WHERE id = ?", [ns.at(-1), playerId]);
  return ns;
}

/** Runs of one player, oldest first, and the total that follows; the ids as 32 hex digits. */
export async function insertRuns(database: Database, playerId: number, runs: readonly RunFixture[]): Promise<string[]> {
  const [runIds] = await insertRunsOf(database, [{ playerId, runs }]);
  return runIds!;
}

/** The same for many players in three statements. */
export async function insertRunsOf(
  database: Database,
  players: readonly { readonly playerId: number; readonly runs: readonly RunFixture[] }[],
): Promise<string[][]> {
  if (players.length === 0) return [];
  const runIds = players.map(({ runs }) => runs.map(({ runId }) => runId ?? nextRunId()));
  await insertRows(
    database,
    "INSERT INTO run (player_id, run_id, distance_mm, duration_seconds, started_at, recorded_at) VALUES",
    players.flatMap(({ playerId, runs }, ofPlayer) =>
      runs.map(({ distanceMm, durationSeconds = 600, startedAt, recordedAt }, place) => [
        playerId,
        Buffer.from(runIds[ofPlayer]![place]!, "hex"),
        distanceMm,
        durationSeconds,
        startedAt ?? "2026-04-05 06:07:08.009",
        recordedAt ?? "2026-04-05 06:17:08.010",
      ]),
    ),
  );
  const playerIds = players.map(({ playerId }) => playerId).join(", ");
  await database.query(`DELETE FROM run_total WHERE player_id IN (${playerIds})`);
  await database.query(
    "INSERT INTO run_total (player_id, distance_mm, run_count, city, birth_year) " +
      "SELECT r.player_id, SUM(r.distance_mm), COUNT(*), p.city, p.birth_year FROM run r JOIN player p ON p.id = r.player_id " +
      `WHERE r.player_id IN (${playerIds}) GROUP BY r.player_id, p.city, p.birth_year`,
  );
  return runIds;
}

export async function insertVerification(
  database: Database,
  playerId: number,
  status: "PENDING" | "VERIFIED" | "FAILED" | "DEAD_LETTERED",
  attempts: number,
  nextAttemptAt: string | null,
): Promise<void> {
  await database.query("INSERT INTO verification VALUES (?, ?, ?, ?)", [playerId, status, attempts, nextAttemptAt]);
}

let runIdsMade = 0;

/** UUIDv7s in ascending order: a fixed moment, and a counter where the random bits would be. */
function nextRunId(): string {
  runIdsMade += 1;
  return `019a${runIdsMade.toString(16).padStart(8, "0")}70008000000000000000`;
}

/** `sql` ends in VALUES. Of no rows, no statement. */
async function insertRows(
  database: Database,
  sql: string,
  rows: readonly (readonly unknown[])[],
): Promise<{ insertId: number }> {
  if (rows.length === 0) return { insertId: 0 };
  const row = `(${rows[0]!.map(() => "?").join(", ")})`;
  const result = await database.query(`${sql} ${rows.map(() => row).join(", ")}`, rows.flat());
  return result as unknown as { insertId: number };
}

/** One statement's own ids follow one another; ids that were chosen are what was chosen. */
function idsFrom(insertId: number, chosen: readonly (bigint | number | undefined)[]): number[] {
  return chosen.map((id, place) => (id === undefined ? insertId + place : Number(id)));
}
