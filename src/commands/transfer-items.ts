// transferItems: from one player to another, both or neither. Each has its own entry in its own ledger.

import { cacheTags } from "../cache/tags.ts";
import { NO_ITEM_LOCATIONS, type Command } from "./command.ts";
import type { Idempotency } from "./idempotency.ts";
import {
  countField,
  itemIdsOf,
  refusalsOfOverflow,
  refusalsOfRequest,
  refusalsOfShortage,
  refusalsOfUnknownItems,
} from "./item-counts.ts";
import type { ItemCount, Ledger } from "./ledger.ts";
import { refused, type Outcome, type Refusal } from "./outcome.ts";

export interface TransferItemsInput {
  readonly fromPlayerId: bigint;
  readonly toPlayerId: bigint;
  readonly items: readonly ItemCount[];
  /** Of the sender. */
  readonly expectedVersion: bigint | null;
}

export function transferItems(input: TransferItemsInput, idempotency: Idempotency): Command {
  const { fromPlayerId, toPlayerId, items } = input;
  const itemIds = itemIdsOf(items);
  return {
    name: "transferItems",
    idempotency,
    playerIds: [fromPlayerId, toPlayerId],
    itemIds,
    itemLocations: NO_ITEM_LOCATIONS,
    tags: [cacheTags.playerItems(fromPlayerId), cacheTags.playerItems(toPlayerId)],
    balances: () => [
      { playerId: fromPlayerId, itemIds },
      { playerId: toPlayerId, itemIds },
    ],
    decide: (ledger) => decide(ledger, input),
  };
}

function decide(ledger: Ledger, input: TransferItemsInput): Outcome {
  const { fromPlayerId, toPlayerId, items } = input;
  if (fromPlayerId === toPlayerId) {
    const message = "Sender and receiver are the same player.";
    return refused({ code: "SELF_TRANSFER", message, field: ["toPlayerId"] });
  }
  const refusals = refusalsOfRequest(ledger, { fromPlayerId, toPlayerId }, input);
  if (refusals.length > 0) return refused(...refusals);
  const unknown = refusalsOfUnknownItems(ledger.catalogue, items);
  if (unknown.length > 0) return refused(...unknown);
  const short = refusalsOfShortage(ledger, fromPlayerId, items, countField);
  if (short.length > 0) return refused(...short);
  // How much the receiver has is nobody else's business.
  const overflow = refusalsOfOverflow(ledger, toPlayerId, items, countField).map(withoutHave);
  if (overflow.length > 0) return refused(...overflow);
  const transactions = ledger.recordTransfer(fromPlayerId, toPlayerId, items);
  return { refusals: [], transactions, changes: ledger.changesOf(transactions[0]!) };
}

function withoutHave({ code, message, field, itemId }: Refusal): Refusal {
  return { code, message, field, ...(itemId === undefined ? {} : { itemId }) };
}
