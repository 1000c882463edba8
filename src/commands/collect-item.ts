// collectItem: a player picks up what lies within reach. The item location disappears in the transaction that
// gives the item.

import { cacheTags } from "../cache/tags.ts";
import { distanceMillimeters, type GeoPoint } from "../runtime/great-circle.ts";
import type { Command } from "./command.ts";
import type { Idempotency } from "./idempotency.ts";
import { given, notFound, refusalOfVersion, refusalsOfOverflow } from "./item-counts.ts";
import type { Ledger } from "./ledger.ts";
import { refused, type Outcome } from "./outcome.ts";

export interface CollectItemInput {
  /** Who collects. */
  readonly playerId: bigint;
  /** Whose item location it is, which is another's only by a wrong id. */
  readonly itemLocation: { readonly playerId: bigint; readonly n: bigint };
  /** Where the player stands. */
  readonly at: GeoPoint;
  readonly reachMeters: number;
  readonly expectedVersion: bigint | null;
}

export function collectItem(input: CollectItemInput, idempotency: Idempotency): Command {
  const { playerId, itemLocation } = input;
  const isOwn = itemLocation.playerId === playerId;
  return {
    name: "collectItem",
    idempotency,
    playerIds: [playerId],
    itemIds: [],
    // Nothing of anybody else is looked at, so nothing about it can show.
    itemLocations: isOwn ? [itemLocation] : [],
    tags: [cacheTags.playerItems(playerId), cacheTags.playerPlaces(playerId)],
    balances: (ledger) => {
      const place = isOwn ? ledger.itemLocation(itemLocation) : null;
      return place === null ? [] : [{ playerId, itemIds: [place.itemId] }];
    },
    decide: (ledger) => decide(ledger, input),
  };
}

function decide(ledger: Ledger, input: CollectItemInput): Outcome {
  const { playerId, itemLocation, at, reachMeters, expectedVersion } = input;
  if (!ledger.hasPlayer(playerId)) return refused(notFound(["itemLocationId"], "There is no such item location."));
  const stale = given(refusalOfVersion(ledger, playerId, expectedVersion));
  if (stale.length > 0) return refused(...stale);
  const place = itemLocation.playerId === playerId ? ledger.itemLocation(itemLocation) : null;
  if (place === null) return refused(notFound(["itemLocationId"], "There is no such item location."));
  const distanceMm = distanceMillimeters(at, place);
  if (distanceMm > reachMeters * 1000) {
    const message = `The item lies more than ${reachMeters} m away.`;
    return refused({ code: "OUT_OF_REACH", message, field: ["at"], distanceMeters: distanceMm / 1000 });
  }
  const received = [{ itemId: place.itemId, count: 1n }];
  const overflow = refusalsOfOverflow(ledger, playerId, received, () => ["itemLocationId"]);
  if (overflow.length > 0) return refused(...overflow);
  ledger.collect(place);
  const transaction = ledger.record(playerId, "COLLECT", { received });
  return { refusals: [], transactions: [transaction], changes: ledger.changesOf(transaction) };
}
