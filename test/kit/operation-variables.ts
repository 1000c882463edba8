// Variables with which each registered operation answers something for a demo player.

import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
  playerGlobalId,
} from "../../src/runtime/ids.ts";

/** Required variables only; operations without any get none. */
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
      return {};
  }
}
