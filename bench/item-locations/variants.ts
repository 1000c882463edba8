// The ways to answer, side by side. Each gives the same page for a question, and the pages of many
// players with as few statements as it can: that is what natural batching lives on.

import type { DatabasePool } from "../../src/database/pool.ts";
import {
  findItemLocationsByPlayer,
  listNearItemLocations,
  type NearItemLocationRow,
  type PlacedItemLocationRow,
} from "../../src/repositories/item-location.ts";
import { queryUnionAll, type Branch } from "../../src/repositories/union-all.ts";
import { distanceMillimeters } from "../../src/runtime/great-circle.ts";
import type { Ask } from "./ask.ts";
import {
  JOIN_BATCH_SQL,
  VIEW_BATCH_SQL,
  boxBranch,
  callSql,
  joinBranch,
  spatialPlacesBranch,
  spatialRowsBranch,
  viewBranch,
} from "./statements.ts";

/** By distance and then n. */
export type Page = readonly NearItemLocationRow[];

export type VariantName =
  | "join"
  | "box"
  | "view"
  | "procedure"
  | "spatial-places"
  | "box-dense"
  | "spatial-dense"
  | "spatial-rows"
  | "copied-point"
  | "cell-index";

export interface Variant {
  readonly name: VariantName;
  readonly title: string;
  /** How the pages of many players travel. */
  readonly batchForm: string;
  /** Whether Satchel answers so. */
  readonly isOurs: boolean;
  answer(pool: DatabasePool, ask: Ask): Promise<Page>;
  answerMany(pool: DatabasePool, asks: readonly Ask[]): Promise<Page[]>;
}

/** In the order in which one would try them. */
export const variants: readonly Variant[] = [
  {
    ...bySql("join", "join", joinBranch),
    batchForm: "IN, measured in the process",
    answerMany: byPlayers(JOIN_BATCH_SQL),
  },
  bySql("box", "join with a box", (ask) => boxBranch("place", ask)),
  {
    ...bySql("view", "stored view", viewBranch),
    batchForm: "IN, measured in the process",
    answerMany: byPlayers(VIEW_BATCH_SQL),
  },
  {
    name: "procedure",
    title: "stored procedure",
    isOurs: false,
    batchForm: "a CALL for each, pipelined",
    answer: answerByCall,
    answerMany: answerByCalls,
  },
  bySql("spatial-places", "SPATIAL on places", (ask) => spatialPlacesBranch("place", ask)),
  bySql("box-dense", "join with a box, dense map", (ask) => boxBranch("place_dense", ask)),
  bySql("spatial-dense", "SPATIAL on places, dense map", (ask) => spatialPlacesBranch("place_dense", ask)),
  bySql("spatial-rows", "SPATIAL on item locations", spatialRowsBranch),
  {
    name: "copied-point",
    title: "copied point, in process",
    batchForm: "IN, measured in the process",
    isOurs: true,
    answer: async (pool, ask) => {
      const rows = await findItemLocationsByPlayer(pool, [ask.playerId]);
      return nearestOf(rows.get(ask.playerId) ?? [], ask);
    },
    answerMany: async (pool, asks) => {
      const playerIds = asks.map(({ playerId }) => playerId);
      const rows = await findItemLocationsByPlayer(pool, playerIds);
      return asks.map((ask) => nearestOf(rows.get(ask.playerId) ?? [], ask));
    },
  },
  {
    name: "cell-index",
    title: "cell index",
    batchForm: "UNION ALL",
    isOurs: true,
    answer: async (pool, ask) => (await listNearItemLocations(pool, [{ ...ask, after: null }]))[0] ?? [],
    answerMany: (pool, asks) =>
      listNearItemLocations(
        pool,
        asks.map((ask) => ({ ...ask, after: null })),
      ),
  },
];

type PageRow = [n: bigint, itemId: bigint, locationId: bigint, distanceMm: number];
type PlacedRow = [playerId: bigint, n: bigint, itemId: bigint, locationId: bigint, lat: number, lng: number];

/** MySQL measures, sorts and cuts; many players are branches of a UNION ALL. */
function bySql(name: VariantName, title: string, branchOf: (ask: Ask) => Branch): Variant {
  return {
    name,
    title,
    batchForm: "UNION ALL",
    isOurs: false,
    answer: async (pool, ask) => {
      const { columns, rest, values } = branchOf(ask);
      return pageOf(ask, await pool.query<PageRow[]>({ sql: `SELECT ${columns} ${rest}`, rowsAsArray: true }, values));
    },
    answerMany: async (pool, asks) => {
      const pages = await queryUnionAll<PageRow>(pool, asks.map(branchOf));
      return pages.map((rows, place) => pageOf(asks[place]!, rows));
    },
  };
}

/** The rows of a CALL are followed by its status. */
async function answerByCall(pool: DatabasePool, ask: Ask): Promise<Page> {
  const { sql, values } = callSql(ask);
  const [rows] = await pool.query<[PageRow[], unknown]>({ sql, rowsAsArray: true }, values);
  return pageOf(ask, rows);
}

/** Sent one behind the other without waiting, on one connection: the best that a CALL for each can do. */
async function answerByCalls(pool: DatabasePool, asks: readonly Ask[]): Promise<Page[]> {
  const connection = await pool.getConnection();
  try {
    return await Promise.all(
      asks.map(async (ask) => {
        const { sql, values } = callSql(ask);
        const [rows] = await connection.query<[PageRow[], unknown]>({ sql, rowsAsArray: true }, values);
        return pageOf(ask, rows);
      }),
    );
  } finally {
    await connection.release();
  }
}

/** All that the players have, in one statement, measured here. */
function byPlayers(sql: string): Variant["answerMany"] {
  return async (pool, asks) => {
    const rows = await pool.query<PlacedRow[]>({ sql, rowsAsArray: true }, [asks.map(({ playerId }) => playerId)]);
    const byPlayer = new Map<bigint, PlacedItemLocationRow[]>(asks.map(({ playerId }) => [playerId, []]));
    for (const [playerId, n, itemId, locationId, lat, lng] of rows) {
      byPlayer.get(playerId)!.push({ playerId, n, itemId, locationId, lat, lng });
    }
    return asks.map((ask) => nearestOf(byPlayer.get(ask.playerId)!, ask));
  };
}

function pageOf({ playerId }: Ask, rows: readonly PageRow[]): NearItemLocationRow[] {
  return rows.map(([n, itemId, locationId, distanceMm]) => ({ playerId, n, itemId, locationId, distanceMm }));
}

/** As src/loaders/near-item-locations.ts measures, which keeps it to itself. */
function nearestOf(rows: readonly PlacedItemLocationRow[], { near, withinMeters, rowsMax }: Ask): Page {
  const distanceMmMax = Math.floor(withinMeters * 1000);
  return rows
    .map((row) => ({ ...row, distanceMm: distanceMillimeters(near, row) }))
    .filter(({ distanceMm }) => distanceMm <= distanceMmMax)
    .toSorted(compareNear)
    .slice(0, rowsMax);
}

function compareNear(a: NearItemLocationRow, b: NearItemLocationRow): number {
  if (a.distanceMm !== b.distanceMm) return a.distanceMm - b.distanceMm;
  return a.n < b.n ? -1 : a.n > b.n ? 1 : 0;
}
