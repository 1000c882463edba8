// The identity of a request: a key that the client chose, the scope in which it is unique, and an HMAC of
// what was asked, by which the same key with another request is told apart. Rows live in the transaction
// of the effect (repositories/idempotency.ts).

import { createHash, createHmac } from "node:crypto";
import { canonicalText } from "../runtime/canonical-text.ts";
import { limits } from "../runtime/limits.ts";
import type { SigningKeys } from "../runtime/signing-keys.ts";

export interface Idempotency {
  /** The player whose items change; 0 for requests of a token's subject. */
  readonly playerId: bigint;
  /** 16 bytes as 32 hex digits. */
  readonly keyHex: string;
  /** HMACs of the request, 64 hex digits each: the first key's, which is stored, then those of older keys. */
  readonly requestHmacs: readonly [string, ...string[]];
  /** When a version-7 UUID says it was made, in milliseconds since 1970; null for other versions. */
  readonly keyMadeAtMs: number | null;
}

/** Who the key belongs to: a player, or the subject of a service's or admin's token. */
export type IdempotencyScope = { readonly playerId: bigint } | { readonly subject: string };

export interface IdempotentRequest {
  /** A UUID in lower case. */
  readonly key: string;
  readonly scope: IdempotencyScope;
  readonly mutation: string;
  /** Coerced arguments; may hold bigints. */
  readonly input: unknown;
  readonly keys: SigningKeys;
}

export function idempotencyOf({ key, scope, mutation, input, keys }: IdempotentRequest): Idempotency {
  const text = `${mutation}\n${canonicalText(input, true)}`;
  const [first, ...others] = keys.map((signing) => createHmac("sha256", signing.key).update(text).digest("hex"));
  const uuidHex = key.replaceAll("-", "");
  return {
    playerId: "playerId" in scope ? scope.playerId : 0n,
    keyHex: "playerId" in scope ? uuidHex : subjectKeyHex(scope.subject, uuidHex),
    requestHmacs: [first!, ...others],
    keyMadeAtMs: uuidHex[12] === "7" ? Number.parseInt(uuidHex.slice(0, 12), 16) : null,
  };
}

/** Whether a key may not be used (any more, or yet), by the database's clock. */
export function isKeyOutOfWindow({ keyMadeAtMs }: Idempotency, nowMs: number): boolean {
  if (keyMadeAtMs === null) return false;
  return keyMadeAtMs < nowMs - limits.idempotencyWindowMs || keyMadeAtMs > nowMs + limits.idempotencyAheadMs;
}

export function idempotencyText({ playerId, keyHex }: Pick<Idempotency, "playerId" | "keyHex">): string {
  return `${playerId}|${keyHex}`;
}

/** Subjects have no row of their own to hang under; their keys are spread over one player id that nobody has. */
function subjectKeyHex(subject: string, uuidHex: string): string {
  return createHash("sha256").update(`${uuidHex}\n${subject}`).digest("hex").slice(0, 32);
}
