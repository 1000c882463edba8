// Who asks: the Authorization header, judged before anything else of the request is read. No header
// means anonymous; a header that is not entirely right is 401 for every request, whatever it asks
// for. A token that was right is remembered until it expires, so that a player's second request does
// not pay for the signature again; bounded.

import type { Viewer } from "../context.ts";
import { BoundedMap } from "../runtime/bounded-map.ts";
import { limits } from "../runtime/limits.ts";
import { verifyToken, type TokenRules, type VerifiedToken } from "./token.ts";

/** Anonymous callers are `viewer: null`; `refused` means 401. */
export type Authentication = { readonly refused: false; readonly viewer: Viewer | null } | { readonly refused: true };

export type Authenticate = (authorization: string | undefined) => Authentication;

const BEARER = /^Bearer +([A-Za-z0-9_.~+/=-]+) *$/i;
const ANONYMOUS: Authentication = { refused: false, viewer: null };
const REFUSED: Authentication = { refused: true };

export function createAuthenticate(rules: TokenRules): Authenticate {
  // By the whole header: one look-up on the hot path, and no second spelling of a token.
  const remembered = new BoundedMap<string, VerifiedToken>({ weightMax: limits.tokensRememberedMax });

  return (authorization) => {
    if (authorization === undefined) return ANONYMOUS;
    const known = remembered.get(authorization);
    if (known !== undefined && rules.clock.nowMs() < known.expiresAtMs) return { refused: false, viewer: known.viewer };
    const token = BEARER.exec(authorization)?.[1];
    const verified = token === undefined ? null : verifyToken(token, rules);
    if (verified === null) {
      remembered.delete(authorization);
      return REFUSED;
    }
    remembered.set(authorization, verified);
    return { refused: false, viewer: verified.viewer };
  };
}
