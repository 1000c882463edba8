// Bearer tokens: JWTs signed with HS256 and nothing else, by a key that the header names. The same
// file signs and verifies, so that `npm run token` and the server cannot disagree.

import { randomUUID } from "node:crypto";
import { SignJWT, jwtVerify, type JWTPayload } from "jose";
import { tokenDefaults } from "../config.ts";
import type { Viewer } from "../context.ts";
import type { Clock } from "../runtime/clock.ts";
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

/** Whose token this is, or null for every token that is not entirely right; never says why. */
export async function verifyToken(token: string, rules: TokenRules): Promise<Viewer | null> {
  if (token.length > limits.tokenCharactersMax) return null;
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => secretOf(rules.keys, kid), {
      algorithms: [ALGORITHM],
      issuer: rules.issuer,
      audience: rules.audience,
      requiredClaims: ["exp", "sub", "iss", "aud"],
      clockTolerance: limits.tokenClockToleranceSeconds,
      currentDate: new Date(rules.clock.nowMs()),
    });
    return viewerOf(payload);
  } catch {
    // Every failure is the same answer, 401: telling an expired token from a forged one would
    // help only whoever forges.
    return null;
  }
}

/**
 * A token signed with the first key of `keys` (as JWT_KEYS writes them, or parsed). `subject` is the player's
 * number for the role `player`, and a label for the others.
 */
export function signToken(claims: {
  keys: string | SigningKeys;
  subject: string;
  role: Role;
  ttlSeconds: number;
  issuer?: string;
  audience?: string;
}): Promise<string> {
  const [{ kid, secret }] = typeof claims.keys === "string" ? parseSigningKeys(claims.keys) : claims.keys;
  const issuedAt = Math.floor(Date.now() / 1000);
  return new SignJWT({ role: claims.role })
    .setProtectedHeader({ alg: ALGORITHM, typ: "JWT", kid })
    .setSubject(claims.subject)
    .setIssuer(claims.issuer ?? tokenDefaults.issuer)
    .setAudience(claims.audience ?? tokenDefaults.audience)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + claims.ttlSeconds)
    .sign(secret);
}

function secretOf(keys: SigningKeys, kid: string | undefined): Uint8Array {
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) throw new Error("unknown key id");
  return key.secret;
}

function viewerOf({ role, sub }: JWTPayload): Viewer | null {
  if (typeof sub !== "string") return null;
  if (role === "player") return PLAYER_SUBJECT.test(sub) ? { role, playerId: BigInt(sub) } : null;
  if (role === "service" || role === "admin") return { role, subject: sub };
  return null;
}
