// The resolvers of the naive variant: one Prisma call each, on the stored views where there is one.

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

export interface Context {
  readonly viewer: Viewer | null;
}

/** For the three operations that the bench asks. */
export function createResolvers(prisma: PrismaClient, cursors: Cursors) {
  const playerById = (id: bigint) =>
    prisma.player.findUnique({ where: { id }, select: { id: true, displayName: true, version: true } });
  const item = ({ itemId }: { itemId: bigint }) =>
    prisma.item.findUnique({ where: { id: itemId }, select: { id: true, kind: true, displayName: true } });
  return {
    ...shapes,
    Query: {
      player: (_: unknown, { id }: { id: string }) => playerById(playerIdArgument(id)),
      viewer: (_: unknown, __: unknown, context: Context) => {
        const playerId = viewerPlayerId(context);
        return playerId === null ? null : playerById(playerId);
      },
    },
    Player: {
      id: ({ id }: PlayerParent) => playerGlobalId(id),
      version: own<PlayerParent, object, Context, bigint>(({ version }) => version),
      runStats: ({ id }: PlayerParent) =>
        prisma.runTotal.findUnique({ where: { playerId: id } }).then((total) => total ?? {}),
      state: own<PlayerParent, StateArguments, Context, unknown>(async ({ id }, page) =>
        statePage(cursors, id, page, await stateRows(prisma, id, page)),
      ),
      itemLocations: own<PlayerParent, NearArguments, Context, unknown>(({ id }, page) =>
        nearbyPage(prisma, cursors, id, page),
      ),
      transactions: own<PlayerParent, { first: number }, Context, unknown>(({ id }, { first }) =>
        transactionPage(prisma, id, first),
      ),
    },
    PlayerItem: { item },
    ItemCount: { item },
    ItemLocation: {
      ...shapes.ItemLocation,
      item,
      location: ({ locationId }: { locationId: bigint }) => prisma.location.findUnique({ where: { id: locationId } }),
    },
  };
}

/** Zero-filled from the stored view, else from the balances. */
function stateRows(prisma: PrismaClient, playerId: bigint, { first, includeZero }: StateArguments) {
  const page = { orderBy: { itemId: "asc" }, take: first + 1, select: { itemId: true, quantity: true } } as const;
  return includeZero
    ? prisma.playerItemState.findMany({ where: { playerId }, ...page })
    : prisma.playerItem.findMany({ where: { playerId, quantity: { gt: 0n } }, ...page });
}
