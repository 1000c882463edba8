// The resolvers of the textbook variant: rows by id through the request's loaders, lists through Prisma
// with the columns that they need.

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
import type { Loaders } from "./loaders.ts";

export interface Context {
  readonly viewer: Viewer | null;
  readonly loaders: Loaders;
}

type Player = { id: bigint; version: bigint };
type StateArguments = { first: number; includeZero: boolean };
type NearArguments = { first: number; near: GeoPoint; withinMeters: number };
type Line = { itemId: bigint; received: bigint; spent: bigint };

/** For the three operations that the bench asks. */
export function createResolvers(prisma: PrismaClient, cursors: Cursors) {
  const item = ({ itemId }: { itemId: bigint }, _: unknown, { loaders }: Context) => loaders.itemById.load(itemId);
  return {
    ...plainScalars,
    Query: {
      player: (_: unknown, { id }: { id: string }, { loaders }: Context) => loaders.playerById.load(playerIdArgument(id)),
      viewer: (_: unknown, __: unknown, context: Context) => {
        const playerId = viewerPlayerId(context);
        return playerId === null ? null : context.loaders.playerById.load(playerId);
      },
    },
    Player: {
      id: ({ id }: Player) => playerGlobalId(id),
      version: own<Player, object, Context, bigint>(({ version }) => version),
      runStats: ({ id }: Player, _: unknown, { loaders }: Context) =>
        loaders.runTotalByPlayer.load(id).then((row) => row ?? {}),
      state: own<Player, StateArguments, Context, unknown>(({ id }, args) =>
        args.includeZero ? zeroFilled(prisma, cursors, id, args) : owned(prisma, cursors, id, args),
      ),
      itemLocations: own<Player, NearArguments, Context, unknown>(({ id }, args) => nearby(prisma, cursors, id, args)),
      transactions: own<Player, { first: number }, Context, unknown>(({ id }, { first }) =>
        prisma.itemTransaction
          .findMany({
            where: { playerId: id },
            orderBy: { version: "desc" },
            take: first,
            include: { lines: { orderBy: { itemId: "asc" }, select: { itemId: true, received: true, spent: true } } },
          })
          .then((nodes) => ({ nodes })),
      ),
    },
    RunStats: {
      totalDistanceMeters: ({ distanceMm = 0n }: { distanceMm?: bigint }) => Number(distanceMm) / 1000,
      runCount: ({ runCount = 0n }: { runCount?: bigint }) => runCount,
    },
    PlayerItem: {
      // Zero-filled pages have read the catalogue page already.
      item: (node: { itemId: bigint; item?: object }, args: unknown, context: Context) =>
        node.item ?? item(node, args, context),
    },
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
      location: ({ locationId }: { locationId: bigint }, _: unknown, { loaders }: Context) =>
        loaders.locationById.load(locationId),
      distanceMeters: ({ distanceMm }: { distanceMm: number }) => distanceMm / 1000,
    },
    Location: {
      id: ({ id }: { id: bigint }) => locationGlobalId(id),
      point: ({ lat, lng }: GeoPoint) => ({ lat, lng }),
    },
  };
}

/**
 * The catalogue page and the player's first balances side by side: a page of n items holds at most the
 * first n that the player owns. Fewer rows through Prisma than the stored view and the items by id.
 */
async function zeroFilled(prisma: PrismaClient, cursors: Cursors, playerId: bigint, { first }: StateArguments) {
  const [items, balances] = await Promise.all([
    prisma.item.findMany({
      orderBy: { id: "asc" },
      take: first + 1,
      select: { id: true, kind: true, displayName: true },
    }),
    ownedRows(prisma, playerId, first),
  ]);
  const quantities = new Map(balances.map(({ itemId, quantity }) => [itemId, quantity]));
  const nodes = items
    .slice(0, first)
    .map((item) => ({ itemId: item.id, item, quantity: quantities.get(item.id) ?? 0n }));
  return { nodes, pageInfo: statePageEnd(cursors, playerId, true, { rowCount: items.length, first, nodes }) };
}

async function owned(prisma: PrismaClient, cursors: Cursors, playerId: bigint, { first }: StateArguments) {
  const rows = await ownedRows(prisma, playerId, first);
  const nodes = rows.slice(0, first);
  return { nodes, pageInfo: statePageEnd(cursors, playerId, false, { rowCount: rows.length, first, nodes }) };
}

function ownedRows(prisma: PrismaClient, playerId: bigint, first: number) {
  return prisma.playerItem.findMany({
    where: { playerId, quantity: { gt: 0n } },
    orderBy: { itemId: "asc" },
    take: first + 1,
    select: { itemId: true, quantity: true },
  });
}

function statePageEnd(
  cursors: Cursors,
  playerId: bigint,
  includeZero: boolean,
  page: { rowCount: number; first: number; nodes: readonly { itemId: bigint }[] },
) {
  const last = page.nodes.at(-1);
  const endCursor = last === undefined ? null : stateCursor(cursors, playerId, includeZero, last.itemId);
  return pageEnd(page.rowCount, page.first, endCursor);
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
