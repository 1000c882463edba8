// The roots of every write: who may, arguments in, one command, its outcome out. A player acts for itself
// alone, and is refused before anything is looked up.

import { collectItem } from "../commands/collect-item.ts";
import { exchangeItems } from "../commands/exchange-items.ts";
import { grantItems } from "../commands/grant-items.ts";
import type { CommandAnswer } from "../commands/group.ts";
import { spendItems } from "../commands/spend-items.ts";
import { transferItems } from "../commands/transfer-items.ts";
import type { Context } from "../context.ts";
import { forbiddenWrite, unauthenticated } from "../errors.ts";
import type { MutationResolvers } from "../schema/generated/resolver-types.ts";
import type { ItemsPayloadModel } from "../schema/models.ts";
import { idArgument, pointArgument } from "./arguments.ts";
import { catalogueMutations } from "./catalogue-mutation.ts";
import { actorOf, countArgument, requireStudio, submitCommand as submit } from "./writing.ts";

export const mutationResolvers = {
  grantItems: async (_, { input }, context, info) => {
    requireStudio(context);
    const { playerId } = idArgument(input.playerId, "Player");
    const grant = { playerId, items: itemCounts(input.items), expectedVersion: input.expectedVersion ?? null };
    return itemsPayload(context, await submit(context, info, playerId, grant, grantItems));
  },

  spendItems: async (_, { input }, context, info) => {
    if (!context.rules.playerMaySpend && context.viewer?.role === "player") throw forbiddenWrite();
    const playerId = actorOf(context, input.playerId, "playerId");
    const spending = { playerId, items: itemCounts(input.items), expectedVersion: input.expectedVersion ?? null };
    return itemsPayload(context, await submit(context, info, playerId, spending, spendItems));
  },

  exchangeItems: async (_, { input }, context, info) => {
    const playerId = actorOf(context, input.playerId, "playerId");
    const { itemId } = idArgument(input.itemId, "Item");
    const exchange = {
      playerId,
      itemId,
      times: countArgument(input.times ?? 1n),
      expectedVersion: input.expectedVersion ?? null,
    };
    return itemsPayload(context, await submit(context, info, playerId, exchange, exchangeItems));
  },

  collectItem: async (_, { input }, context, info) => {
    const { viewer, rules } = context;
    if (viewer === null) throw unauthenticated();
    const { playerId: ownerId, n } = idArgument(input.itemLocationId, "ItemLocation");
    const playerId = viewer.role === "player" ? viewer.playerId : ownerId;
    const collection = {
      playerId,
      itemLocation: { playerId: ownerId, n },
      at: pointArgument(input.at),
      expectedVersion: input.expectedVersion ?? null,
    };
    // The reach is the game's rule and no part of what was asked: a repetition is one also when it changed.
    const { collectReachMeters: reachMeters } = rules;
    const answer = await submit(context, info, playerId, collection, (given, idempotency) =>
      collectItem({ ...given, reachMeters }, idempotency),
    );
    return itemsPayload(context, answer);
  },

  transferItems: async (_, { input }, context, info) => {
    const fromPlayerId = actorOf(context, input.fromPlayerId, "fromPlayerId");
    const { playerId: toPlayerId } = idArgument(input.toPlayerId, "Player");
    const transfer = {
      fromPlayerId,
      toPlayerId,
      items: itemCounts(input.items),
      expectedVersion: input.expectedVersion ?? null,
    };
    const { outcome } = await submit(context, info, fromPlayerId, transfer, transferItems);
    const [sent = null, received = null] = outcome.transactions;
    return { sent, received, userErrors: [...outcome.refusals] };
  },

  ...catalogueMutations,
} satisfies MutationResolvers;

async function itemsPayload(context: Context, answer: CommandAnswer): Promise<ItemsPayloadModel> {
  const { outcome, player } = answer;
  const { memo, loaders } = context;
  for (const item of answer.items) memo.prime(loaders.itemById, item.itemId, item);
  const [transaction = null] = outcome.transactions;
  const [changed, items] = await Promise.all([
    transaction === null ? null : (player ?? memo.load(loaders.playerById, transaction.playerId)),
    Promise.all(outcome.changes.map(({ itemId }) => memo.load(loaders.itemById, itemId))),
  ]);
  return {
    transaction,
    // As it was right after the effect, also on a replay: what is answered to a key does not change.
    player: transaction === null || changed === null ? null : { ...changed, version: transaction.version },
    changes: outcome.changes.flatMap(({ quantity }, place) => {
      const item = items[place] ?? null;
      return item === null ? [] : [{ item, quantity }];
    }),
    userErrors: [...outcome.refusals],
  };
}

/** Each line's item and how many of it. */
function itemCounts(lines: readonly { readonly itemId: string; readonly count: bigint }[]) {
  return lines.map(({ itemId, count }) => ({ itemId: idArgument(itemId, "Item").itemId, count: countArgument(count) }));
}
