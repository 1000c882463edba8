// What a command comes to: an effect or an expected refusal, as plain values that are stored with the
// effect and read back for whoever sends the same request again.

import type { ItemTransactionRow } from "../repositories/item-transaction.ts";

export type RefusalCode =
  | "INSUFFICIENT_ITEMS"
  | "STALE_VERSION"
  | "OUT_OF_REACH"
  | "NOT_FOUND"
  | "NOT_EXCHANGEABLE"
  | "SELF_TRANSFER"
  | "QUANTITY_OVERFLOW"
  | "INVALID";

/** An expected refusal: what stands in a payload's `userErrors`. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** Path in the input. */
  readonly field: readonly string[];
  readonly itemId?: bigint;
  readonly have?: bigint;
  readonly need?: bigint;
  readonly currentVersion?: bigint;
  readonly distanceMeters?: number;
}

/** A balance after a change. */
export interface BalanceChange {
  readonly itemId: bigint;
  readonly quantity: bigint;
}

/** What a command on items came to. Either refusals or at least one transaction. */
export interface Outcome {
  readonly refusals: readonly Refusal[];
  /** The actor's first; a transfer has the receiver's behind it. */
  readonly transactions: readonly ItemTransactionRow[];
  /** The actor's balances that changed, in item-id order. */
  readonly changes: readonly BalanceChange[];
}

export function refused(...refusals: readonly Refusal[]): Outcome {
  return { refusals, transactions: [], changes: [] };
}

/** As text for the database. A bigint becomes its digits with an "n" behind; nothing else looks so. */
export function outcomeText(outcome: object): string {
  return JSON.stringify(outcome, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}

/** The outcome of a command on items in a text that `outcomeText` made. */
export function outcomeOfText(text: string): Outcome {
  return valueOfText(text) as Outcome;
}

/** Whatever outcome `outcomeText` made the text of. */
export function valueOfText(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  );
}
