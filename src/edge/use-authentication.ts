// First plugin of the Yoga lane: who asks, before anything of the request is read. A token that is
// not entirely right ends every request with the same 401.

import type { IncomingMessage } from "node:http";
import type { Plugin } from "graphql-yoga";
import type { Viewer } from "../context.ts";
import { badToken } from "../errors.ts";
import { must } from "../runtime/assert.ts";
import { authenticate } from "./authenticate.ts";
import type { TokenRules } from "./token.ts";

/** What plugins hand to each other about one request. */
export interface RequestFacts {
  /** Set by Yoga's adapter to node:http. */
  readonly req?: IncomingMessage;
  viewer?: Viewer | null;
  /** When the request arrived, on performance.now()'s clock. */
  startedAtMs?: number;
  /** Name of the operation where it is a registered one. */
  operation?: string;
  /** Code of the first error, or `ok`; absent while the request has no result. */
  outcome?: string;
}

export function useAuthentication(rules: TokenRules): Plugin<object, RequestFacts> {
  return {
    onRequest({ serverContext, endResponse, fetchAPI }) {
      const authentication = authenticate(must(serverContext.req, "requests come through node:http"), rules);
      if (authentication.refused) endResponse(refusal(fetchAPI.Response));
      else serverContext.viewer = authentication.viewer;
    },
  };
}

function refusal(Response: typeof globalThis.Response): Response {
  const { http, ...error } = badTokenParts();
  return new Response(JSON.stringify({ errors: [error] }), {
    status: http.status,
    headers: { "Content-Type": "application/graphql-response+json; charset=utf-8", "Cache-Control": "no-store", ...http.headers },
  });
}

function badTokenParts() {
  const { message, extensions } = badToken();
  const { http, ...rest } = extensions as { http: { status: number; headers: Record<string, string> }; code: string };
  return { message, extensions: rest, http };
}
