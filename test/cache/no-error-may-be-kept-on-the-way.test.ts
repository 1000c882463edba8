// Whatever a request is refused with, and whoever refuses it: nobody on the way may keep that. Writes neither.

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { exchange } from "../kit/exchange.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { askOperation, operationId } from "../kit/registered.ts";
import { grant, lines, write } from "../kit/writes.ts";

let api: TestApi;
let mysql: FaultProxy;
beforeAll(async () => {
  api = await startApi({
    environment: { LOG_LEVEL: "silent" },
    route: async (url) => {
      mysql = await startFaultProxy(url);
      return mysql.url;
    },
  });
});
afterAll(async () => {
  await api.close();
  await mysql.close();
});
const { commandMs } = limits;
afterEach(() => {
  mysql.mend();
  Object.assign(limits, { commandMs });
});

interface Answered {
  readonly status: number;
  readonly headers: Headers;
}

const JSON_HEADERS = { "Content-Type": "application/json", Accept: "application/graphql-response+json" };

function post(body: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  return fetch(`${api.url}/graphql`, { method: "POST", headers: { ...JSON_HEADERS, ...headers }, body });
}

const get = (path: string, init: RequestInit = {}): Promise<Answered> => fetch(`${api.url}${path}`, init);
const query = (text: string, headers = {}) => post(JSON.stringify({ query: text }), headers);
const state = (playerId: number) => ({
  variables: { id: playerGlobalId(1n) },
  token: api.tokenFor(playerId),
});

const refusals: Readonly<Record<string, readonly [status: number, ask: () => Promise<Answered>]>> = {
  "a body that is no JSON": [400, () => post("{")],
  "a document that cannot be parsed": [400, () => query("{")],
  "an unknown field": [400, () => query("{ unknown }")],
  "a variable that does not fit": [400, () => askOperation(api.url, "Catalogue", { variables: { first: "x" } })],
  "a page past its bound": [
    400,
    () => askOperation(api.url, "Catalogue", { variables: { first: 101 }, method: "GET" }),
  ],
  "an unknown hash": [400, () => get(`/graphql/${"0".repeat(64)}`)],
  "a token that is none": [401, () => query("{ __typename }", { Authorization: "Bearer x" })],
  "a token that is none, for a public answer": [
    401,
    () => askOperation(api.url, "Catalogue", { token: "x", method: "GET" }),
  ],
  "a field of another player": [200, () => askOperation(api.url, "PlayerState", { ...state(2), method: "GET" })],
  "a field of another player, ad hoc": [
    200,
    () => query('{ player(id: "UGxheWVyOjE") { version } }', { Authorization: `Bearer ${api.tokenFor(2)}` }),
  ],
  "a path that is nobody's": [404, () => get("/graphql/x")],
  "a method that it does not take": [405, () => get("/graphql", { method: "PUT" })],
  "a write by GET": [405, () => askOperation(api.url, "SpendItems", { ...state(1), method: "GET" })],
  "a media type that nobody makes": [
    406,
    () => get("/graphql?query={__typename}", { headers: { Accept: "text/event-stream" } }),
  ],
  "a body past its bound": [413, () => post(" ".repeat(limits.bodyBytesMax + 1))],
  "a form": [415, () => post("query=x", { "Content-Type": "application/x-www-form-urlencoded" })],
  "too many headers": [
    431,
    () => get("/graphql", { headers: Array.from({ length: limits.headersMax + 1 }, (_, n) => [`x-${n}`, "1"]) }),
  ],
  "an outage, of a registered query": [
    503,
    () => {
      mysql.cut();
      return askOperation(api.url, "Catalogue", { variables: { first: 17 }, method: "GET" });
    },
  ],
  "an outage, of ad-hoc text": [
    503,
    () => {
      mysql.cut();
      return query("{ items(first: 18) { nodes { id } } }");
    },
  ],
  "an outage, of a write": [
    503,
    () => {
      // As long as it would otherwise look for a MySQL that answers.
      Object.assign(limits, { commandMs: 500 });
      mysql.cut();
      return write(api.url, { operation: "SpendItems", input: { items: lines({ 4: 1 }) }, token: api.tokenFor(1) });
    },
  ],
  "not being ready": [
    503,
    () => {
      mysql.cut();
      return get("/readyz");
    },
  ],
};

it("a write that went well", async () => {
  expect((await grant(api, 1, { 4: 1 })).headers.get("cache-control")).toBe("no-store");
});

it.each(Object.entries(refusals))("%s", async (_, [expected, ask]) => {
  const { status, headers } = await ask();
  expect([status, headers.get("cache-control"), headers.get("etag")]).toEqual([expected, "no-store", null]);
});

it("too many requests at once on one connection", async () => {
  const one = `GET /graphql/${operationId("Catalogue")} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const { text } = await exchange(api.url, one.repeat(limits.pipelinedRequestsMax + 1));
  const last = text.slice(text.lastIndexOf("HTTP/1.1 "));
  expect(last).toMatch(/^HTTP\/1\.1 429 /);
  expect(last).toMatch(/^cache-control: no-store\r$/im);
});

it.each([
  ["an address that is too long", `GET /${"x".repeat(limits.headerBytesMax)} HTTP/1.1\r\n\r\n`, 414],
  ["headers that are too long", `GET / HTTP/1.1\r\nx: ${"x".repeat(limits.headerBytesMax)}\r\n\r\n`, 431],
  ["bytes that are no request", "\0\r\n\r\n", 400],
  ["a tunnel", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 405],
])("%s", async (_, bytes, status) => {
  const { text } = await exchange(api.url, bytes);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(text).toMatch(/^cache-control: no-store\r$/im);
});

it("what is measured", async () => {
  expect((await get("/metrics")).headers.get("cache-control")).toBe("no-store");
});
