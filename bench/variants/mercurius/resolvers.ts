// The resolvers of the Mercurius variant: a joined statement per list, so that what lies below a list
// comes with it and nothing is left for a loader to gather.

import type { Viewer } from "../../../src/context.ts";
import type { Cursors } from "../../../src/runtime/cursors.ts";
import type { GeoPoint } from "../../../src/runtime/great-circle.ts";
import { playerGlobalId } from "../../../src/runtime/ids.ts";
import { playerIdArgument } from "../kit/arguments.ts";
import {
  itemObject,
  lastTransactions,
  nearState,
  ownedState,
  type ItemCells,
  type StateNode,
} from "../kit/joined-rows.ts";
import { itemLocationCursor, pageEnd, stateCursor } from "../kit/lists.ts";
import type { Run, Whole } from "../kit/mysql.ts";
import { own, viewerPlayerId } from "../kit/privacy.ts";

interface Context {
  readonly viewer: Viewer | null;
}

interface Player {
  readonly id: Whole;
  readonly displayName: string;
  readonly version: Whole;
}

type StateArguments = { first: number; includeZero: boolean };
type NearArguments = { first: number; near: GeoPoint; withinMeters: number };

/** For the three operations that the bench asks. */
export function createResolvers(run: Run, cursors: Cursors) {
  return {
    BigInt: { serialize: String },
    DateTime: { serialize: String },
    Query: {
      player: (_: unknown, { id }: { id: string }) => playerById(run, playerIdArgument(id)),
      viewer: (_: unknown, __: unknown, context: Context) => {
        const playerId = viewerPlayerId(context);
        return playerId === null ? null : playerById(run, playerId);
      },
    },
    Player: {
      id: ({ id }: Player) => playerGlobalId(BigInt(id)),
      version: own<Player, object, Context, Whole>(({ version }) => version),
      runStats: ({ id }: Player) => runStats(run, id),
      state: own<Player, StateArguments, Context, unknown>(async ({ id }, { first, includeZero }) => {
        const rows = await (includeZero ? zeroFilledState : ownedState)(run, id, first);
        const nodes = rows.slice(0, first);
        const last = nodes.at(-1);
        const endCursor =
          last === undefined ? null : stateCursor(cursors, String(id), includeZero, String(last.itemId));
        return { nodes, pageInfo: pageEnd(rows.length, first, endCursor) };
      }),
      itemLocations: own<Player, NearArguments, Context, unknown>(async ({ id }, page) => {
        const rows = await nearState(run, id, page);
        const nodes = rows.slice(0, page.first);
        const last = nodes.at(-1);
        const endCursor =
          last === undefined ? null : itemLocationCursor(cursors, { playerId: String(id), ...page }, last);
        return { nodes, pageInfo: pageEnd(rows.length, page.first, endCursor) };
      }),
      transactions: own<Player, { first: number }, Context, unknown>(async ({ id, version }, { first }) => ({
        nodes: await lastTransactions(run, id, version, first),
      })),
    },
  };
}

async function playerById(run: Run, playerId: bigint): Promise<Player | null> {
  const [row] = await run<[Whole, string, Whole]>("SELECT id, display_name, version FROM player WHERE id = ?", [
    String(playerId),
  ]);
  return row === undefined ? null : { id: row[0], displayName: row[1], version: row[2] };
}

async function runStats(run: Run, playerId: Whole) {
  const [row] = await run<[Whole, Whole]>("SELECT distance_mm, run_count FROM run_total WHERE player_id = ?", [
    playerId,
  ]);
  return { totalDistanceMeters: Number(row?.[0] ?? 0) / 1000, runCount: row?.[1] ?? 0 };
}

async function zeroFilledState(run: Run, playerId: Whole, first: number): Promise<StateNode[]> {
  const rows = await run<[...ItemCells, Whole]>(
    "SELECT i.id, i.kind, i.display_name, COALESCE(b.quantity, 0) FROM item i " +
      "LEFT JOIN player_item b ON b.player_id = ? AND b.item_id = i.id " +
      `ORDER BY i.id LIMIT ${first + 1}`,
    [playerId],
  );
  return rows.map(([id, kind, displayName, quantity]) => ({
    itemId: id,
    item: itemObject([id, kind, displayName]),
    quantity: String(quantity),
  }));
}
