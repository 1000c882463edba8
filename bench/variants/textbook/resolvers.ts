// The resolvers of the textbook variant: rows by id through the request's loaders, lists through Prisma
// with the columns that they need.

import type { Viewer } from "../../../src/context.ts";
import type { Cursors } from "../../../src/runtime/cursors.ts";
import { playerGlobalId } from "../../../src/runtime/ids.ts";
import { playerIdArgument } from "../kit/arguments.ts";
import {
  nearbyPage,
  shapes,
  statePage,
  transactionPage,
  type NearArguments,
  type PlayerParent,
  type StateArguments,
} from "../kit/prisma-lists.ts";
import type { PrismaClient } from "../kit/prisma.ts";
import { own, viewerPlayerId } from "../kit/privacy.ts";
import type { Loaders } from "./loaders.ts";

export interface Context {
  readonly viewer: Viewer | null;
  readonly loaders: Loaders;
}

/** For the three operations that the bench asks. */
export function createResolvers(prisma: PrismaClient, cursors: Cursors) {
  const item = ({ itemId }: { itemId: bigint }, _: unknown, { loaders }: Context) => loaders.itemById.load(itemId);
  return {
    ...shapes,
    Query: {
      player: (_: unknown, { id }: { id: string }, { loaders }: Context) =>
        loaders.playerById.load(playerIdArgument(id)),
      viewer: (_: unknown, __: unknown, context: Context) => {
        const playerId = viewerPlayerId(context);
        return playerId === null ? null : context.loaders.playerById.load(playerId);
      },
    },
    Player: {
      id: ({ id }: PlayerParent) => playerGlobalId(id),
      version: own<PlayerParent, object, Context, bigint>(({ version }) => version),
      runStats: ({ id }: PlayerParent, _: unknown, { loaders }: Context) =>
        loaders.runTotalByPlayer.load(id).then((total) => total ?? {}),
      state: own<PlayerParent, StateArguments, Context, unknown>(async ({ id }, page) =>
        statePage(cursors, id, page, await (page.includeZero ? zeroFilled : owned)(prisma, id, page)),
      ),
      itemLocations: own<PlayerParent, NearArguments, Context, unknown>(({ id }, page) =>
        nearbyPage(prisma, cursors, id, page),
      ),
      transactions: own<PlayerParent, { first: number }, Context, unknown>(({ id }, { first }) =>
        transactionPage(prisma, id, first),
      ),
    },
    PlayerItem: {
      // Zero-filled pages have read the catalogue page already.
      item: (node: { itemId: bigint; item?: object }, args: unknown, context: Context) =>
        node.item ?? item(node, args, context),
    },
    ItemCount: { item },
    ItemLocation: {
      ...shapes.ItemLocation,
      item,
      location: ({ locationId }: { locationId: bigint }, _: unknown, { loaders }: Context) =>
        loaders.locationById.load(locationId),
    },
  };
}

/**
 * The catalogue page and the player's first balances side by side: a page of n items holds at most the
 * first n that the player owns. Fewer rows through Prisma than the stored view and the items by id.
 */
async function zeroFilled(prisma: PrismaClient, playerId: bigint, page: StateArguments) {
  const [items, balances] = await Promise.all([
    prisma.item.findMany({
      orderBy: { id: "asc" },
      take: page.first + 1,
      select: { id: true, kind: true, displayName: true },
    }),
    owned(prisma, playerId, page),
  ]);
  const quantities = new Map(balances.map(({ itemId, quantity }) => [itemId, quantity]));
  return items.map((item) => ({ itemId: item.id, item, quantity: quantities.get(item.id) ?? 0n }));
}

function owned(prisma: PrismaClient, playerId: bigint, { first }: StateArguments) {
  return prisma.playerItem.findMany({
    where: { playerId, quantity: { gt: 0n } },
    orderBy: { itemId: "asc" },
    take: first + 1,
    select: { itemId: true, quantity: true },
  });
}
