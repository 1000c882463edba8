// spendItems: items are used up.

import { cacheTags } from "../cache/tags.ts";
import { NO_ITEM_LOCATIONS, type Command } from "./command.ts";
import type { Idempotency } from "./idempotency.ts";
import { countField, itemIdsOf, refusalsOfShortage, refusalsOfRequest, refusalsOfUnknownItems } from "./item-counts.ts";
import type { ItemCount, Ledger } from "./ledger.ts";
import { refused, type Outcome } from "./outcome.ts";

export interface SpendItemsInput {
  readonly playerId: bigint;
  readonly items: readonly ItemCount[];
  readonly expectedVersion: bigint | null;
}

export function spendItems(input: SpendItemsInput, idempotency: Idempotency): Command {
  const { playerId, items } = input;
  const itemIds = itemIdsOf(items);
  return {
    name: "spendItems",
    idempotency,
    playerIds: [playerId],
    itemIds,
    itemLocations: NO_ITEM_LOCATIONS,
    tags: [cacheTags.playerItems(playerId)],
    balances: () => [{ playerId, itemIds }],
    decide: (ledger) => decide(ledger, input),
  };
}

function decide(ledger: Ledger, input: SpendItemsInput): Outcome {
  const { playerId, items } = input;
  const refusals = refusalsOfRequest(ledger, { playerId }, input);
  if (refusals.length > 0) return refused(...refusals);
  const unknown = refusalsOfUnknownItems(ledger.catalogue, items);
  if (unknown.length > 0) return refused(...unknown);
  const short = refusalsOfShortage(ledger, playerId, items, countField);
  if (short.length > 0) return refused(...short);
  const transaction = ledger.record(playerId, "SPEND", { spent: items });
  return { refusals: [], transactions: [transaction], changes: ledger.changesOf(transaction) };
}
