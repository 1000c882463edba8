// Runs, their totals and ranks. Distances are kept in whole millimetres and shown in metres.

import { must } from "../runtime/assert.ts";
import { runGlobalId } from "../runtime/ids.ts";
import type { RankingGroup } from "../repositories/run-total.ts";
import type { RunStatsModel } from "../schema/models.ts";
import type {
  LeaderboardEntryResolvers,
  RankingScope,
  RunResolvers,
  RunStatsResolvers,
} from "../schema/generated/resolver-types.ts";

export const runResolvers = {
  id: ({ playerId, runId }) => runGlobalId(playerId, runId),
  distanceMeters: ({ distanceMm }) => meters(distanceMm),
} satisfies RunResolvers;

export const runStatsResolvers = {
  totalDistanceMeters: ({ distanceMm }) => meters(distanceMm),
  ranking: (stats, { scope }, { memo, loaders }) => {
    const group = rankedGroup(stats, scope);
    return group === null ? null : memo.load(loaders.rank, { group, distanceMm: stats.distanceMm });
  },
} satisfies RunStatsResolvers;

export const leaderboardEntryResolvers = {
  player: async ({ playerId }, _, { memo, loaders }) =>
    must(await memo.load(loaders.playerById, playerId), `player ${playerId} is ranked but unknown`),
  totalDistanceMeters: ({ distanceMm }) => meters(distanceMm),
} satisfies LeaderboardEntryResolvers;

/** Null where the player is not ranked: without a run, or without a city or birth year. */
function rankedGroup({ runCount, city, birthYear }: RunStatsModel, scope: RankingScope): RankingGroup | null {
  if (runCount === 0n) return null;
  if (scope === "CITY") return city === null ? null : { scope, city };
  if (scope === "AGE") return birthYear === null ? null : { scope, birthYear };
  return { scope };
}

function meters(millimeters: bigint): number {
  return Number(millimeters) / 1000;
}
