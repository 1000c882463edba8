// GraphiQL in development: assets bundled, in its tabs the registered operations that a player may send, and a
// token of the first demo player already in its headers, so that the first click on "run" answers.

import { randomUUID } from "node:crypto";
import type { GraphiQLOptions } from "graphql-yoga";
import type { Config } from "../config.ts";
import { registeredOperations } from "../operations/registry.ts";
import { itemGlobalId, itemLocationGlobalId, playerGlobalId } from "../runtime/ids.ts";
import { signToken } from "./token.ts";

const TOKEN_TTL_SECONDS = 12 * 3600;
const DEMO_PLAYER = 1n;

/** Variables that make each query answer for the demo player. */
const exampleVariables: Readonly<Record<string, object>> = {
  PlayerState: { id: playerGlobalId(DEMO_PLAYER) },
  NearbyItems: { near: { lat: 52.52, lng: 13.405 } },
  ItemDetail: { id: itemGlobalId(1n) },
  ObjectsById: { ids: [playerGlobalId(DEMO_PLAYER), itemGlobalId(1n)] },
};

const oneWorm = [{ itemId: itemGlobalId(4n), count: "1" }];

/** Inputs of writes that a player may send for itself; the others need a service's token, which the page has not. */
const exampleInputs: Readonly<Record<string, object>> = {
  CollectItem: { itemLocationId: itemLocationGlobalId(DEMO_PLAYER, 1n), at: { lat: 52.524222, lng: 13.426042 } },
  ExchangeItems: { itemId: itemGlobalId(3n) },
  SpendItems: { items: oneWorm },
  TransferItems: { toPlayerId: playerGlobalId(2n), items: oneWorm },
};

/** The newest document of each name (the registry keeps old ones too), PlayerState before the others, writes last. */
const examples = [...new Map(registeredOperations.map((operation) => [operation.name, operation])).values()]
  .filter(({ name, type }) => type !== "mutation" || Object.hasOwn(exampleInputs, name))
  .toSorted((a, b) => placeOf(a) - placeOf(b));

/** Options per request; false, which shows no page, for requests that do not come to this machine. */
export function graphiqlFactory(config: Config) {
  return (request: Request) => {
    if (config.environment !== "development" || !isLoopbackHost(request.headers.get("host"))) return false;
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
      defaultTabs: examples.map(({ name, body }) => ({
        query: body,
        variables: JSON.stringify(variablesOf(name), null, 2),
        headers,
      })),
    };
  };
}

function placeOf({ name, type }: (typeof registeredOperations)[number]): number {
  if (type === "mutation") return 2;
  return name === "PlayerState" ? 0 : 1;
}

/** With a key of its own for each page: a second click is answered as the first was. */
function variablesOf(name: string): object {
  const input = exampleInputs[name];
  return input === undefined ? (exampleVariables[name] ?? {}) : { input, key: randomUUID() };
}

/**
 * The page, mended in two ways. A tab jumped aside under the mouse after its first animation, and the
 * click missed it. And GraphiQL opens with what the browser keeps: nothing in place of the first tab's
 * variables, later a blank tab, and the token of an earlier visit, expired or of data that is gone.
 * Its assets take 30 MB of memory, so they are read when the page is first asked for: in production never.
 */
export async function renderGraphiQL(options: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL: renderPage } = await import("@graphql-yoga/render-graphiql");
  const mended = `<style>.graphiql-tab { transform: none !important }</style><script>${storageScript(options)}</script></head>`;
  return renderPage(options).replace("</head>", () => mended);
}

/**
 * Runs in the browser before GraphiQL: drops what another project's GraphiQL has left on this port, puts today's
 * token in place of the last one that was handed out (one that a person typed in stays) and names the kept active
 * tab, or the first, as the one to open.
 */
function storageScript({ headers = "", defaultTabs = [] }: GraphiQLOptions): string {
  const [token = ""] = /[\w-]+\.[\w-]+\.[\w-]+/.exec(headers) ?? [];
  return `{
    const token = ${JSON.stringify(token)};
    const last = localStorage.getItem("satchel:token") ?? token;
    if (localStorage.getItem("satchel:token") === null) {
      for (const key of Object.keys(localStorage)) if (key.startsWith("graphiql:")) localStorage.removeItem(key);
    }
    const kept = localStorage.getItem("graphiql:tabState")?.replaceAll(last, token);
    if (kept !== undefined) localStorage.setItem("graphiql:tabState", kept);
    const { tabs, activeTabIndex } = kept === undefined ? { tabs: ${JSON.stringify(defaultTabs)}, activeTabIndex: 0 } : JSON.parse(kept);
    for (const part of ["query", "variables", "headers"]) {
      localStorage.setItem("graphiql:" + part, tabs[activeTabIndex]?.[part] ?? "");
    }
    localStorage.setItem("satchel:token", token);
  }`;
}

/**
 * Whether a request is for this machine, by its Host header and not by the address: a page of a foreign
 * site that has its name resolve to this machine (DNS rebinding) comes from loopback too, and must not
 * read the token off this page.
 */
export function isLoopbackHost(host: string | null | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host ?? "");
}
