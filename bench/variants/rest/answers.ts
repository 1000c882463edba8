// What the REST variant answers: the same content as the GraphQL operations, so that bytes compare. As
// few statements as the content allows: one for state, one for what is near, three for the home screen.

import { maySeePrivate, type Viewer } from "../../../src/context.ts";
import type { Cursors } from "../../../src/runtime/cursors.ts";
import { playerGlobalId } from "../../../src/runtime/ids.ts";
import { playerIdArgument } from "../kit/arguments.ts";
import { itemObject, lastTransactions, nearState, ownedState, type ItemCells } from "../kit/joined-rows.ts";
import { itemLocationCursor, pageEnd, stateCursor } from "../kit/lists.ts";
import type { Run, Whole } from "../kit/mysql.ts";

const STATE_FIRST = 50;
const HOME_STATE_FIRST = 20;
const HOME_TRANSACTIONS_FIRST = 5;

/** The body of an answer with status 200. */
export interface Answer {
  readonly data?: object;
  readonly errors?: readonly { readonly path: readonly string[]; readonly extensions: { readonly code: string } }[];
}

export function createAnswers(run: Run, cursors: Cursors) {
  return {
    /** Null for an unknown player, private fields null with errors for somebody else's. One statement. */
    async state(viewer: Viewer | null, id: string): Promise<Answer> {
      const playerId = playerIdArgument(id);
      if (!maySeePrivate(viewer, playerId)) return foreignState(run, viewer, playerId);
      const rows = await run<[string, Whole, ...ItemCells, Whole | null]>(
        "SELECT p.display_name, p.version, i.id, i.kind, i.display_name, b.quantity FROM player p JOIN item i " +
          "LEFT JOIN player_item b ON b.player_id = p.id AND b.item_id = i.id " +
          `WHERE p.id = ? ORDER BY i.id LIMIT ${STATE_FIRST + 1}`,
        [String(playerId)],
      );
      const [player] = rows;
      if (player === undefined) return { data: { player: null } };
      const nodes = rows.slice(0, STATE_FIRST).map(([, , itemId, kind, displayName, quantity]) => ({
        item: itemObject([itemId, kind, displayName]),
        quantity: String(quantity ?? 0),
      }));
      const last = rows[nodes.length - 1]!;
      const state = {
        nodes,
        pageInfo: pageEnd(rows.length, STATE_FIRST, stateCursor(cursors, playerId, true, String(last[2]))),
      };
      return { data: { player: { id, displayName: player[0], version: String(player[1]), state } } };
    },

    /** One statement: the player, and what lies near. */
    async nearby(viewer: Viewer | null, query: URLSearchParams): Promise<Answer> {
      if (viewer?.role !== "player") return { data: { viewer: null } };
      const number = (name: string) => Number(query.get(name));
      const near = { lat: number("lat"), lng: number("lng") };
      const page = { near, withinMeters: number("withinMeters"), first: number("first") };
      const playerId = String(viewer.playerId);
      const rows = await nearState(run, playerId, page);
      const nodes = rows.slice(0, page.first);
      const last = nodes.at(-1);
      const endCursor = last === undefined ? null : itemLocationCursor(cursors, { playerId, ...page }, last);
      const itemLocations = {
        nodes: nodes.map(({ id, distanceMeters, item, location }) => ({ id, distanceMeters, item, location })),
        pageInfo: pageEnd(rows.length, page.first, endCursor),
      };
      return { data: { viewer: { id: playerGlobalId(viewer.playerId), itemLocations } } };
    },

    /** Three statements: the player with totals first, then balances and ledger side by side. */
    async home(viewer: Viewer | null): Promise<Answer> {
      if (viewer?.role !== "player") return { data: { viewer: null } };
      const playerId = String(viewer.playerId);
      const [player] = await run<[string, Whole, Whole | null, Whole | null]>(
        "SELECT p.display_name, p.version, r.distance_mm, r.run_count FROM player p " +
          "LEFT JOIN run_total r ON r.player_id = p.id WHERE p.id = ?",
        [playerId],
      );
      if (player === undefined) return { data: { viewer: null } };
      const [displayName, version, distanceMm, runCount] = player;
      const [state, transactions] = await Promise.all([
        ownedState(run, playerId, HOME_STATE_FIRST),
        lastTransactions(run, playerId, version, HOME_TRANSACTIONS_FIRST),
      ]);
      const nodes = state.slice(0, HOME_STATE_FIRST);
      const last = nodes.at(-1);
      const endCursor = last === undefined ? null : stateCursor(cursors, playerId, false, String(last.itemId));
      return {
        data: {
          viewer: {
            id: playerGlobalId(viewer.playerId),
            displayName,
            version: String(version),
            runStats: { totalDistanceMeters: Number(distanceMm ?? 0) / 1000, runCount: String(runCount ?? 0) },
            state: {
              nodes: nodes.map(({ item, quantity }) => ({ item, quantity })),
              pageInfo: pageEnd(state.length, HOME_STATE_FIRST, endCursor),
            },
            transactions: {
              nodes: transactions.map(({ received, spent, ...transaction }) => ({
                ...transaction,
                received: received.map(nameless),
                spent: spent.map(nameless),
              })),
            },
          },
        },
      };
    },
  };
}

/** Ledger lines of the home screen show no kind. */
function nameless({ item, count }: { item: { id: string; displayName: string }; count: string }) {
  return { item: { id: item.id, displayName: item.displayName }, count };
}

async function foreignState(run: Run, viewer: Viewer | null, playerId: bigint): Promise<Answer> {
  const [row] = await run<[string]>("SELECT display_name FROM player WHERE id = ?", [String(playerId)]);
  if (row === undefined) return { data: { player: null } };
  const code = viewer === null ? "UNAUTHENTICATED" : "FORBIDDEN";
  return {
    data: { player: { id: playerGlobalId(playerId), displayName: row[0], version: null, state: null } },
    errors: ["version", "state"].map((field) => ({ path: ["player", field], extensions: { code } })),
  };
}
