// A page of a player's item locations around a point, nearest first. Players with few have all of
// theirs read in one batch with other players' and measured here; players with many go through the
// cell index. The player row says which: its last n is an upper bound of how many there are.

import type { Services } from "../context.ts";
import { distanceMillimeters } from "../runtime/great-circle.ts";
import { limits } from "../runtime/limits.ts";
import type {
  NearItemLocationRow,
  NearItemLocationsKey,
  PlacedItemLocationRow,
} from "../repositories/item-location.ts";
import type { PlayerRow } from "../repositories/player.ts";
import type { Memo } from "./memo.ts";

/** At most `rowsMax` rows, by distance and then n. One statement, shared by its batch. */
export async function loadNearItemLocations(
  { loaders, memo }: Pick<Services, "loaders"> & { memo: Memo },
  { playerId, itemLocationNLast }: PlayerRow,
  place: Omit<NearItemLocationsKey, "playerId">,
): Promise<readonly NearItemLocationRow[]> {
  if (itemLocationNLast > limits.itemLocationsScannedMax) {
    return memo.load(loaders.nearItemLocations, { playerId, ...place });
  }
  return nearestOf(await memo.load(loaders.itemLocationsByPlayer, playerId), place);
}

function nearestOf(
  rows: readonly PlacedItemLocationRow[],
  { near, withinMeters, after, rowsMax }: Omit<NearItemLocationsKey, "playerId">,
): NearItemLocationRow[] {
  const distanceMmMax = Math.floor(withinMeters * 1000);
  return rows
    .map((row) => ({ ...row, distanceMm: distanceMillimeters(near, row) }))
    .filter((row) => row.distanceMm <= distanceMmMax && (after === null || compareNear(row, after) > 0))
    .toSorted(compareNear)
    .slice(0, rowsMax);
}

type Place = Pick<NearItemLocationRow, "distanceMm" | "n">;

function compareNear(a: Place, b: Place): number {
  if (a.distanceMm !== b.distanceMm) return a.distanceMm - b.distanceMm;
  return a.n < b.n ? -1 : a.n > b.n ? 1 : 0;
}
