// Texts that studios give: names for players and their own ids. Names are kept composed (NFC), counted in code
// points, without control or format characters and without a space at either end, which the database's
// collation would ignore.

import { invalid } from "./item-counts.ts";
import type { Refusal } from "./outcome.ts";

const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** Null where the name may be kept as it is (composed by the caller). */
export function refusalOfName(name: string, charactersMax: number, field: readonly string[]): Refusal | null {
  const characters = [...name].length;
  if (characters < 1 || characters > charactersMax)
    return invalid(field, `Must have 1 to ${charactersMax} characters.`);
  if (name !== name.trim()) return invalid(field, "Must not begin or end with a space.");
  return FORBIDDEN.test(name) ? invalid(field, "Must not hold control or format characters.") : null;
}

/** One for each external id that an earlier entry has. */
export function refusalsOfRepetition(externalIds: readonly string[], list: string): Refusal[] {
  const seen = new Set<string>();
  return externalIds.flatMap((externalId, place) => {
    if (!seen.has(externalId)) {
      seen.add(externalId);
      return [];
    }
    return [invalid([list, String(place), "externalId"], "Each entry must stand in the call once.")];
  });
}
