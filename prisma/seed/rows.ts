// What the seed knows of a player before it becomes rows, and how it becomes rows: one multi-row INSERT
// per table for a whole chunk of players, tables in the order of their foreign keys, rows in that of
// their primary keys. Both the vector players and the demo players pass through here.
import { geoCell } from "../../src/runtime/geo-cell.ts";
import type { Place } from "./places.ts";
import { sqlInsert, sqlRow } from "./sql-text.ts";

/** A catalogue entry as the seed makes it. */
export interface SeedItem {
  readonly id: number;
  readonly externalId: string;
  readonly kind: "SPENDABLE" | "RECEIVABLE";
  readonly displayName: string;
  /** What one of it costs, by ingredient id, ascending; empty for spendables. */
  readonly recipe: readonly { readonly itemId: number; readonly count: number }[];
}

/** A ledger entry; its version is its place in the player's list, from 1. */
export interface SeedTransaction {
  readonly kind: "GRANT" | "COLLECT" | "EXCHANGE" | "SPEND";
  readonly recordedAt: Date;
  /** Each item once. */
  readonly lines: readonly { readonly itemId: number; readonly received: number; readonly spent: number }[];
}

/** A run; `runId` is a UUIDv7 of the moment it was recorded. */
export interface SeedRun {
  readonly runId: Uint8Array;
  readonly distanceMm: number;
  readonly durationSeconds: number;
  readonly startedAt: Date;
  readonly recordedAt: Date;
}

/** All of one player. Version, balances, run total and the last n follow from the lists. */
export interface SeedPlayer {
  readonly id: number;
  readonly externalId: string | null;
  readonly displayName: string;
  readonly email: string;
  readonly city: string;
  readonly birthYear: number;
  readonly createdAt: Date;
  readonly verification: { readonly status: "VERIFIED" | "FAILED" | "DEAD_LETTERED"; readonly attempts: number };
  readonly transactions: readonly SeedTransaction[];
  /** In order of n, from 1. */
  readonly itemLocations: readonly { readonly itemId: number; readonly place: Place }[];
  /** Oldest first. */
  readonly runs: readonly SeedRun[];
}

/** Parents before children; the order in which a chunk is inserted. */
const tables = {
  player: [
    "id",
    "external_id",
    "display_name",
    "email",
    "city",
    "birth_year",
    "version",
    "item_location_n_last",
    "created_at",
  ],
  verification: ["player_id", "status", "attempts"],
  item_transaction: ["player_id", "version", "kind", "recorded_at"],
  item_transaction_line: ["player_id", "version", "item_id", "received", "spent"],
  player_item: ["player_id", "item_id", "quantity"],
  item_location: ["player_id", "n", "item_id", "location_id", "lat", "lng", "cell"],
  run: ["player_id", "run_id", "distance_mm", "duration_seconds", "started_at", "recorded_at"],
  run_total: ["player_id", "distance_mm", "run_count", "city", "birth_year"],
} as const;

type TableName = keyof typeof tables;
type TableRows = Record<TableName, string[]>;

/** The INSERTs that make `players` (in id order) whole; run them in one transaction. */
export function playerStatements(players: readonly SeedPlayer[]): string[] {
  const rows: TableRows = {
    player: [],
    verification: [],
    item_transaction: [],
    item_transaction_line: [],
    player_item: [],
    item_location: [],
    run: [],
    run_total: [],
  };
  for (const player of players) {
    addAccount(rows, player);
    addLedger(rows, player);
    addItemLocations(rows, player);
    addRuns(rows, player);
  }
  const names = Object.keys(tables) as TableName[];
  return names.filter((name) => rows[name].length > 0).map((name) => sqlInsert(name, tables[name], rows[name]));
}

/** What the lines of `transactions` sum up to, by item. Throws when a balance would be negative at any version. */
export function balancesOf(transactions: readonly SeedTransaction[]): Map<number, number> {
  const balances = new Map<number, number>();
  for (const line of transactions.flatMap(({ lines }) => lines)) {
    const quantity = (balances.get(line.itemId) ?? 0) + line.received - line.spent;
    if (quantity < 0) throw new RangeError(`a seeded balance of item ${line.itemId} would be ${quantity}`);
    balances.set(line.itemId, quantity);
  }
  return balances;
}

function addAccount(rows: TableRows, player: SeedPlayer): void {
  const { id, externalId, displayName, email, city, birthYear, createdAt, verification } = player;
  const version = player.transactions.length;
  const nLast = player.itemLocations.length;
  rows.player.push(sqlRow([id, externalId, displayName, email, city, birthYear, version, nLast, createdAt]));
  rows.verification.push(sqlRow([id, verification.status, verification.attempts]));
}

function addLedger(rows: TableRows, { id, transactions }: SeedPlayer): void {
  for (const [index, { kind, recordedAt, lines }] of transactions.entries()) {
    rows.item_transaction.push(sqlRow([id, index + 1, kind, recordedAt]));
    for (const { itemId, received, spent } of lines.toSorted((a, b) => a.itemId - b.itemId)) {
      rows.item_transaction_line.push(sqlRow([id, index + 1, itemId, received, spent]));
    }
  }
  for (const [itemId, quantity] of [...balancesOf(transactions)].toSorted(([a], [b]) => a - b)) {
    rows.player_item.push(sqlRow([id, itemId, quantity]));
  }
}

function addItemLocations(rows: TableRows, { id, itemLocations }: SeedPlayer): void {
  for (const [index, { itemId, place }] of itemLocations.entries()) {
    const { lat, lng } = place;
    rows.item_location.push(sqlRow([id, index + 1, itemId, place.id, lat, lng, geoCell(lat, lng)]));
  }
}

function addRuns(rows: TableRows, { id, city, birthYear, runs }: SeedPlayer): void {
  for (const { runId, distanceMm, durationSeconds, startedAt, recordedAt } of runs) {
    rows.run.push(sqlRow([id, runId, distanceMm, durationSeconds, startedAt, recordedAt]));
  }
  if (runs.length === 0) return;
  const distanceMm = runs.reduce((sum, run) => sum + run.distanceMm, 0);
  rows.run_total.push(sqlRow([id, distanceMm, runs.length, city, birthYear]));
}
