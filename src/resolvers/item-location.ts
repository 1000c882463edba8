// Items that lie around, and the places where they lie.

import { must } from "../runtime/assert.ts";
import { itemLocationGlobalId, locationGlobalId } from "../runtime/ids.ts";
import type { ItemLocationResolvers, LocationResolvers } from "../schema/generated/resolver-types.ts";

export const itemLocationResolvers = {
  id: ({ playerId, n }) => itemLocationGlobalId(playerId, n),
  item: async ({ itemId }, _, { memo, loaders }) =>
    must(await memo.load(loaders.itemById, itemId), `item ${itemId} lies around but is not in the catalogue`),
  location: async ({ locationId }, _, { memo, loaders }) =>
    must(await memo.load(loaders.locationById, locationId), `location ${locationId} is used but unknown`),
  distanceMeters: ({ distanceMm }) => (distanceMm === undefined ? null : distanceMm / 1000),
} satisfies ItemLocationResolvers;

export const locationResolvers = {
  id: ({ locationId }) => locationGlobalId(locationId),
} satisfies LocationResolvers;
