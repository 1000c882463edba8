// GraphQL takes GET for queries and POST for all; other verbs are 405 with Allow. An address or a header
// past every bound is refused by the server itself, without a word about what it holds, and what is
// refused leaves others alone.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { exchange } from "../kit/exchange.ts";
import { sendTo } from "../kit/request.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

it.each(["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "PURGE"])(
  "%s is 405 with Allow",
  async (method) => {
    for (const headers of [{}, { "Content-Type": "application/json", Accept: "application/graphql-response+json" }]) {
      const path = "/graphql?query={items(first:1){nodes{id}}}";
      const answer = await sendTo(api.url, { method, path, headers });
      expect([answer.status, answer.headers["allow"]]).toEqual([405, "GET, POST"]);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
      if (method === "HEAD") expect(answer.text).toBe("");
    }
    expect(api.statements).toEqual([]);
  },
);

it.each(["application/json", "application/graphql-response+json"])(
  "a mutation by GET is 405 with Allow, as %s",
  async (accept) => {
    const path = `/graphql?query=${encodeURIComponent("mutation { __typename }")}`;
    const { status, headers, text } = await sendTo(api.url, { method: "GET", path, headers: { Accept: accept } });
    expect(text).not.toContain("data");
    expect([status, headers["allow"]]).toEqual([405, "POST"]);
  },
);

it("a preflight from elsewhere is granted nothing", async () => {
  const headers = { Origin: "https://elsewhere.example", "Access-Control-Request-Method": "POST" };
  const answer = await sendTo(api.url, { method: "OPTIONS", headers });
  expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
});

it.each(["token", "callback", "id", "__proto__", "constructor", "Query", "query[]", ""])(
  "an unknown parameter named '%s' is refused, in a body and in the address",
  async (name) => {
    const body = `{"query": "{ items(first: 1) { nodes { id } } }", ${JSON.stringify(name)}: "x"}`;
    const posted = await sendTo(api.url, { headers: { "Content-Type": "application/json" }, body });
    const path = `/graphql?query={items(first:1){nodes{id}}}&${encodeURIComponent(name)}=x`;
    const got = await sendTo(api.url, { method: "GET", path });
    for (const { status, text } of [posted, got]) {
      expect([status, JSON.parse(text).errors[0].extensions]).toEqual([400, { code: "BAD_REQUEST" }]);
    }
    expect(api.statements).toEqual([]);
  },
);

describe("past every bound", () => {
  const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`;
  const oversized: Record<string, string> = {
    "an address of 60 KB": get(`/graphql?query={__typename}&variables=${"x".repeat(60_000)}`),
    "a path of 60 KB": get(`/${"x".repeat(60_000)}`),
    "a header of 100 KB": get("/graphql?query={__typename}", `X-Long: ${"x".repeat(100_000)}\r\n`),
    "a token of 100 KB": get("/graphql?query={__typename}", `Authorization: Bearer ${"x".repeat(100_000)}\r\n`),
    "2,000 headers": get(
      "/graphql?query={__typename}",
      Array.from({ length: 2000 }, (_, n) => `X-${n}: x\r\n`).join(""),
    ),
  };

  it("100 headers are accepted and one more is not", async () => {
    // Two are there already.
    const headers = (count: number) => Array.from({ length: count - 2 }, (_, n) => `X-${n}: x\r\n`).join("");
    expect((await exchange(api.url, get("/graphql?query={__typename}", headers(limits.headersMax)))).status).toBe(200);
    expect((await exchange(api.url, get("/graphql?query={__typename}", headers(limits.headersMax + 1)))).status).toBe(
      431,
    );
  });

  it.each(Object.keys(oversized))("%s is 431 or 414", async (name) => {
    const { status, text } = await exchange(api.url, oversized[name]!);
    expect([414, 431]).toContain(status);
    expect(text.length).toBeLessThan(500);
    expect(text).not.toContain("xxx");
  });

  it.each([
    ["no HTTP at all", "\u0016\u0003\u0001\r\n\r\n"],
    ["two lengths", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
    [
      "a length and chunks",
      "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    ],
    ["a negative length", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"],
    [
      "a chunk without a size",
      "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ["no Host", "GET /graphql?query={__typename} HTTP/1.1\r\n\r\n"],
  ])("%s is 400 and the end of the connection", async (_, head) => {
    const { status } = await exchange(api.url, head);
    expect(status).toBe(400);
    expect(await api.read({ query: "{ __typename }" })).toEqual({ __typename: "Query" });
  });
});

it("has logged no failure and answers as before", async () => {
  expect(await api.read({ query: "{ items(first: 1) { nodes { id } } }" })).toEqual({
    items: { nodes: [{ id: expect.any(String) }] },
  });
  expect(api.logLines).toEqual([]);
});
