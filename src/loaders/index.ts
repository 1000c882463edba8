// Every loader of the process, one per kind of question. Created once; all requests share them.

import type { DatabasePool } from "../database/pool.ts";
import type { PrismaClient } from "../database/prisma-client.ts";
import { limits } from "../runtime/limits.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { findItemsById, findRecipesByItemId, listItemPages, type ItemPageKey } from "../repositories/item.ts";
import {
  findItemLocationsByKey,
  findItemLocationsByPlayer,
  listNearItemLocations,
  type ItemLocationKey,
  type NearItemLocationsKey,
} from "../repositories/item-location.ts";
import {
  findItemTransactionsByRange,
  listItemTransactionVersions,
  type ItemTransactionRangeKey,
  type ItemTransactionVersionsKey,
} from "../repositories/item-transaction.ts";
import { findLocationsById } from "../repositories/location.ts";
import { findPlayersById } from "../repositories/player.ts";
import {
  findBalancesByWindow,
  listOwnedItemPages,
  type BalanceWindowKey,
  type OwnedItemPageKey,
} from "../repositories/player-item.ts";
import { findRunsByKey, listRunPages, type RunKey, type RunPageKey } from "../repositories/run.ts";
import {
  findRanks,
  findRunTotalsByPlayer,
  groupText,
  listLeaderboardPages,
  rankText,
  type LeaderboardPageKey,
  type RankKey,
} from "../repositories/run-total.ts";
import { findVerificationsByPlayer } from "../repositories/verification.ts";
import { createBatchLoader, type BatchLoader } from "./batch-loader.ts";
import { inOrderOf } from "./in-order-of.ts";

export type Loaders = ReturnType<typeof createLoaders>;

