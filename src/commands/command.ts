// One committed write on players' items: what it needs locked, and how it decides once it has that. A
// command neither reads nor waits by itself; groups of them share one transaction (group-commit.ts).

import type { ItemLocationKey } from "../repositories/item-location.ts";
import type { Ledger } from "./ledger.ts";
import type { Idempotency } from "./idempotency.ts";
import type { Outcome } from "./outcome.ts";

export interface Command {
  /** The mutation's name. */
  readonly name: string;
  readonly idempotency: Idempotency;
  /** Players whose rows are locked: all whose versions or balances it reads. The actor first. */
  readonly playerIds: readonly bigint[];
  /** Catalogue entries that it asks about. */
  readonly itemIds: readonly bigint[];
  readonly itemLocations: readonly ItemLocationKey[];
  /** Tags of everything that its effect changes. */
  readonly tags: readonly string[];
  /** The balances that it decides on or changes; `ledger` holds its players, the catalogue and its item locations by then. */
  balances(ledger: Ledger): readonly { readonly playerId: bigint; readonly itemIds: readonly bigint[] }[];
  /** Decides, and records the effect in `ledger` unless it refuses. */
  decide(ledger: Ledger): Outcome;
}

/** Where nothing but items of players are named. */
export const NO_ITEM_LOCATIONS: readonly ItemLocationKey[] = [];
