// Who asks: the Authorization header, judged before anything of the request is read. No header means
// anonymous; a header that is not entirely right is 401 for every request, whatever it asks for.

import type { IncomingMessage } from "node:http";
import type { Viewer } from "../context.ts";
import { verifyToken, type TokenRules } from "./token.ts";

export type AuthorizationHolder = Pick<IncomingMessage, "headers" | "headersDistinct">;

/** Anonymous callers are `viewer: null`; `refused` means 401. */
export type Authentication = { readonly refused: false; readonly viewer: Viewer | null } | { readonly refused: true };

const BEARER = /^Bearer +([A-Za-z0-9_.~+/=-]+) *$/i;

export function authenticate(request: AuthorizationHolder, rules: TokenRules): Authentication {
  const header = authorizationOf(request);
  if (header === undefined) return { refused: false, viewer: null };
  const token = BEARER.exec(header)?.[1];
  const viewer = token === undefined ? null : verifyToken(token, rules);
  return viewer === null ? { refused: true } : { refused: false, viewer };
}

/**
 * Several headers come as one that no pattern fits: Node would keep the first, and nobody knows which
 * of them a proxy in front has judged.
 */
function authorizationOf({ headers, headersDistinct }: AuthorizationHolder): string | undefined {
  return headers.authorization === undefined ? undefined : headersDistinct["authorization"]?.join(", ");
}
