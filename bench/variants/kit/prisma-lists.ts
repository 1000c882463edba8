// What both Prisma variants do alike: the shape of rows in the schema, and what lies near a point. They
// differ in how rows come by id, which is what the two are there to show.

import type { Cursors } from "../../../src/runtime/cursors.ts";
import type { GeoPoint } from "../../../src/runtime/great-circle.ts";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
} from "../../../src/runtime/ids.ts";
import { searchBoxes } from "./arguments.ts";
import { itemLocationCursor, pageEnd, stateCursor } from "./lists.ts";
import { nearestOf } from "./nearest.ts";
import type { PrismaClient } from "./prisma.ts";

export interface PlayerParent {
  readonly id: bigint;
  readonly version: bigint;
}

export interface StateArguments {
  readonly first: number;
  readonly includeZero: boolean;
}

export interface NearArguments {
  readonly first: number;
  readonly near: GeoPoint;
  readonly withinMeters: number;
}

interface Line {
  readonly itemId: bigint;
  readonly received: bigint;
  readonly spent: bigint;
}

/** Resolvers that only shape. */
export const shapes = {
  BigInt: { serialize: String },
  DateTime: { serialize: (value: Date) => value.toISOString() },
  RunStats: {
    totalDistanceMeters: ({ distanceMm = 0n }: { distanceMm?: bigint }) => Number(distanceMm) / 1000,
    runCount: ({ runCount = 0n }: { runCount?: bigint }) => runCount,
  },
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
    distanceMeters: ({ distanceMm }: { distanceMm: number }) => distanceMm / 1000,
  },
  Location: {
    id: ({ id }: { id: bigint }) => locationGlobalId(id),
    point: ({ lat, lng }: GeoPoint) => ({ lat, lng }),
  },
};

/** The page of a player's state that `rows` (one more than `first`, if there are) hold. */
export function statePage<Row extends { readonly itemId: bigint }>(
  cursors: Cursors,
  playerId: bigint,
  { first, includeZero }: StateArguments,
  rows: readonly Row[],
) {
  const nodes = rows.slice(0, first);
  const last = nodes.at(-1);
  const endCursor = last === undefined ? null : stateCursor(cursors, playerId, includeZero, last.itemId);
  return { nodes, pageInfo: pageEnd(rows.length, first, endCursor) };
}

/** The last `first` transactions with their lines, newest first. Two statements. */
export async function transactionPage(prisma: PrismaClient, playerId: bigint, first: number) {
  const nodes = await prisma.itemTransaction.findMany({
    where: { playerId },
    orderBy: { version: "desc" },
    take: first,
    include: { lines: { orderBy: { itemId: "asc" }, select: { itemId: true, received: true, spent: true } } },
  });
  return { nodes };
}

/** Candidates from the boxes around the circle, measured and sorted here. One statement. */
export async function nearbyPage(
  prisma: PrismaClient,
  cursors: Cursors,
  playerId: bigint,
  { first, near, withinMeters }: NearArguments,
) {
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
