// One exchange as both variants without group commit decide it, once they have read what they need: the same
// checks and the same stored answer as Satchel's.

import { idempotencyOf, type Idempotency } from "../../../src/commands/idempotency.ts";
import { QUANTITY_MAX } from "../../../src/commands/ledger.ts";
import { outcomeOfText, outcomeText, type Outcome } from "../../../src/commands/outcome.ts";
import { idempotencyKeyReused } from "../../../src/errors.ts";
import type { SigningKeys } from "../../../src/runtime/signing-keys.ts";

export interface Exchange {
  readonly playerId: bigint;
  readonly itemId: bigint;
  readonly times: bigint;
}

export interface ItemNumber {
  readonly itemId: bigint;
  readonly count: bigint;
}

/** What the transaction holds locked, and the recipe. */
export interface ExchangeFacts {
  readonly version: bigint;
  readonly recipe: readonly ItemNumber[];
  readonly balances: readonly { readonly itemId: bigint; readonly quantity: bigint }[];
}

/** What to write: a ledger entry with its lines, and the balances as they are then. */
export interface ExchangeEffect {
  readonly version: bigint;
  readonly recordedAt: Date;
  readonly lines: readonly { readonly itemId: bigint; readonly received: bigint; readonly spent: bigint }[];
  readonly balances: readonly { readonly itemId: bigint; readonly quantity: bigint }[];
  readonly outcomeText: string;
  readonly outcome: Outcome;
}

export function exchangeIdempotency(exchange: Exchange, key: string, keys: SigningKeys): Idempotency {
  const input = { ...exchange, expectedVersion: null };
  return idempotencyOf({ key, scope: { playerId: exchange.playerId }, mutation: "exchangeItems", input, keys });
}

/** The answer that is stored, or the error of a key that was used for something else. */
export function replayed({ requestHmacs }: Idempotency, requestHmac: Uint8Array, text: string): Outcome {
  if (!requestHmacs.includes(Buffer.from(requestHmac).toString("hex"))) throw idempotencyKeyReused();
  return outcomeOfText(text);
}

/** Null where the player may not: a bench that meets it has not stocked its players. */
export function decideExchange(
  { playerId, itemId, times }: Exchange,
  { version: current, recipe, balances }: ExchangeFacts,
): ExchangeEffect | null {
  if (recipe.length === 0) return null;
  const quantities = new Map(balances.map((balance) => [balance.itemId, balance.quantity]));
  const lines = [
    { itemId, received: times, spent: 0n },
    ...recipe.map((line) => ({ itemId: line.itemId, received: 0n, spent: line.count * times })),
  ].toSorted((a, b) => (a.itemId < b.itemId ? -1 : 1));
  const after = lines.map((line) => ({
    itemId: line.itemId,
    quantity: (quantities.get(line.itemId) ?? 0n) + line.received - line.spent,
  }));
  if (after.some(({ quantity }) => quantity < 0n || quantity > QUANTITY_MAX)) return null;
  const version = current + 1n;
  const recordedAt = new Date();
  const entry = { playerId, version, kind: "EXCHANGE", recordedAt: recordedAt.toISOString(), lines } as const;
  const outcome: Outcome = { refusals: [], transactions: [entry], changes: after };
  return { version, recordedAt, lines, balances: after, outcome, outcomeText: outcomeText(outcome) };
}
