// exchangeItems: a receivable for what its recipe says, as many times as asked.

import { cacheTags } from "../cache/tags.ts";
import { NO_ITEM_LOCATIONS, type Command } from "./command.ts";
import type { Idempotency } from "./idempotency.ts";
import { given, notFound, refusalOfVersion, refusalsOfOverflow, refusalsOfShortage } from "./item-counts.ts";
import { QUANTITY_MAX, type ItemCount, type Ledger } from "./ledger.ts";
import { refused, type Outcome } from "./outcome.ts";

export interface ExchangeItemsInput {
  readonly playerId: bigint;
  readonly itemId: bigint;
  readonly times: bigint;
  readonly expectedVersion: bigint | null;
}

export function exchangeItems(input: ExchangeItemsInput, idempotency: Idempotency): Command {
  const { playerId, itemId } = input;
  return {
    name: "exchangeItems",
    idempotency,
    playerIds: [playerId],
    itemIds: [itemId],
    itemLocations: NO_ITEM_LOCATIONS,
    tags: [cacheTags.playerItems(playerId)],
    balances: ({ catalogue }) => [
      { playerId, itemIds: [itemId, ...catalogue.recipeOf(itemId).map((line) => line.itemId)] },
    ],
    decide: (ledger) => decide(ledger, input),
  };
}

function decide(ledger: Ledger, { playerId, itemId, times, expectedVersion }: ExchangeItemsInput): Outcome {
  if (!ledger.hasPlayer(playerId)) return refused(notFound(["playerId"], "There is no such player."));
  const stale = given(refusalOfVersion(ledger, playerId, expectedVersion));
  if (stale.length > 0) return refused(...stale);
  if (!ledger.catalogue.has(itemId)) return refused(notFound(["itemId"], "There is no such item."));
  const recipe = ledger.catalogue.recipeOf(itemId);
  if (recipe.length === 0) {
    const message = "The item has no recipe to be exchanged by.";
    return refused({ code: "NOT_EXCHANGEABLE", message, field: ["itemId"], itemId });
  }
  const spent = recipe.map((line): ItemCount => ({ itemId: line.itemId, count: line.count * times }));
  const beyond = spent.find(({ count }) => count > QUANTITY_MAX);
  if (beyond !== undefined) {
    const message = `The recipe that often takes more than ${QUANTITY_MAX} of an item.`;
    return refused({ code: "QUANTITY_OVERFLOW", message, field: ["times"], itemId: beyond.itemId });
  }
  const received = [{ itemId, count: times }];
  const wrong = [
    ...refusalsOfShortage(ledger, playerId, spent, () => ["times"]),
    ...refusalsOfOverflow(ledger, playerId, received, () => ["times"]),
  ];
  if (wrong.length > 0) return refused(...wrong);
  const transaction = ledger.record(playerId, "EXCHANGE", { received, spent });
  return { refusals: [], transactions: [transaction], changes: ledger.changesOf(transaction) };
}
