// Who asks: the Authorization header, judged before anything of the request is read. No header means
// anonymous; a header that is not entirely right is 401 for every request, whatever it asks for.

import type { Viewer } from "../context.ts";
import { verifyToken, type TokenRules } from "./token.ts";

/** Anonymous callers are `viewer: null`; `refused` means 401. */
export type Authentication = { readonly refused: false; readonly viewer: Viewer | null } | { readonly refused: true };

const BEARER = /^Bearer +([A-Za-z0-9_.~+/=-]+) *$/i;

export async function authenticate(header: string | null, rules: TokenRules): Promise<Authentication> {
  if (header === null) return { refused: false, viewer: null };
  const token = BEARER.exec(header)?.[1];
  const viewer = token === undefined ? null : await verifyToken(token, rules);
  return viewer === null ? { refused: true } : { refused: false, viewer };
}
