// The joined statements that both variants without an ORM share, and their rows as objects: what a player
// owns, the last ledger entries, what lies near.

import type { GeoPoint } from "../../../src/runtime/great-circle.ts";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
} from "../../../src/runtime/ids.ts";
import { searchBoxes } from "./arguments.ts";
import type { Run, Whole } from "./mysql.ts";
import { nearestOf } from "./nearest.ts";

export interface ItemObject {
  readonly id: string;
  readonly displayName: string;
  readonly kind: string;
}

export type ItemCells = readonly [id: Whole, kind: string, displayName: string];

export function itemObject([id, kind, displayName]: ItemCells): ItemObject {
  return { id: itemGlobalId(BigInt(id)), displayName, kind };
}

/** One entry of a state page. `itemId` is for the cursor. */
export interface StateNode {
  readonly itemId: Whole;
  readonly item: ItemObject;
  readonly quantity: string;
}

/** What the player owns in item-id order, one more than `first`. */
export async function ownedState(run: Run, playerId: Whole, first: number): Promise<StateNode[]> {
  const rows = await run<[...ItemCells, Whole]>(
    "SELECT i.id, i.kind, i.display_name, b.quantity FROM player_item b JOIN item i ON i.id = b.item_id " +
      `WHERE b.player_id = ? AND b.quantity > 0 ORDER BY b.item_id LIMIT ${first + 1}`,
    [playerId],
  );
  return rows.map(([id, kind, displayName, quantity]) => ({
    itemId: id,
    item: itemObject([id, kind, displayName]),
    quantity: String(quantity),
  }));
}

interface CountObject {
  readonly item: ItemObject;
  readonly count: string;
}

export interface TransactionObject {
  readonly id: string;
  readonly kind: string;
  readonly recordedAt: string;
  readonly received: CountObject[];
  readonly spent: CountObject[];
}

type LineCells = [Whole, string, string, ...ItemCells, Whole, Whole];

/** The last `first` ledger entries, newest first. `version` is the player's: versions are dense. */
export async function lastTransactions(
  run: Run,
  playerId: Whole,
  version: Whole,
  first: number,
): Promise<TransactionObject[]> {
  const rows = await run<LineCells>(
    "SELECT t.version, t.kind, t.recorded_at, i.id, i.kind, i.display_name, l.received, l.spent FROM item_transaction t " +
      "JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version " +
      "JOIN item i ON i.id = l.item_id WHERE t.player_id = ? AND t.version BETWEEN ? AND ? " +
      "ORDER BY t.version DESC, l.item_id",
    [playerId, Math.max(Number(version) - first + 1, 1), version],
  );
  const byVersion = new Map<Whole, TransactionObject>();
  for (const [ofVersion, kind, recordedAt, itemId, itemKind, displayName, received, spent] of rows) {
    let transaction = byVersion.get(ofVersion);
    if (transaction === undefined) {
      const id = itemTransactionGlobalId(BigInt(playerId), BigInt(ofVersion));
      const moment = `${recordedAt.slice(0, 10)}T${recordedAt.slice(11)}Z`;
      byVersion.set(ofVersion, (transaction = { id, kind, recordedAt: moment, received: [], spent: [] }));
    }
    const item = itemObject([itemId, itemKind, displayName]);
    if (received !== 0) transaction.received.push({ item, count: String(received) });
    if (spent !== 0) transaction.spent.push({ item, count: String(spent) });
  }
  return [...byVersion.values()];
}

export interface NearNode {
  readonly n: Whole;
  readonly distanceMm: number;
  readonly id: string;
  readonly distanceMeters: number;
  readonly item: ItemObject;
  readonly location: { readonly id: string; readonly name: string; readonly point: GeoPoint };
}

type NearCells = [Whole, ...ItemCells, Whole, string, number, number];

/** What lies within the radius, nearest first, one more than `first`. */
export async function nearState(
  run: Run,
  playerId: Whole,
  { near, withinMeters, first }: { near: GeoPoint; withinMeters: number; first: number },
): Promise<NearNode[]> {
  const boxes = searchBoxes(near, withinMeters);
  const rows = await run<NearCells>(
    "SELECT il.n, i.id, i.kind, i.display_name, lo.id, lo.name, il.lat, il.lng FROM item_location il " +
      "JOIN item i ON i.id = il.item_id JOIN location lo ON lo.id = il.location_id WHERE il.player_id = ? " +
      `AND (${boxes.map(() => "il.lat BETWEEN ? AND ? AND il.lng BETWEEN ? AND ?").join(" OR ")})`,
    [playerId, ...boxes.flatMap(({ south, north, west, east }) => [south, north, west, east])],
  );
  const candidates = rows.map((cells) => ({ n: cells[0], lat: cells[6], lng: cells[7], cells }));
  return nearestOf(candidates, near, withinMeters, first + 1).map(({ n, distanceMm, lat, lng, cells }) => {
    const [, itemId, kind, displayName, locationId, name] = cells;
    return {
      n,
      distanceMm,
      id: itemLocationGlobalId(BigInt(playerId), BigInt(n)),
      distanceMeters: distanceMm / 1000,
      item: itemObject([itemId, kind, displayName]),
      location: { id: locationGlobalId(BigInt(locationId)), name, point: { lat, lng } },
    };
  });
}
