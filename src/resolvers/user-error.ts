// An expected refusal, as a payload shows it.

import type { UserErrorResolvers } from "../schema/generated/resolver-types.ts";

export const userErrorResolvers = {
  field: ({ field }) => ["input", ...field],
  item: ({ itemId }, _, { memo, loaders }) => (itemId === undefined ? null : memo.load(loaders.itemById, itemId)),
  have: ({ have }) => have ?? null,
  need: ({ need }) => need ?? null,
  currentVersion: ({ currentVersion }) => currentVersion ?? null,
  distanceMeters: ({ distanceMeters }) => distanceMeters ?? null,
} satisfies UserErrorResolvers;
