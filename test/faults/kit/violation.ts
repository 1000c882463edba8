// What a law says of a case that breaks it.

/** The families of what can be wrong. */
export type Law =
  | "manners"
  | "privacy"
  | "answers"
  | "ledger"
  | "effect"
  | "balances"
  | "transfers"
  | "versions"
  | "order"
  | "refusals"
  | "reads";

export interface Violation {
  readonly law: Law;
  /** What is wrong, in words. */
  readonly sentence: string;
}

/** A violation of one law after the other, as sentences are found. */
export function violationsOf(law: Law, sentences: Iterable<string>): Violation[] {
  return Array.from(sentences, (sentence) => ({ law, sentence }));
}
