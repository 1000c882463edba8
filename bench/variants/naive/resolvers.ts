// The resolvers of the naive variant: one Prisma call each, on the stored views where there is one.

import type { Viewer } from "../../../src/context.ts";
import type { Cursors } from "../../../src/runtime/cursors.ts";
import type { GeoPoint } from "../../../src/runtime/great-circle.ts";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
  playerGlobalId,
} from "../../../src/runtime/ids.ts";
import { playerIdArgument, searchBoxes } from "../kit/arguments.ts";
import { itemLocationCursor, pageEnd, stateCursor } from "../kit/lists.ts";
import { nearestOf } from "../kit/nearest.ts";
import type { PrismaClient } from "../kit/prisma.ts";
import { own, viewerPlayerId } from "../kit/privacy.ts";
import { plainScalars } from "../kit/yoga.ts";

export interface Context {
  readonly viewer: Viewer | null;
}

type Player = { id: bigint; version: bigint };
type StateArguments = { first: number; includeZero: boolean };
type NearArguments = { first: number; near: GeoPoint; withinMeters: number };
type Line = { itemId: bigint; received: bigint; spent: bigint };

/** For the three operations that the bench asks. */
export function createResolvers(prisma: PrismaClient, cursors: Cursors) {
  const playerById = (id: bigint) =>
    prisma.player.findUnique({ where: { id }, select: { id: true, displayName: true, version: true } });
  const item = ({ itemId }: { itemId: bigint }) => prisma.item.findUnique({ where: { id: itemId } });
  return {
    ...plainScalars,
    Query: {
      player: (_: unknown, { id }: { id: string }) => playerById(playerIdArgument(id)),
      viewer: (_: unknown, __: unknown, context: Context) => {
        const playerId = viewerPlayerId(context);
        return playerId === null ? null : playerById(playerId);
      },
    },
    Player: {
      id: ({ id }: Player) => playerGlobalId(id),
      version: own<Player, object, Context, bigint>(({ version }) => version),
      runStats: ({ id }: Player) => prisma.runTotal.findUnique({ where: { playerId: id } }).then((row) => row ?? {}),
      state: own<Player, StateArguments, Context, unknown>(({ id }, args) => state(prisma, cursors, id, args)),
      itemLocations: own<Player, NearArguments, Context, unknown>(({ id }, args) => nearby(prisma, cursors, id, args)),
      transactions: own<Player, { first: number }, Context, unknown>(({ id }, { first }) =>
        prisma.itemTransaction
          .findMany({
            where: { playerId: id },
            orderBy: { version: "desc" },
            take: first,
            include: { lines: { orderBy: { itemId: "asc" } } },
          })
          .then((nodes) => ({ nodes })),
      ),
    },
    RunStats: {
      totalDistanceMeters: ({ distanceMm = 0n }: { distanceMm?: bigint }) => Number(distanceMm) / 1000,
      runCount: ({ runCount = 0n }: { runCount?: bigint }) => runCount,
    },
    PlayerItem: { item },
    ItemCount: { item },
    Item: { id: ({ id }: { id: bigint }) => itemGlobalId(id) },
    ItemTransaction: {
      id: ({ playerId, version }: { playerId: bigint; version: bigint }) => itemTransactionGlobalId(playerId, version),
      received: ({ lines }: { lines: Line[] }) =>
        lines.filter(({ received }) => received > 0n).map(({ itemId, received }) => ({ itemId, count: received })),
      spent: ({ lines }: { lines: Line[] }) =>
        lines.filter(({ spent }) => spent > 0n).map(({ itemId, spent }) => ({ itemId, count: spent })),
    },
    ItemLocation: {
      id: ({ playerId, n }: { playerId: bigint; n: bigint }) => itemLocationGlobalId(playerId, n),
      item,
      location: ({ locationId }: { locationId: bigint }) => prisma.location.findUnique({ where: { id: locationId } }),
      distanceMeters: ({ distanceMm }: { distanceMm: number }) => distanceMm / 1000,
    },
    Location: {
      id: ({ id }: { id: bigint }) => locationGlobalId(id),
      point: ({ lat, lng }: GeoPoint) => ({ lat, lng }),
    },
  };
}

async function state(prisma: PrismaClient, cursors: Cursors, playerId: bigint, { first, includeZero }: StateArguments) {
  const select = { itemId: true, quantity: true } as const;
  const page = { orderBy: { itemId: "asc" }, take: first + 1, select } as const;
  const rows = includeZero
    ? await prisma.playerItemState.findMany({ where: { playerId }, ...page })
    : await prisma.playerItem.findMany({ where: { playerId, quantity: { gt: 0n } }, ...page });
  const nodes = rows.slice(0, first);
  const last = nodes.at(-1);
  const endCursor = last === undefined ? null : stateCursor(cursors, playerId, includeZero, last.itemId);
  return { nodes, pageInfo: pageEnd(rows.length, first, endCursor) };
}

async function nearby(prisma: PrismaClient, cursors: Cursors, playerId: bigint, { first, near, withinMeters }: NearArguments) {
  const inBoxes = searchBoxes(near, withinMeters).map(({ south, north, west, east }) => ({
    lat: { gte: south, lte: north },
    lng: { gte: west, lte: east },
  }));
  const candidates = await prisma.itemLocation.findMany({ where: { playerId, OR: inBoxes }, omit: { cell: true } });
  const rows = nearestOf(candidates, near, withinMeters, first + 1);
  const nodes = rows.slice(0, first);
  const last = nodes.at(-1);
  const endCursor = last === undefined ? null : itemLocationCursor(cursors, { playerId, near, withinMeters }, last);
  return { nodes, pageInfo: pageEnd(rows.length, first, endCursor) };
}
