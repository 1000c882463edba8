// A client as an app is one: sends registered operations with a token, writes down what it sends and what comes back,
// and gives up after a while. Never throws for what the server does.

import { Agent, request as httpRequest } from "node:http";
import { registeredOperations } from "../../../src/operations/registry.ts";
import { itemGlobalId, itemLocationGlobalId, playerGlobalId } from "../../../src/runtime/ids.ts";
import type { Answer, Ask, Entry, History, Outcome } from "./history.ts";

/** Longer than the server's own deadline of a request. */
const CLIENT_MS_MAX = 8_000;

/** Where requests go. */
export interface Server {
  /** Null while it is down. */
  readonly port: number | null;
}

export interface ClientOptions {
  readonly history: History;
  readonly session: string;
  tokenFor(playerId: number | null): string;
}

/** What is sent of one request. */
export interface Sent {
  readonly port: number;
  readonly token: string;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** Sends `ask` under `key` (null for a read) and resolves to its entry of the history. */
export async function send(
  { history, session, tokenFor }: ClientOptions,
  { port }: Server,
  ask: Ask,
  key: string | null,
): Promise<Entry> {
  const tell = history.append({ session, key, ask });
  // To nobody: nothing was sent, so nothing was done.
  if (port === null) return tell("fail", null);
  // Grants are the game's own to make.
  const token = tokenFor(ask.kind === "GrantItems" ? null : ask.playerId);
  try {
    const answer = await answerTo({ port, token, body: bodyOf(ask, key) });
    return tell(outcomeOf(answer), answer);
  } catch (error) {
    const isUnsent = (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
    return tell(isUnsent ? "fail" : "unknown", null);
  }
}

/** Sends one body, and rejects where no whole answer comes. */
export function answerTo({ port, token, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      Authorization: `Bearer ${token}`,
      "Content-Length": Buffer.byteLength(body),
    };
    const options = { host: "127.0.0.1", port, path: "/graphql", method: "POST", headers, agent };
    const request = httpRequest(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("error", reject);
      response.on("end", () => {
        if (response.complete) {
          resolve(answerOf(response.statusCode ?? 0, response.headers["retry-after"] ?? null, text));
        } else reject(new Error("the answer was cut off"));
      });
    });
    request.setTimeout(CLIENT_MS_MAX, () => request.destroy(new Error("the client gave up")));
    request.on("error", reject);
    request.end(body);
  });
}

function answerOf(status: number, retryAfter: string | null, text: string): Answer {
  const body = JSON.parse(text) as RawBody;
  return {
    status,
    retryAfter,
    code: body.errors?.[0]?.extensions.code ?? null,
    text: JSON.stringify({ data: body.data, errors: body.errors }),
    replayed: body.extensions?.idempotency?.replayed ?? null,
    version: versionIn(Object.values(body.data ?? {})[0] ?? null),
  };
}

function versionIn(payload: RawPayload | null): number | null {
  const version = payload?.player?.version ?? payload?.sent?.version ?? payload?.version;
  return version === undefined ? null : Number(version);
}

interface RawBody {
  readonly data?: Readonly<Record<string, RawPayload | null>> | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  readonly extensions?: { readonly idempotency?: { readonly replayed: boolean } };
}

interface RawPayload {
  readonly version?: string;
  readonly player?: { readonly version: string } | null;
  readonly sent?: { readonly version: string } | null;
  readonly userErrors?: readonly unknown[];
}

function outcomeOf({ status, code, text }: Answer): Outcome {
  if (status === 503) return code === "OUTCOME_UNKNOWN" ? "unknown" : "fail";
  if (status >= 400 && status < 500) return "fail";
  // Anything else that is no answer to what was asked: the law of manners names it.
  if (status !== 200 || code !== null) return "unknown";
  return /"userErrors":\[[^\]]/.test(text) ? "refused" : "ok";
}

function bodyOf(ask: Ask, key: string | null): string {
  const { id } = registeredOperations.findLast(({ name }) => name === ask.kind)!;
  const variables = key === null ? { id: playerGlobalId(BigInt(ask.playerId)) } : { input: inputOf(ask), key };
  return JSON.stringify({ documentId: `sha256:${id}`, variables });
}

function inputOf(ask: Ask): object {
  const playerId = playerGlobalId(BigInt(ask.playerId));
  switch (ask.kind) {
    case "GrantItems":
      return { playerId, items: linesOf(ask.items) };
    case "SpendItems": {
      const { expectedVersion } = ask;
      const expected = expectedVersion === undefined ? {} : { expectedVersion: String(expectedVersion) };
      return { items: linesOf(ask.items), ...expected };
    }
    case "ExchangeItems":
      return { itemId: itemGlobalId(BigInt(ask.itemId)), times: String(ask.times) };
    case "TransferItems":
      return { toPlayerId: playerGlobalId(BigInt(ask.toPlayerId)), items: linesOf(ask.items) };
    case "CollectItem":
      return { itemLocationId: itemLocationGlobalId(BigInt(ask.playerId), BigInt(ask.n)), at: PLACE };
    case "PlayerState":
      return {};
  }
}

/** Where everything lies in a world made for faults, and everybody stands. */
export const PLACE = { lat: 48.2, lng: 16.37 };

function linesOf(items: readonly { readonly itemId: number; readonly count: number }[]): object[] {
  return items.map(({ itemId, count }) => ({ itemId: itemGlobalId(BigInt(itemId)), count: String(count) }));
}
