// The roots of every read.

import { badUserInput } from "../errors.ts";
import { utcYear } from "../runtime/clock.ts";
import { limits } from "../runtime/limits.ts";
import { groupText, type RankingGroup } from "../repositories/run-total.ts";
import type { QueryLeaderboardArgs, QueryResolvers } from "../schema/generated/resolver-types.ts";
import type { Context } from "../context.ts";
import { ageArgument, cityArgument, idArgument, nodeIdArgument } from "./arguments.ts";
import { connection, parseNumber, parseNumberPair } from "./connection.ts";
import { loadNode } from "./node.ts";

export const queryResolvers = {
  node: (_, { id }, context) => loadNode(context, nodeIdArgument(id)),

  nodes: async (_, { ids }, context) => {
    if (ids.length > limits.nodeIdsMax) throw badUserInput(`ids must be at most ${limits.nodeIdsMax}.`);
    return Promise.all(ids.map(nodeIdArgument).map((nodeId) => loadNode(context, nodeId)));
  },

  viewer: (_, __, { viewer, memo, loaders }) =>
    viewer?.role === "player" ? memo.load(loaders.playerById, viewer.playerId) : null,

  player: (_, { id }, { memo, loaders }) => memo.load(loaders.playerById, idArgument(id, "Player").playerId),

  items: (_, { first, after, kind = null }, context) =>
    connection(context, {
      list: `Query.items|${kind}`,
      first,
      after,
      parse: parseNumber,
      positionOf: ({ itemId }) => String(itemId),
      load: (afterItemId, rowsMax) =>
        context.memo.load(context.loaders.itemPage, { kind, afterItemId: afterItemId ?? 0n, rowsMax }),
    }),

  leaderboard: (_, args, context) => {
    const group = rankingGroup(args, context);
    return connection(context, {
      list: `Query.leaderboard|${groupText(group)}`,
      first: args.first,
      after: args.after,
      parse: parseNumberPair,
      positionOf: ({ distanceMm, playerId }) => `${distanceMm}.${playerId}`,
      load: (after, rowsMax) =>
        context.memo.load(context.loaders.leaderboardPage, {
          group,
          after: after === null ? null : { distanceMm: after[0], playerId: after[1] },
          rowsMax,
        }),
    });
  },
} satisfies QueryResolvers;

function rankingGroup({ scope, city, age }: QueryLeaderboardArgs, { clock }: Context): RankingGroup {
  if (scope === "CITY") return { scope, city: cityArgument(city) };
  if (scope === "AGE") return { scope, birthYear: utcYear(clock) - ageArgument(age) };
  return { scope };
}
