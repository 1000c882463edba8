// assignItemLocations: what lies where for whom. The first assignment fixes a location's point.

import { cacheTags } from "../cache/tags.ts";
import type { Transaction } from "../database/transaction.ts";
import { insertItemLocations, type ItemLocationKey } from "../repositories/item-location.ts";
import { findCatalogue } from "../repositories/item.ts";
import { lockUnusedLocations, useLocations } from "../repositories/location.ts";
import { findExistingPlayerIds, growItemLocationNLasts, lockPlayers } from "../repositories/player.ts";
import { geoCell } from "../runtime/geo-cell.ts";
import { RowsHeldError } from "./failure.ts";
import type { Idempotency } from "./idempotency.ts";
import { notFound, refusalOfEntryCount } from "./item-counts.ts";
import type { Refusal } from "./outcome.ts";
import type { StudioCommand, StudioOutcome } from "./studio-commit.ts";

export interface ItemLocationAssignment {
  readonly playerId: bigint;
  readonly itemId: bigint;
  readonly locationId: bigint;
}

export interface AssignItemLocationsInput {
  readonly assignments: readonly ItemLocationAssignment[];
}

/** Keys are those of item locations. */
export function assignItemLocations(
  { assignments }: AssignItemLocationsInput,
  idempotency: Idempotency,
): StudioCommand<ItemLocationKey> {
  return {
    idempotency,
    tags: distinct(assignments.map(({ playerId }) => playerId)).map(cacheTags.playerPlaces),
    run: (transaction) => run(transaction, assignments),
  };
}

async function run(
  transaction: Transaction,
  assignments: readonly ItemLocationAssignment[],
): Promise<StudioOutcome<ItemLocationKey>> {
  const wrong = refusalOfEntryCount(assignments, "assignments");
  if (wrong !== null) return { refusals: [wrong], keys: [] };
  // The players' rows first, in the order of ids, as every write locks them.
  const playerIds = distinct(assignments.map(({ playerId }) => playerId));
  const players = new Map(
    (await lockPlayers(transaction, playerIds, { isWaiting: false })).map((player) => [player.playerId, player]),
  );
  const missing = playerIds.filter((playerId) => !players.has(playerId));
  // To wait for one of five hundred would hold up all the others.
  if (missing.length > 0 && (await findExistingPlayerIds(transaction, missing)).length > 0) throw new RowsHeldError();
  const catalogue = await findCatalogue(transaction, distinct(assignments.map(({ itemId }) => itemId)));
  const locations = await lockUnusedLocations(transaction, distinct(assignments.map(({ locationId }) => locationId)));
  const refusals = assignments.flatMap(({ playerId, itemId, locationId }, place): Refusal[] => {
    const unknown = (field: string, noun: string) =>
      notFound(["assignments", String(place), field], `There is no such ${noun}.`);
    return [
      ...(players.has(playerId) ? [] : [unknown("playerId", "player")]),
      ...(catalogue.has(itemId) ? [] : [unknown("itemId", "item")]),
      ...(locations.has(locationId) ? [] : [unknown("locationId", "location")]),
    ];
  });
  if (refusals.length > 0) return { refusals, keys: [] };
  // Not before all is well: what is refused is committed as well, with its answer.
  const unused = [...locations].filter(([, { isUsed }]) => !isUsed).map(([locationId]) => locationId);
  await useLocations(transaction, unused);
  const nLasts = new Map([...players].map(([playerId, { itemLocationNLast }]) => [playerId, itemLocationNLast]));
  const rows = assignments.map((assignment) => {
    const n = nLasts.get(assignment.playerId)! + 1n;
    nLasts.set(assignment.playerId, n);
    const { lat, lng } = locations.get(assignment.locationId)!.point;
    return { ...assignment, n, lat, lng, cell: geoCell(lat, lng) };
  });
  await insertItemLocations(transaction, rows);
  await growItemLocationNLasts(
    transaction,
    [...nLasts].map(([playerId, nLast]) => ({
      playerId,
      count: nLast - players.get(playerId)!.itemLocationNLast,
    })),
  );
  return { refusals: [], keys: rows.map(({ playerId, n }) => ({ playerId, n })) };
}

/** Each once, ascending. */
function distinct(ids: readonly bigint[]): bigint[] {
  return [...new Set(ids)].toSorted((a, b) => (a < b ? -1 : 1));
}
