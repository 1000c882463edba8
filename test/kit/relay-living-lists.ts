// Each list of the schema beside a plain array that must read the same. Rows go in and out of both, so
// that a test can compare what the server answers with an array at any time. The orders are written down
// here once more, from the schema's descriptions, and not taken from the server's code.

import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  playerGlobalId,
  runGlobalId,
} from "../../src/runtime/ids.ts";
import { expect } from "vitest";
import type { TestDatabase } from "./database.ts";
import {
  insertItemLocations,
  insertItems,
  insertPlayer,
  insertPlayers,
  insertRuns,
  insertRunsOf,
  insertTransactions,
} from "./fixtures.ts";
import type { List, ListField } from "./lists.ts";

export interface LivingEntry {
  /** Where it stands: compared number by number, the smaller first. */
  readonly position: readonly number[];
  /** As a page must show it. */
  readonly node: object;
}

export interface LivingList {
  readonly list: List;
  /** All entries as they must be read now, in order. */
  entries(): readonly LivingEntry[];
  /** One new entry for each number, somewhere; none for a number whose place is taken. */
  insert(numbers: readonly number[]): Promise<void>;
  /** Takes out the entries at these places, modulo the length; the ledger keeps all. */
  remove(places: readonly number[]): Promise<void>;
}

/** Sorts positions as a list does. */
export function comparePositions(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((number, at) => number !== b[at]);
  return place === -1 ? 0 : a[place]! - b[place]!;
}

/** A list of its own for each call; of the catalogue, which is one, what earlier calls put in is taken out. */
export function createLivingList(field: ListField, database: TestDatabase): Promise<LivingList> {
  return makers[field](database);
}

interface Kind {
  readonly list: List;
  readonly atFirst?: readonly LivingEntry[];
  /** Puts in rows and returns what they must look like; `taken` says where something stands already. */
  readonly put: (numbers: readonly number[], taken: (position: readonly number[]) => boolean) => Promise<LivingEntry[]>;
  readonly take?: (entries: readonly LivingEntry[]) => Promise<unknown>;
  /** What depends on the other entries too. */
  readonly shown?: (entries: readonly LivingEntry[]) => readonly LivingEntry[];
}

function living({ list, atFirst = [], put, take, shown = (entries) => entries }: Kind): LivingList {
  let entries = [...atFirst];
  return {
    list,
    entries: () => shown(entries),
    async insert(numbers) {
      if (numbers.length === 0) return;
      const taken = (position: readonly number[]) =>
        entries.some((entry) => comparePositions(entry.position, position) === 0);
      const added = await put([...new Set(numbers)], taken);
      entries = [...entries, ...added].toSorted((a, b) => comparePositions(a.position, b.position));
    },
    async remove(places) {
      if (take === undefined || places.length === 0) return;
      const leaving = new Set(places.map((place) => entries[place % entries.length]));
      const gone = entries.filter((entry) => leaving.has(entry) && !atFirst.includes(entry));
      if (gone.length > 0) await take(gone);
      entries = entries.filter((entry) => !gone.includes(entry));
    },
  };
}

const VECTOR_ITEMS = [1, 2, 3, 4, 5, 6];
const FIRST_OWN_ITEM = 1_000;