/** `pool` answers the hot statements, `prisma` (on the same connections) the rest. */
export function createLoaders(pool: DatabasePool, prisma: PrismaClient, metrics: Metrics) {
  /** Questions by one id, answered by the row with it, or null. */
  const byId = <Row>(
    name: string,
    find: (ids: readonly bigint[]) => Promise<readonly Row[]>,
    idOf: (row: Row) => bigint,
    isOfCatalogue = false,
  ): BatchLoader<bigint, Row | null> =>
    createBatchLoader<bigint, Row | null>({
      name,
      keyText: String,
      batch: async (ids) => inOrderOf(ids, await find(ids), String, (row) => String(idOf(row))),
      metrics,
      isOfCatalogue,
    });

  /** Lists: each key its own branch of a UNION ALL. */
  const byUnion = <Key, Value>(
    name: string,
    keyText: (key: Key) => string,
    batch: (keys: readonly Key[]) => Promise<readonly Value[]>,
    isOfCatalogue = false,
  ): BatchLoader<Key, Value> =>
    createBatchLoader({ name, keyText, batch, metrics, batchKeysMax: limits.unionBatchKeysMax, isOfCatalogue });

  return {
    playerById: byId(
      "playerById",
      (ids) => findPlayersById(pool, ids),
      (row) => row.playerId,
    ),
    itemById: byId(
      "itemById",
      (ids) => findItemsById(pool, ids),
      (row) => row.itemId,
      true,
    ),
    locationById: byId(
      "locationById",
      (ids) => findLocationsById(pool, ids),
      (row) => row.locationId,
      true,
    ),
    runTotalByPlayer: byId(
      "runTotalByPlayer",
      (ids) => findRunTotalsByPlayer(pool, ids),
      (row) => row.playerId,
    ),
    verificationByPlayer: byId(
      "verificationByPlayer",
      (ids) => findVerificationsByPlayer(prisma, ids),
      (row) => row.playerId,
    ),
    /** Recipe lines in item-id order; empty for an item without one. */
    recipeByItem: createBatchLoader({
      name: "recipeByItem",
      keyText: String,
      batch: async (itemIds: readonly bigint[]) => {
        const recipes = await findRecipesByItemId(pool, itemIds);
        return itemIds.map((itemId) => recipes.get(itemId) ?? []);
      },
      metrics,
      isOfCatalogue: true,
    }),
    itemPage: byUnion(
      "itemPage",
      ({ kind, afterItemId, rowsMax }: ItemPageKey) => `${kind}|${afterItemId}|${rowsMax}`,
      (keys) => listItemPages(pool, keys),
      true,
    ),
    /** Balances above zero in any order, for a window of the catalogue; others of the player may be among them. */
    balancesByWindow: createBatchLoader({
      name: "balancesByWindow",
      keyText: ({ playerId, itemIdLow, itemIdHigh }: BalanceWindowKey) => `${playerId}|${itemIdLow}|${itemIdHigh}`,
      batch: (keys) => findBalancesByWindow(pool, keys),
      metrics,
    }),
    ownedItemPage: byUnion(
      "ownedItemPage",
      ({ playerId, kind, afterItemId, rowsMax }: OwnedItemPageKey) => `${playerId}|${kind}|${afterItemId}|${rowsMax}`,
      (keys) => listOwnedItemPages(pool, keys),
    ),
    /** All item locations of a player with few. */
    itemLocationsByPlayer: createBatchLoader({
      name: "itemLocationsByPlayer",
      keyText: String,
      batch: async (playerIds: readonly bigint[]) => {
        const byPlayer = await findItemLocationsByPlayer(pool, playerIds);
        return playerIds.map((playerId) => byPlayer.get(playerId) ?? []);
      },
      metrics,
    }),
    /** A page of item locations of a player with many. */
    nearItemLocations: byUnion(
      "nearItemLocations",
      ({ playerId, near, withinMeters, after, rowsMax }: NearItemLocationsKey) =>
        `${playerId}|${near.lat}|${near.lng}|${withinMeters}|${after?.distanceMm}|${after?.n}|${rowsMax}`,
      (keys) => listNearItemLocations(pool, keys),
    ),
    itemLocationByKey: createBatchLoader({
      name: "itemLocationByKey",
      keyText: itemLocationText,
      batch: async (keys: readonly ItemLocationKey[]) =>
        inOrderOf(keys, await findItemLocationsByKey(prisma, keys), itemLocationText, itemLocationText),
      metrics,
    }),
    /** Transactions of a range of versions, newest first. */
    itemTransactionsByRange: createBatchLoader({
      name: "itemTransactionsByRange",
      keyText: ({ playerId, versionLow, versionHigh }: ItemTransactionRangeKey) =>
        `${playerId}|${versionLow}|${versionHigh}`,
      batch: (keys) => findItemTransactionsByRange(pool, keys),
      metrics,
    }),
    itemTransactionVersions: byUnion(
      "itemTransactionVersions",
      ({ playerId, itemId, beforeVersion, rowsMax }: ItemTransactionVersionsKey) =>
        `${playerId}|${itemId}|${beforeVersion}|${rowsMax}`,
      (keys) => listItemTransactionVersions(pool, keys),
    ),
    runPage: byUnion(
      "runPage",
      ({ playerId, beforeRunId, rowsMax }: RunPageKey) => `${playerId}|${beforeRunId}|${rowsMax}`,
      (keys) => listRunPages(pool, keys),
    ),
    runByKey: createBatchLoader({
      name: "runByKey",
      keyText: runText,
      batch: async (keys: readonly RunKey[]) => inOrderOf(keys, await findRunsByKey(prisma, keys), runText, runText),
      metrics,
    }),
    rank: byUnion("rank", rankText, (keys: readonly RankKey[]) => findRanks(pool, keys)),
    leaderboardPage: byUnion(
      "leaderboardPage",
      ({ group, after, rowsMax }: LeaderboardPageKey) =>
        `${rowsMax}|${after?.distanceMm}|${after?.playerId}|${groupText(group)}`,
      (keys) => listLeaderboardPages(pool, keys),
    ),
  };
}

function itemLocationText({ playerId, n }: ItemLocationKey): string {
  return `${playerId}.${n}`;
}

function runText({ playerId, runId }: RunKey): string {
  return `${playerId}.${runId}`;
}
