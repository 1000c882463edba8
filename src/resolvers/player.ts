// A player. Public are id, displayName and runStats; everything else stands behind `own`, the one
// place that decides who sees it.

import { maySeePrivate, type Context } from "../context.ts";
import { forbidden, unauthenticated } from "../errors.ts";
import { itemGlobalId, playerGlobalId } from "../runtime/ids.ts";
import { loadItemTransactionPage } from "../loaders/item-transaction-page.ts";
import { loadNearItemLocations } from "../loaders/near-item-locations.ts";
import { loadPlayerState } from "../loaders/player-state.ts";
import type { PlayerModel } from "../schema/models.ts";
import type { PlayerResolvers } from "../schema/generated/resolver-types.ts";
import { idArgument, pointArgument, radiusArgument } from "./arguments.ts";
import { connection, parseNumber, parseNumberPair } from "./connection.ts";

const DEFAULT_RADIUS_METERS = 3000;

export const playerResolvers = {
  id: ({ playerId }) => playerGlobalId(playerId),

  runStats: async ({ playerId, city, birthYear }, _, { memo, loaders }) =>
    (await memo.load(loaders.runTotalByPlayer, playerId)) ?? {
      playerId,
      city,
      birthYear,
      distanceMm: 0n,
      runCount: 0n,
    },

  externalId: own(({ externalId }) => externalId),
  email: own(({ email }) => email),
  city: own(({ city }) => city),
  birthYear: own(({ birthYear }) => birthYear),
  createdAt: own(({ createdAt }) => createdAt),
  version: own(({ version }) => version),
  verification: own(({ playerId }, _, { memo, loaders }) => memo.load(loaders.verificationByPlayer, playerId)),

  state: own(({ playerId }, { first, after, kind = null, includeZero: includeZeroOrNull }, context) => {
    const includeZero = includeZeroOrNull ?? true;
    return connection(context, {
      list: `Player.state|${playerId}|${kind}|${includeZero}`,
      first,
      after,
      parse: parseNumber,
      positionOf: ({ item }) => String(item.itemId),
      load: (afterItemId, rowsMax) =>
        loadPlayerState(context, { playerId, kind, afterItemId: afterItemId ?? 0n, includeZero, rowsMax }),
    });
  }),

  quantity: own(async ({ playerId }, { itemId: id }, { memo, loaders }) => {
    const { itemId } = idArgument(id, "Item");
    const [item, balances] = await Promise.all([
      memo.load(loaders.itemById, itemId),
      memo.load(loaders.balancesByWindow, { playerId, itemIdLow: itemId, itemIdHigh: itemId }),
    ]);
    return item === null ? null : (balances.find((balance) => balance.itemId === itemId)?.quantity ?? 0n);
  }),

  itemLocations: own((player, args, context) => {
    const near = pointArgument(args.near);
    const withinMeters = radiusArgument(args.withinMeters, DEFAULT_RADIUS_METERS);
    return connection(context, {
      list: `Player.itemLocations|${player.playerId}|${near.lat}|${near.lng}|${withinMeters}`,
      first: args.first,
      after: args.after,
      parse: parseNumberPair,
      positionOf: ({ distanceMm, n }) => `${distanceMm}.${n}`,
      load: (after, rowsMax) =>
        loadNearItemLocations(context, player, {
          near,
          withinMeters,
          after: after === null ? null : { distanceMm: Number(after[0]), n: after[1] },
          rowsMax,
        }),
    });
  }),

  transactions: own((player, { first, after, itemId: id }, context) => {
    const itemId = id === null || id === undefined ? null : idArgument(id, "Item").itemId;
    return connection(context, {
      list: `Player.transactions|${player.playerId}|${itemId === null ? "" : itemGlobalId(itemId)}`,
      first,
      after,
      parse: parseNumber,
      positionOf: ({ version }) => String(version),
      load: (beforeVersion, rowsMax) => loadItemTransactionPage(context, player, { itemId, beforeVersion, rowsMax }),
    });
  }),

  runs: own(({ playerId }, { first, after }, context) =>
    connection(context, {
      list: `Player.runs|${playerId}`,
      first,
      after,
      parse: (text) => (/^[0-9a-f]{32}$/.test(text) ? text : null),
      positionOf: ({ runId }) => runId,
      load: (beforeRunId, rowsMax) => context.memo.load(context.loaders.runPage, { playerId, beforeRunId, rowsMax }),
    }),
  ),
} satisfies PlayerResolvers;

/** Refuses before `resolve` looks anything up. */
function own<Args, Result>(resolve: (player: PlayerModel, args: Args, context: Context) => Result) {
  return (player: PlayerModel, args: Args, context: Context): Result => {
    if (!maySeePrivate(context.viewer, player.playerId))
      throw context.viewer === null ? unauthenticated() : forbidden();
    return resolve(player, args, context);
  };
}
