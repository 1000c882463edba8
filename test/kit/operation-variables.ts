// Variables with which each registered operation answers something for a demo player. Writes need supplies
// besides: something to spend and something to collect, which `layInSupplies` puts in.

import { randomUUID } from "node:crypto";
import { registeredOperations, type RegisteredOperation } from "../../src/operations/registry.ts";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
  playerGlobalId,
} from "../../src/runtime/ids.ts";
import type { TestApi } from "./api.ts";
import type { TestDatabase } from "./database.ts";
import { insertItemLocations, insertTransactions } from "./fixtures.ts";

/** The newest registered operation of each name, by its name. */
export const newestOperations: ReadonlyMap<string, RegisteredOperation> = new Map(
  registeredOperations.map((operation) => [operation.name, operation]),
);

/** What each player can collect, at `SUPPLIES_AT`: one for each turn. */
const COLLECTABLE_COUNT = 40;
/** Above every n that demo players have by then. */
const SUPPLIES_N_LAST = 1_000;
const SUPPLIES_AT = { lat: 52.52, lng: 13.405 };
/** Spendables, and the receivable that is exchanged for one of each. */
const [WORM, BERRY, SWALLOW] = [4, 5, 3] as const;

/** Writes of the catalogue and the map, few of which may be out at the same time. */
export const catalogueWrites: ReadonlySet<string> = new Set(["UpsertItems", "UpsertLocations", "AssignItemLocations"]);

/** Required variables only; operations without any get none. Of a write, those of `writeVariablesOf`. */
export function variablesOf(operationName: string, playerId: number): Record<string, unknown> {
  const player = BigInt(playerId);
  switch (operationName) {
    case "PlayerState":
      return { id: playerGlobalId(player) };
    case "NearbyItems":
      return { near: { lat: 52.52, lng: 13.405 }, withinMeters: 50_000 };
    case "ItemDetail":
      return { id: itemGlobalId(4n) };
    case "ObjectsById":
      return {
        ids: [
          playerGlobalId(3n),
          itemGlobalId(2n),
          locationGlobalId(1n),
          itemTransactionGlobalId(player, 1n),
          itemLocationGlobalId(player, 1n),
        ],
      };
    default:
      return newestOperations.get(operationName)?.type === "mutation" ? writeVariablesOf(operationName, playerId) : {};
  }
}

/**
 * Variables of a write, under a key of its own, with which it has its effect after `layInSupplies`. What can
 * be done once, as collecting one thing, is another with each `turn`, of which there are 40 from 0.
 */
export function writeVariablesOf(
  operationName: string,
  playerId: number,
  { turn = 0, key = randomUUID() }: { readonly turn?: number; readonly key?: string } = {},
): { readonly input: Record<string, unknown>; readonly key: string } {
  return { input: inputOf(operationName, BigInt(playerId), turn), key };
}

/** A token that may send the operation: the player's own, or a service's. */
export function tokenOf(api: Pick<TestApi, "tokenFor">, operationName: string, playerId: number): string {
  return operationName === "GrantItems" || catalogueWrites.has(operationName)
    ? api.tokenFor("games", "service")
    : api.tokenFor(playerId);
}

/** Gives each player items to spend, exchange and send, and item locations to collect. Once a database. */
export async function layInSupplies(database: TestDatabase, playerIds: readonly number[]): Promise<void> {
  const lines = [WORM, BERRY].map((itemId) => ({ itemId, received: 1_000_000n }));
  for (const playerId of playerIds) {
    await insertTransactions(database, playerId, [{ lines }]);
    await database.query("UPDATE player SET item_location_n_last = ? WHERE id = ?", [SUPPLIES_N_LAST, playerId]);
    const places = Array.from({ length: COLLECTABLE_COUNT }, () => ({ ...SUPPLIES_AT, itemId: WORM }));
    await insertItemLocations(database, playerId, places);
  }
}

function inputOf(operationName: string, player: bigint, turn: number): Record<string, unknown> {
  const one = [{ itemId: itemGlobalId(BigInt(WORM)), count: "1" }];
  const externalId = `supplied.${turn}`;
  switch (operationName) {
    case "GrantItems":
      return { playerId: playerGlobalId(player), items: one };
    case "SpendItems":
      return { items: one };
    case "ExchangeItems":
      return { itemId: itemGlobalId(BigInt(SWALLOW)) };
    case "CollectItem":
      return { itemLocationId: itemLocationGlobalId(player, BigInt(SUPPLIES_N_LAST + 1 + turn)), at: SUPPLIES_AT };
    case "TransferItems":
      return { toPlayerId: playerGlobalId(player === 2n ? 1n : 2n), items: one };
    case "UpsertItems":
      return {
        items: [
          { externalId, kind: "SPENDABLE", displayName: "supplied" },
          {
            externalId: `${externalId}.made`,
            kind: "RECEIVABLE",
            displayName: "made",
            recipe: [{ externalId, count: "2" }],
          },
        ],
      };
    case "UpsertLocations":
      return { locations: [{ externalId, name: "supplied", point: SUPPLIES_AT }] };
    case "AssignItemLocations":
      return {
        assignments: [
          { playerId: playerGlobalId(player), itemId: itemGlobalId(BigInt(WORM)), locationId: locationGlobalId(1n) },
        ],
      };
    default:
      throw new Error(`${operationName} needs its input in test/kit/operation-variables.ts`);
  }
}
