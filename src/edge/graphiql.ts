// GraphiQL in development: assets bundled, the registered operations in its tabs, and a token of the
// first demo player already in its headers, so that the first click on "run" answers.

import { renderGraphiQL } from "@graphql-yoga/render-graphiql";
import type { Config } from "../config.ts";
import { registeredOperations } from "../operations/registry.ts";
import { itemGlobalId, playerGlobalId } from "../runtime/ids.ts";
import { signToken } from "./token.ts";

export { renderGraphiQL };

const TOKEN_TTL_SECONDS = 12 * 3600;
const DEMO_PLAYER = 1n;

/** Variables that make each operation answer for the demo player. */
const exampleVariables: Readonly<Record<string, object>> = {
  PlayerState: { id: playerGlobalId(DEMO_PLAYER) },
  NearbyItems: { near: { lat: 52.52, lng: 13.405 } },
  ItemDetail: { id: itemGlobalId(1n) },
};

/** Options per request; false, which shows no page, for requests that do not come to this machine. */
export function graphiqlFactory(config: Config) {
  return (request: Request) => {
    if (config.environment !== "development" || !isLoopback(request)) return false;
    const token = signToken({
      keys: config.tokenKeys,
      subject: String(DEMO_PLAYER),
      role: "player",
      ttlSeconds: TOKEN_TTL_SECONDS,
      issuer: config.tokenIssuer,
      audience: config.tokenAudience,
    });
    const headers = JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2);
    return {
      title: "Satchel",
      defaultHeaders: headers,
      headers,
      defaultTabs: registeredOperations.map(({ name, body }) => ({
        query: body,
        variables: JSON.stringify(exampleVariables[name] ?? {}, null, 2),
        headers,
      })),
    };
  };
}

/**
 * By the Host header, not the address: a page of a foreign site that has its name resolve to this
 * machine (DNS rebinding) comes from loopback too, and must not read the token off this page.
 */
function isLoopback(request: Request): boolean {
  const host = request.headers.get("host") ?? "";
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}
