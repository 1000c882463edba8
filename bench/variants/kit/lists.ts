// The cursors of the three lists that the operations page through. They must be Satchel's to the byte,
// or answers would not be equal, so names and positions are those of src/resolvers.

import type { Cursors } from "../../../src/runtime/cursors.ts";
import type { GeoPoint } from "../../../src/runtime/great-circle.ts";

/** What a page says about itself. */
export interface PageEnd {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** Of a page that has `first` entries at most, cut from `rowCount` rows that were read. */
export function pageEnd(rowCount: number, first: number, endCursor: string | null): PageEnd {
  return { hasNextPage: rowCount > first, endCursor };
}

export function stateCursor(
  cursors: Cursors,
  playerId: string | bigint,
  includeZero: boolean,
  itemId: string | bigint,
): string {
  return cursors.seal(`Player.state|${playerId}|null|${includeZero}`, String(itemId));
}

export function itemLocationCursor(
  cursors: Cursors,
  { playerId, near, withinMeters }: { playerId: string | bigint; near: GeoPoint; withinMeters: number },
  place: { readonly distanceMm: number; readonly n: string | number | bigint },
): string {
  return cursors.seal(
    `Player.itemLocations|${playerId}|${near.lat}|${near.lng}|${withinMeters}`,
    `${place.distanceMm}.${place.n}`,
  );
}
