// HTTP messages that this server and a proxy in front of it could read differently (where the body ends,
// whose header counts) are refused and the connection closes, so that nothing behind them is taken for a
// request. What else is odd and harmless is answered at once and whole. The same in every case: one
// status, no word about insides, and the next client is served.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { expectDiscreet } from "../kit/discretion.ts";
import { exchange } from "../kit/exchange.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  expect(api.logLines).toEqual([]);
  await api.close();
});
beforeEach(() => {
  api.statements.length = 0;
});

const QUERY = '{"query":"{ items(first: 1) { nodes { id } } }"}';
const LENGTH = `Content-Length: ${QUERY.length}\r\n`;
const CHUNKED = `${QUERY.length.toString(16)}\r\n${QUERY}\r\n0\r\n\r\n`;
const JSON_TYPE = "Content-Type: application/json\r\n";
const post = (headers: string, body: string) =>
  `POST /graphql HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}${headers}\r\n${body}`;
const get = (headers: string) => `GET /graphql?query={__typename} HTTP/1.1\r\n${headers}\r\n`;
/** What a smuggler hides behind the message. */
const BEHIND = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";

const ambiguous: Record<string, { readonly bytes: string; readonly status: number }> = {
  "a length and chunks": { bytes: post(`${LENGTH}Transfer-Encoding: chunked\r\n`, CHUNKED), status: 400 },
  "chunks and a length": { bytes: post(`Transfer-Encoding: chunked\r\n${LENGTH}`, CHUNKED), status: 400 },
  "two different lengths": { bytes: post(`${LENGTH}Content-Length: 3\r\n`, QUERY), status: 400 },
  "the same length twice": { bytes: post(LENGTH + LENGTH, QUERY), status: 400 },
  "a list of lengths": { bytes: post(`Content-Length: ${QUERY.length}, ${QUERY.length}\r\n`, QUERY), status: 400 },
  "a length with a sign": { bytes: post(`Content-Length: +${QUERY.length}\r\n`, QUERY), status: 400 },
  "a length in hexadecimal": { bytes: post("Content-Length: 0x30\r\n", QUERY), status: 400 },
  "a length below zero": { bytes: post("Content-Length: -1\r\n", QUERY), status: 400 },
  "a length past 2^64": { bytes: post(`Content-Length: 1${"0".repeat(20)}\r\n`, QUERY), status: 400 },
  "an empty length": { bytes: post("Content-Length:\r\n", QUERY), status: 400 },
  "a space before the colon": { bytes: post(`Content-Length : ${QUERY.length}\r\n`, QUERY), status: 400 },
  "a header folded over two lines": { bytes: post(`X-Folded: a\r\n b\r\n${LENGTH}`, QUERY), status: 400 },
  "chunks twice": { bytes: post("Transfer-Encoding: chunked, chunked\r\n", CHUNKED), status: 400 },
  "chunks and identity": {
    bytes: post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", CHUNKED),
    status: 400,
  },
  "an unknown coding": { bytes: post("Transfer-Encoding: xchunked\r\n", CHUNKED), status: 400 },
  "a compressed coding before chunks": { bytes: post("Transfer-Encoding: gzip, chunked\r\n", CHUNKED), status: 400 },
  "a compressed coding behind chunks": { bytes: post("Transfer-Encoding: chunked, gzip\r\n", CHUNKED), status: 400 },
  "the coding identity": { bytes: post("Transfer-Encoding: identity\r\n", QUERY), status: 400 },
  "a chunk without a size": {
    bytes: post("Transfer-Encoding: chunked\r\n", `zz\r\n${QUERY}\r\n0\r\n\r\n`),
    status: 400,
  },
  "a chunk with a sign": { bytes: post("Transfer-Encoding: chunked\r\n", `+30\r\n${QUERY}\r\n0\r\n\r\n`), status: 400 },
  "a chunk size past 2^64": {
    bytes: post("Transfer-Encoding: chunked\r\n", `${"f".repeat(17)}\r\n${QUERY}`),
    status: 400,
  },
  "a chunk longer than its size": {
    bytes: post("Transfer-Encoding: chunked\r\n", `2\r\n${QUERY}\r\n0\r\n\r\n`),
    status: 400,
  },
  "chunks with bare line feeds": {
    bytes: post("Transfer-Encoding: chunked\r\n", CHUNKED.replaceAll("\r", "")),
    status: 400,
  },
  "an endless chunk extension": {
    bytes: post("Transfer-Encoding: chunked\r\n", `2;${"a=b;".repeat(50_000)}`),
    status: 413,
  },
  "endless trailers": {
    bytes: post("Transfer-Encoding: chunked\r\n", `2\r\n{}\r\n0\r\n${"X-Trailer: aaaaaaaaaa\r\n".repeat(5_000)}`),
    status: 431,
  },
  "bare line feeds": { bytes: "GET /graphql?query={__typename} HTTP/1.1\nHost: x\n\n", status: 400 },
  "a bare carriage return": { bytes: get("Host: x\rX-A: b\r\n"), status: 400 },
  "a NUL in a header": { bytes: get("Host: x\r\nX-A: a\0b\r\n"), status: 400 },
  "a NUL in the address": { bytes: "GET /graphql\0 HTTP/1.1\r\nHost: x\r\n\r\n", status: 400 },
  "a character past ASCII in the address": { bytes: "GET /graphqlé HTTP/1.1\r\nHost: x\r\n\r\n", status: 400 },
  "a header without a name": { bytes: get("Host: x\r\n: y\r\n"), status: 400 },
  "a header without a colon": { bytes: get("Host: x\r\nnonsense\r\n"), status: 400 },
  "no host": { bytes: get(""), status: 400 },
  "two hosts": { bytes: get("Host: a\r\nHost: b\r\n"), status: 400 },
  "the same host twice": { bytes: get("Host: a\r\nhOsT: a\r\n"), status: 400 },
  "HTTP/2 in the first line": { bytes: "GET /graphql HTTP/2.0\r\nHost: x\r\n\r\n", status: 400 },
  "the preface of HTTP/2": { bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 400 },
  "HTTP/9.9": { bytes: "GET /graphql HTTP/9.9\r\nHost: x\r\n\r\n", status: 400 },
  "no version, and a header": { bytes: "GET /graphql\r\nHost: x\r\n\r\n", status: 400 },
  "a verb that is none": { bytes: "BREW /graphql HTTP/1.1\r\nHost: x\r\n\r\n", status: 400 },
  "a verb in lower case": { bytes: "get /graphql HTTP/1.1\r\nHost: x\r\n\r\n", status: 400 },
  TLS: { bytes: "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n", status: 400 },
  "an address of 60 KB": { bytes: `GET /graphql?query=${"x".repeat(60_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, status: 414 },
  "a header of 100 KB": { bytes: get(`Host: x\r\nX-Long: ${"x".repeat(100_000)}\r\n`), status: 431 },
  "2,000 headers": { bytes: get(`Host: x\r\n${"X-Many: x\r\n".repeat(2_000)}`), status: 431 },
  "a tunnel": { bytes: "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n", status: 405 },
};

describe.each(Object.keys(ambiguous))("%s", (name) => {
  it("is refused, and the connection closes over what stands behind it", async () => {
    const { bytes, status } = ambiguous[name]!;
    const answer = await exchange(api.url, bytes, [BEHIND]);
    expect([name, answer.status]).toEqual([name, status]);
    expect(statusesIn(answer.text)).toEqual([status]);
    expect(answer.text).not.toContain("alive");
    expect(answer.text.length).toBeLessThan(1_000);
    expectDiscreet(answer.text.split("\r\n\r\n")[1] ?? "", name);
    expect(api.statements).toEqual([]);
  });
});

const CLOSE = "Connection: close\r\n";
const odd: Record<string, { readonly bytes: string; readonly statuses: readonly number[]; readonly says: string }> = {
  "HTTP/1.0": { bytes: "GET /graphql?query={__typename} HTTP/1.0\r\n\r\n", statuses: [200], says: '"Query"' },
  "HTTP/1.0 that would stay": {
    bytes: "GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    statuses: [200],
    says: "alive",
  },
  "an empty host": { bytes: get(`Host:\r\n${CLOSE}`), statuses: [200], says: '"Query"' },
  "line ends before the request": { bytes: `\r\n\r\n${get(`Host: x\r\n${CLOSE}`)}`, statuses: [200], says: '"Query"' },
  "an address with a host in it": {
    bytes: `GET http://elsewhere.example/graphql?query={__typename} HTTP/1.1\r\nHost: x\r\n${CLOSE}\r\n`,
    statuses: [404],
    says: "not found",
  },
  "OPTIONS *": { bytes: `OPTIONS * HTTP/1.1\r\nHost: x\r\n${CLOSE}\r\n`, statuses: [405], says: "Allow: GET, HEAD" },
  TRACE: {
    bytes: `TRACE /graphql HTTP/1.1\r\nHost: x\r\nX-Secret: abc\r\n${CLOSE}\r\n`,
    statuses: [405],
    says: "Allow: GET, POST",
  },
  "an upgrade to HTTP/2": {
    bytes: get(
      `Host: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n`,
    ),
    statuses: [200],
    says: '"Query"',
  },
  "an upgrade to WebSocket": {
    bytes: get(
      "Host: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    ),
    statuses: [200],
    says: '"Query"',
  },
  "an upgrade with a body": {
    bytes: post(`Connection: Upgrade, close\r\nUpgrade: h2c\r\n${LENGTH}`, QUERY),
    statuses: [200],
    says: '"nodes"',
  },
  "a client that waits for 100": {
    bytes: post(`${CLOSE}Expect: 100-continue\r\n${LENGTH}`, QUERY),
    statuses: [100, 200],
    says: '"nodes"',
  },
  "a client that expects something else": {
    bytes: post(`${CLOSE}Expect: 200-maybe\r\n${LENGTH}`, QUERY),
    statuses: [417],
    says: "",
  },
  "a trailer with a token": {
    bytes: post(
      `${CLOSE}Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n`,
      CHUNKED.replace(/\r\n$/, "Authorization: Bearer x\r\n\r\n"),
    ),
    statuses: [200],
    says: '"nodes"',
  },
  "a chunk extension": {
    bytes: post(`${CLOSE}Transfer-Encoding: chunked\r\n`, CHUNKED.replace("\r\n", ";name=value\r\n")),
    statuses: [200],
    says: '"nodes"',
  },
  "a GET with a body": { bytes: `${get(`Host: x\r\n${CLOSE}${LENGTH}`)}${QUERY}`, statuses: [200], says: '"Query"' },
};

it.each(Object.keys(odd))("%s is answered at once and whole", async (name) => {
  const { bytes, statuses, says } = odd[name]!;
  const startedAtMs = performance.now();
  const { text } = await exchange(api.url, bytes);
  expect(statusesIn(text)).toEqual(statuses);
  expect(text).toContain(says);
  expect(text).not.toContain("abc");
  expect(text).not.toMatch(/\r\nupgrade:/i);
  // By itself, and not because the server gave up waiting for more.
  expect(performance.now() - startedAtMs).toBeLessThan(limits.requestHeadersMs);
});

it("serves the next client as before", async () => {
  expect(await api.read({ query: "{ __typename }" })).toEqual({ __typename: "Query" });
});

function statusesIn(text: string): number[] {
  return [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}
