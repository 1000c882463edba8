// The loaders of one request: each gathers the keys of a tick into one findMany with few columns.

import DataLoader from "dataloader";
import type { PrismaClient } from "../kit/prisma.ts";

export type Loaders = ReturnType<typeof createLoaders>;

export function createLoaders(prisma: PrismaClient) {
  return {
    playerById: byId((ids) =>
      prisma.player.findMany({ where: { id: { in: ids } }, select: { id: true, displayName: true, version: true } }),
    ),
    itemById: byId((ids) =>
      prisma.item.findMany({ where: { id: { in: ids } }, select: { id: true, kind: true, displayName: true } }),
    ),
    locationById: byId((ids) =>
      prisma.location.findMany({ where: { id: { in: ids } }, select: { id: true, name: true, lat: true, lng: true } }),
    ),
    runTotalByPlayer: byId((ids) =>
      prisma.runTotal
        .findMany({ where: { playerId: { in: ids } }, select: { playerId: true, distanceMm: true, runCount: true } })
        .then((rows) => rows.map(({ playerId, ...row }) => ({ id: playerId, ...row }))),
    ),
  };
}

function byId<Row extends { readonly id: bigint }>(find: (ids: bigint[]) => Promise<Row[]>) {
  return new DataLoader<bigint, Row | null>(async (ids) => {
    const rowById = new Map((await find([...ids])).map((row) => [row.id, row]));
    return ids.map((id) => rowById.get(id) ?? null);
  });
}
