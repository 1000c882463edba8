// The roots of the studio's own writes: the catalogue, locations, and what lies where.

import { assignItemLocations } from "../commands/assign-item-locations.ts";
import type { Idempotency } from "../commands/idempotency.ts";
import type { StudioCommand, StudioOutcome } from "../commands/studio-commit.ts";
import { upsertItems } from "../commands/upsert-items.ts";
import { upsertLocations } from "../commands/upsert-locations.ts";
import type { Context } from "../context.ts";
import type { MutationResolvers } from "../schema/generated/resolver-types.ts";
import { idArgument, pointArgument } from "./arguments.ts";
import { idempotencyIn, type MutationInfo } from "./idempotency.ts";
import { answered, countArgument, refuseWhenOver, requireStudio } from "./writing.ts";

export const catalogueMutations = {
  upsertItems: async (_, { input }, context, info) => {
    requireStudio(context);
    const items = input.items.map(({ externalId, kind, displayName, recipe }) => ({
      externalId,
      kind,
      displayName: displayName.normalize("NFC"),
      recipe: recipe?.map((line) => ({ externalId: line.externalId, count: countArgument(line.count) })) ?? null,
    }));
    const { refusals, keys } = await submit(context, info, { items }, upsertItems);
    const rows = await Promise.all(keys.map((itemId) => context.memo.load(context.loaders.itemById, itemId)));
    return { items: rows.filter((row) => row !== null), userErrors: [...refusals] };
  },

  upsertLocations: async (_, { input }, context, info) => {
    requireStudio(context);
    const locations = input.locations.map(({ externalId, name, point }) => ({
      externalId,
      name: name.normalize("NFC"),
      point: pointArgument(point),
    }));
    const { refusals, keys } = await submit(context, info, { locations }, upsertLocations);
    const rows = await Promise.all(
      keys.map((locationId) => context.memo.load(context.loaders.locationById, locationId)),
    );
    return { locations: rows.filter((row) => row !== null), userErrors: [...refusals] };
  },

  assignItemLocations: async (_, { input }, context, info) => {
    requireStudio(context);
    const assignments = input.assignments.map(({ playerId, itemId, locationId }) => ({
      playerId: idArgument(playerId, "Player").playerId,
      itemId: idArgument(itemId, "Item").itemId,
      locationId: idArgument(locationId, "Location").locationId,
    }));
    const { refusals, keys } = await submit(context, info, { assignments }, assignItemLocations);
    const itemLocations = keys.map((key, place) => ({ ...assignments[place]!, ...key }));
    return { itemLocations, userErrors: [...refusals] };
  },
} satisfies Pick<MutationResolvers, "upsertItems" | "upsertLocations" | "assignItemLocations">;

async function submit<Input extends object, Key>(
  context: Context,
  info: MutationInfo,
  input: Input,
  build: (input: Input, idempotency: Idempotency) => StudioCommand<Key>,
): Promise<StudioOutcome<Key>> {
  const idempotency = idempotencyIn(context, info, { subject: requireStudio(context).subject }, input);
  refuseWhenOver(context);
  const { outcome, replayed } = await context.studioCommit.submit(build(input, idempotency));
  answered(context, info, replayed);
  return outcome;
}
