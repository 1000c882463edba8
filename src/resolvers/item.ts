// Catalogue entries and numbers of them.

import { must } from "../runtime/assert.ts";
import { itemGlobalId } from "../runtime/ids.ts";
import type { ItemCountResolvers, ItemResolvers } from "../schema/generated/resolver-types.ts";

export const itemResolvers = {
  id: ({ itemId }) => itemGlobalId(itemId),
  recipe: ({ itemId }, _, { memo, loaders }) => memo.load(loaders.recipeByItem, itemId),
} satisfies ItemResolvers;

export const itemCountResolvers = {
  item: async ({ itemId }, _, { memo, loaders }) =>
    must(await memo.load(loaders.itemById, itemId), `item ${itemId} is counted but not in the catalogue`),
} satisfies ItemCountResolvers;
