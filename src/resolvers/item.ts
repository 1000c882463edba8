// Catalogue entries and numbers of them.

import { must } from "../runtime/assert.ts";
import { itemGlobalId } from "../runtime/ids.ts";
import type { ItemModel } from "../schema/models.ts";
import type { ItemCountResolvers, ItemResolvers } from "../schema/generated/resolver-types.ts";

export const itemResolvers = {
  id: globalIdOf,
  recipe: ({ itemId }, _, { memo, loaders }) => memo.load(loaders.recipeByItem, itemId),
} satisfies ItemResolvers;

export const itemCountResolvers = {
  item: async ({ itemId }, _, { memo, loaders }) =>
    must(await memo.load(loaders.itemById, itemId), `item ${itemId} is counted but not in the catalogue`),
} satisfies ItemCountResolvers;

/** A page of the catalogue is one row per item, shared by all the players of a batch: spelt once, for the Yoga lane. */
const globalIds = new WeakMap<ItemModel, string>();

function globalIdOf(item: ItemModel): string {
  let id = globalIds.get(item);
  if (id === undefined) globalIds.set(item, (id = itemGlobalId(item.itemId)));
  return id;
}