const makers: Record<ListField, (database: TestDatabase) => Promise<LivingList>> = {
  async "Query.items"(database) {
    await database.query("DELETE FROM item WHERE id >= ?", [FIRST_OWN_ITEM]);
    const entry = (itemId: number) => ({ position: [itemId], node: { id: itemGlobalId(BigInt(itemId)) } });
    return living({
      list: { field: "Query.items" },
      atFirst: VECTOR_ITEMS.map(entry),
      put: async (numbers, taken) => {
        const itemIds = numbers.map((number) => FIRST_OWN_ITEM + number).filter((itemId) => !taken([itemId]));
        await insertItems(
          database,
          itemIds.map((itemId) => ({ itemId })),
        );
        return itemIds.map(entry);
      },
      take: (entries) => database.query("DELETE FROM item WHERE id IN (?)", [entries.map(({ position: [id] }) => id)]),
    });
  },

  async "Player.state"(database) {
    const playerId = await insertPlayer(database);
    const quantities = new Map<number, bigint>();
    const change = (itemIds: readonly number[], direction: "received" | "spent") =>
      insertTransactions(database, playerId, [
        { lines: itemIds.map((itemId) => ({ itemId, [direction]: quantities.get(itemId)! })) },
      ]);
    return living({
      list: { field: "Player.state", playerId, filter: "includeZero: false" },
      put: async (numbers, taken) => {
        const fresh = new Set(numbers.map((number) => FIRST_OWN_ITEM + (number % 400)));
        const itemIds = [...fresh].filter((itemId) => !taken([itemId]));
        if (itemIds.length === 0) return [];
        await database.query(
          `INSERT IGNORE INTO item (id, kind, display_name) VALUES ${itemIds.map((id) => `(${id}, 'SPENDABLE', 'x')`).join(", ")}`,
        );
        for (const itemId of itemIds) quantities.set(itemId, BigInt(itemId) ** 5n);
        await change(itemIds, "received");
        return itemIds.map((itemId) => ({
          position: [itemId],
          node: { item: { id: itemGlobalId(BigInt(itemId)) }, quantity: String(quantities.get(itemId)) },
        }));
      },
      take: (entries) =>
        change(
          entries.map(({ position: [itemId] }) => itemId!),
          "spent",
        ),
    });
  },

  async "Player.itemLocations"(database) {
    const playerId = await insertPlayer(database);
    // Every other player counts as one with many, whose places are read along an index.
    if (playerId % 2 === 0)
      await database.query("UPDATE player SET item_location_n_last = 10000 WHERE id = ?", [playerId]);
    return living({
      list: { field: "Player.itemLocations", playerId, filter: "near: { lat: 52.5, lng: 13.4 }" },
      put: async (numbers) => {
        // Northwards in steps of some 11 m; where several lie at one place, the older comes first.
        const steps = numbers.map((number) => number % 200);
        const places = steps.map((step) => ({ lat: 52.5 + step / 10_000, lng: 13.4 }));
        const ns = await insertItemLocations(database, playerId, places);
        return ns.map((n, place) => ({
          position: [steps[place]!, n],
          node: { id: itemLocationGlobalId(BigInt(playerId), BigInt(n)), distanceMeters: expect.any(Number) as number },
        }));
      },
      take: (entries) =>
        database.query("DELETE FROM item_location WHERE player_id = ? AND n IN (?)", [
          playerId,
          entries.map(({ position: [, n] }) => n),
        ]),
    });
  },

  async "Player.transactions"(database) {
    const playerId = await insertPlayer(database);
    let version = 0;
    return living({
      list: { field: "Player.transactions", playerId },
      put: async (numbers) => {
        await insertTransactions(
          database,
          playerId,
          numbers.map(() => ({ lines: [{ itemId: 4, received: 1n }] })),
        );
        return numbers.map(() => {
          version += 1;
          return { position: [-version], node: { id: itemTransactionGlobalId(BigInt(playerId), BigInt(version)) } };
        });
      },
    });
  },

  async "Player.runs"(database) {
    const playerId = await insertPlayer(database);
    const runIdOf = (number: number) => `019a${number.toString(16).padStart(8, "0")}70008000000000000000`;
    return living({
      list: { field: "Player.runs", playerId },
      put: async (numbers, taken) => {
        const fresh = numbers.filter((number) => !taken([-number]));
        const runs = fresh.map((number) => ({ distanceMm: 1, runId: runIdOf(number) }));
        if (runs.length > 0) await insertRuns(database, playerId, runs);
        return fresh.map((number) => ({
          position: [-number],
          node: { id: runGlobalId(BigInt(playerId), runIdOf(number)) },
        }));
      },
      take: (entries) =>
        database.query("DELETE FROM run WHERE player_id = ? AND run_id IN (?)", [
          playerId,
          entries.map(({ position: [number] }) => Buffer.from(runIdOf(-number!), "hex")),
        ]),
    });
  },

  async "Query.leaderboard"(database) {
    citiesMade += 1;
    const city = `City ${citiesMade}`;
    return living({
      list: { field: "Query.leaderboard", filter: `scope: CITY, city: "${city}"` },
      put: async (numbers) => {
        // Few distances, so that many players are tied; of those the older account comes first.
        const playerIds = await insertPlayers(
          database,
          numbers.map(() => ({ city })),
        );
        const distances = numbers.map((number) => (number % 40) + 1);
        await insertRunsOf(
          database,
          playerIds.map((playerId, place) => ({ playerId, runs: [{ distanceMm: distances[place]! }] })),
        );
        return playerIds.map((playerId, place) => ({
          position: [-distances[place]!, playerId],
          node: { player: { id: playerGlobalId(BigInt(playerId)) }, totalDistanceMeters: distances[place]! / 1000 },
        }));
      },
      take: (entries) =>
        database.query("DELETE FROM run_total WHERE player_id IN (?)", [entries.map(({ position: [, id] }) => id)]),
      shown: (entries) =>
        entries.map(({ position, node }) => ({
          position,
          node: { rank: 1 + entries.filter((other) => other.position[0]! < position[0]!).length, ...node },
        })),
    });
  },
};

let citiesMade = 0;
