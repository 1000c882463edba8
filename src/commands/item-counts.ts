// Checks that several commands share: players, lines of items with counts, versions, room for more, entries.

import { limits } from "../runtime/limits.ts";
import { QUANTITY_MAX, type Catalogue, type ItemCount, type Ledger } from "./ledger.ts";
import type { Refusal } from "./outcome.ts";

/**
 * What every request with lines of items may be refused for before its items are looked at: a player who is not
 * there; else wrong lines, and a version that is not the first player's. `players` by their field in the input.
 */
export function refusalsOfRequest(
  ledger: Ledger,
  players: Readonly<Record<string, bigint>>,
  { items, expectedVersion }: { readonly items: readonly ItemCount[]; readonly expectedVersion: bigint | null },
): Refusal[] {
  const missing = Object.keys(players).find((field) => !ledger.hasPlayer(players[field]!));
  if (missing !== undefined) return [notFound([missing], "There is no such player.")];
  const [actor] = Object.values(players);
  return given(refusalOfLines(items), refusalOfVersion(ledger, actor!, expectedVersion));
}

/** 1 to 500 entries of one of the studio's writes; null when they are. */
export function refusalOfEntryCount(entries: readonly unknown[], list: string): Refusal | null {
  if (entries.length >= 1 && entries.length <= limits.upsertsMax) return null;
  return invalid([list], `${list} must have 1 to ${limits.upsertsMax} entries.`);
}

/** The items of the lines; none where the lines are refused, so that nothing is read or locked for them. */
export function itemIdsOf(items: readonly ItemCount[]): readonly bigint[] {
  return refusalOfLines(items) === null ? items.map(({ itemId }) => itemId) : [];
}

/** One for each line whose item is not in the catalogue. */
export function refusalsOfUnknownItems(catalogue: Catalogue, items: readonly ItemCount[]): Refusal[] {
  return items.flatMap(({ itemId }, place) =>
    catalogue.has(itemId) ? [] : [notFound(["items", String(place), "itemId"], "There is no such item.")],
  );
}

/** Null where no version was expected or it is this one. */
export function refusalOfVersion(ledger: Ledger, playerId: bigint, expectedVersion: bigint | null): Refusal | null {
  const currentVersion = ledger.versionOf(playerId);
  if (expectedVersion === null || expectedVersion === currentVersion) return null;
  return {
    code: "STALE_VERSION",
    message: "The player's items have changed since that version.",
    field: ["expectedVersion"],
    currentVersion,
  };
}

/** One for each item of which the player has too few; `fieldOf` says where it stands in the input. */
export function refusalsOfShortage(
  ledger: Ledger,
  playerId: bigint,
  spent: readonly ItemCount[],
  fieldOf: (place: number) => readonly string[],
): Refusal[] {
  return spent.flatMap(({ itemId, count }, place): Refusal[] => {
    const have = ledger.quantityOf(playerId, itemId);
    if (have >= count) return [];
    const message = "The player does not have enough of the item.";
    return [{ code: "INSUFFICIENT_ITEMS", message, field: fieldOf(place), itemId, have, need: count }];
  });
}

/** One for each item of which the player would have more than can be counted. */
export function refusalsOfOverflow(
  ledger: Ledger,
  playerId: bigint,
  received: readonly ItemCount[],
  fieldOf: (place: number) => readonly string[],
): Refusal[] {
  return received.flatMap(({ itemId, count }, place): Refusal[] => {
    const have = ledger.quantityOf(playerId, itemId);
    if (have + count <= QUANTITY_MAX) return [];
    const message = `A player has at most ${QUANTITY_MAX} of an item.`;
    return [{ code: "QUANTITY_OVERFLOW", message, field: fieldOf(place), itemId, have }];
  });
}

/** Where the count of a line stands in the input. */
export function countField(place: number): readonly string[] {
  return ["items", String(place), "count"];
}

export function notFound(field: readonly string[], message: string): Refusal {
  return { code: "NOT_FOUND", message, field };
}

export function invalid(field: readonly string[], message: string): Refusal {
  return { code: "INVALID", message, field };
}

/** The refusals that are there. */
export function given(...refusals: readonly (Refusal | null)[]): Refusal[] {
  return refusals.filter((refusal) => refusal !== null);
}

/** 1 to 100 lines, each item once; null when they are. */
function refusalOfLines(items: readonly ItemCount[]): Refusal | null {
  if (items.length < 1 || items.length > limits.itemLinesMax) {
    return invalid(["items"], `items must have 1 to ${limits.itemLinesMax} lines.`);
  }
  const seen = new Set<bigint>();
  for (const [place, { itemId }] of items.entries()) {
    if (seen.has(itemId)) return invalid(["items", String(place), "itemId"], "Each item must stand in one line only.");
    seen.add(itemId);
  }
  return null;
}
