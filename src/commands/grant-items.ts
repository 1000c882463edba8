// grantItems: the game gives a player items.

import { cacheTags } from "../cache/tags.ts";
import { NO_ITEM_LOCATIONS, type Command } from "./command.ts";
import type { Idempotency } from "./idempotency.ts";
import { countField, itemIdsOf, refusalsOfOverflow, refusalsOfRequest, refusalsOfUnknownItems } from "./item-counts.ts";
import type { ItemCount, Ledger } from "./ledger.ts";
import { refused, type Outcome } from "./outcome.ts";

export interface GrantItemsInput {
  readonly playerId: bigint;
  readonly items: readonly ItemCount[];
  readonly expectedVersion: bigint | null;
}

export function grantItems(input: GrantItemsInput, idempotency: Idempotency): Command {
  const { playerId, items } = input;
  const itemIds = itemIdsOf(items);
  return {
    name: "grantItems",
    idempotency,
    playerIds: [playerId],
    itemIds,
    itemLocations: NO_ITEM_LOCATIONS,
    tags: [cacheTags.playerItems(playerId)],
    balances: () => [{ playerId, itemIds }],
    decide: (ledger) => decide(ledger, input),
  };
}

function decide(ledger: Ledger, input: GrantItemsInput): Outcome {
  const { playerId, items } = input;
  const refusals = refusalsOfRequest(ledger, { playerId }, input);
  if (refusals.length > 0) return refused(...refusals);
  const wrong = [
    ...refusalsOfUnknownItems(ledger.catalogue, items),
    ...refusalsOfOverflow(ledger, playerId, items, countField),
  ];
  if (wrong.length > 0) return refused(...wrong);
  const transaction = ledger.record(playerId, "GRANT", { received: items });
  return { refusals: [], transactions: [transaction], changes: ledger.changesOf(transaction) };
}
