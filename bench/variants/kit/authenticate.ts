// Bearer tokens by Satchel's rules, verified with fast-jwt: the fastest that a team would install, since
// verification is no part of what the variants are compared for.

import { createVerifier } from "fast-jwt";
import type { Viewer } from "../../../src/context.ts";
import { limits } from "../../../src/runtime/limits.ts";
import type { VariantSettings } from "./settings.ts";

/** Null is an anonymous caller; `refused` means 401. */
export type Authentication = { readonly refused: boolean; readonly viewer: Viewer | null };

export type Authenticate = (authorization: string | undefined) => Authentication;

interface DecodedToken {
  readonly header: { readonly kid?: string };
  readonly payload: { readonly sub?: unknown; readonly role?: unknown; readonly exp?: unknown };
}

const ANONYMOUS: Authentication = { refused: false, viewer: null };
const REFUSED: Authentication = { refused: true, viewer: null };
const BEARER = "Bearer ";
const PLAYER_SUBJECT = /^[1-9][0-9]{0,18}$/;

export function createAuthenticate({ tokenKeys, tokenIssuer, tokenAudience }: VariantSettings): Authenticate {
  const [{ kid, secret }] = tokenKeys;
  const verify = createVerifier({
    key: secret,
    algorithms: ["HS256"],
    allowedIss: tokenIssuer,
    allowedAud: tokenAudience,
    clockTolerance: limits.tokenClockToleranceSeconds * 1000,
    complete: true,
    // Every request of a measurement has another token: a cache would only cost.
    cache: false,
  }) as (token: string) => DecodedToken;
  return (authorization) => {
    if (authorization === undefined) return ANONYMOUS;
    if (!authorization.startsWith(BEARER)) return REFUSED;
    const decoded = verified(verify, authorization.slice(BEARER.length));
    const viewer = decoded === null || decoded.header.kid !== kid ? null : viewerOf(decoded.payload);
    return viewer === null ? REFUSED : { refused: false, viewer };
  };
}

function verified(verify: (token: string) => DecodedToken, token: string): DecodedToken | null {
  try {
    return verify(token);
  } catch {
    // Every failure is the same 401.
    return null;
  }
}

function viewerOf({ sub, role, exp }: DecodedToken["payload"]): Viewer | null {
  if (typeof exp !== "number" || typeof sub !== "string") return null;
  if (role === "player") return PLAYER_SUBJECT.test(sub) ? { role, playerId: BigInt(sub) } : null;
  return role === "service" || role === "admin" ? { role, subject: sub } : null;
}
