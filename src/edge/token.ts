// Bearer tokens: JWTs signed with HS256 and nothing else, by a key that the header names. The same
// file signs and verifies, so that `npm run token` and the server cannot disagree.

import { randomUUID, type KeyObject } from "node:crypto";
import jwt, { type JwtPayload } from "jsonwebtoken";
import { tokenDefaults } from "../config.ts";
import type { Viewer } from "../context.ts";
import type { Clock } from "../runtime/clock.ts";
import { BoundedMap } from "../runtime/bounded-map.ts";
import { limits } from "../runtime/limits.ts";
import { parseSigningKeys, type SigningKeys } from "../runtime/signing-keys.ts";

const ALGORITHM = "HS256";
const PLAYER_SUBJECT = /^[1-9][0-9]{0,18}$/;

export type Role = Viewer["role"];

export interface TokenRules {
  readonly keys: SigningKeys;
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
}

export interface VerifiedToken {
  readonly viewer: Viewer;
  /** From here on the token must be looked at again; the tolerance for clocks is not in it. */
  readonly expiresAtMs: number;
}

/**
 * Whose token this is, or null for every token that is not entirely right; never says why.
 * Synchronous on purpose: a verification on the thread pool would let a burst of requests trickle
 * out one by one, and what arrives together is what batches.
 */
export function verifyToken(token: string, rules: TokenRules): VerifiedToken | null {
  if (token.length > limits.tokenCharactersMax) return null;
  try {
    const key = keyOf(rules.keys, keyIdOf(token));
    if (key === null) return null;
    const payload = jwt.verify(token, key, {
      algorithms: [ALGORITHM],
      issuer: rules.issuer,
      audience: rules.audience,
      clockTolerance: limits.tokenClockToleranceSeconds,
      clockTimestamp: Math.floor(rules.clock.nowMs() / 1000),
    });
    return typeof payload === "string" ? null : verifiedToken(payload);
  } catch {
    // Every failure is the same answer, 401: telling an expired token from a forged one would
    // help only whoever forges.
    return null;
  }
}

/**
 * A token signed with the first key of `keys` (as JWT_KEYS writes them, or parsed). `subject` is the
 * player's number for the role `player`, and a label for the others.
 */
export function signToken(claims: {
  keys: string | SigningKeys;
  subject: string;
  role: Role;
  ttlSeconds: number;
  issuer?: string;
  audience?: string;
}): string {
  const [{ kid, key }] = typeof claims.keys === "string" ? parseSigningKeys(claims.keys) : claims.keys;
  return jwt.sign({ role: claims.role }, key, {
    algorithm: ALGORITHM,
    keyid: kid,
    subject: claims.subject,
    issuer: claims.issuer ?? tokenDefaults.issuer,
    audience: claims.audience ?? tokenDefaults.audience,
    expiresIn: claims.ttlSeconds,
    jwtid: randomUUID(),
  });
}

/**
 * As a KeyObject: given bytes, the library first tries them as a public key, which costs thirty times
 * the verification itself.
 */
function keyOf(keys: SigningKeys, kid: string | null): KeyObject | null {
  return keys.find((candidate) => candidate.kid === kid)?.key ?? null;
}

/**
 * The key that the header names; null where it names none, or has extensions that its signer calls
 * critical: they must be understood (RFC 7515, 4.1.11), and we know none. All tokens of a signer have one
 * and the same header, so its text is read once; the library's own reading of a whole token, just to find
 * the key, costs more than the verification. Throws where the header is none.
 */
function keyIdOf(token: string): string | null {
  const header = token.slice(0, token.indexOf("."));
  const known = keyIds.get(header);
  if (known !== undefined) return known;
  const { kid, crit } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid?: unknown; crit?: unknown };
  const keyId = typeof kid === "string" && crit === undefined ? kid : null;
  keyIds.set(header, keyId);
  return keyId;
}

const keyIds = new BoundedMap<string, string | null>({
  weightMax: limits.tokenHeaderCharactersRememberedMax,
  weightOf: (header) => header.length,
});

/** The library checks `exp` only where there is one; a token without an end is not one of ours. */
function verifiedToken({ role, sub, exp }: JwtPayload): VerifiedToken | null {
  const viewer = typeof sub === "string" ? viewerOf(role, sub) : null;
  return viewer === null || typeof exp !== "number" ? null : { viewer, expiresAtMs: exp * 1000 };
}

function viewerOf(role: unknown, sub: string): Viewer | null {
  if (role === "player") return PLAYER_SUBJECT.test(sub) ? { role, playerId: BigInt(sub) } : null;
  if (role === "service" || role === "admin") return sub === "" ? null : { role, subject: sub };
  return null;
}
