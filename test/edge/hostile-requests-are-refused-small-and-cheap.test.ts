// Requests made to cost much more than they are: each is refused with one small error that says nothing
// about insides, sends no statement, costs the server less than a few milliseconds of CPU, and leaves the
// process as it was: alive, right, with its memory back. One process takes all of them.

import { Agent, request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { expectDiscreet } from "../kit/discretion.ts";
import { exchange } from "../kit/exchange.ts";
import { cpuPace } from "../kit/pace.ts";
import { startWatchedServer, type WatchedServer } from "../kit/vital-signs.ts";

const ANSWER_BYTES_MAX = 4_096;
/** CPU is counted in steps of 10 ms: for a mean, many. */
const REPETITIONS = 20;
/** On average, on a machine as fast as usual; a service may send ten times as much. */
const CPU_MS_MAX = 5;
const SERVICE_CPU_MS_MAX = 10;
/** On a machine with other things to do, CPU time is longer now and then: the best of some. */
const ROUNDS_MAX = 3;

let api: TestApi;
let server: WatchedServer;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
beforeAll(async () => {
  api = await startApi();
  server = await startWatchedServer(api);
  // Compiled and grown by the very same, so that the second time shows what each of them leaves.
  await sendAll(5);
  await server.remember();
});
afterAll(async () => {
  agent.destroy();
  await server.stop();
  await api.close();
});

const times = (count: number, write: (place: number) => string) =>
  Array.from({ length: count }, (_, n) => write(n)).join(" ");

interface Refused {
  readonly query?: string;
  /** Instead of a query: the whole body, as it is. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A service may send ten times as much. */
  readonly isService?: boolean;
  readonly status?: number;
  readonly code: string;
}

const LIMIT = "LIMIT_EXCEEDED";
const INVALID = "GRAPHQL_VALIDATION_FAILED";
const player = `player(id: "${playerGlobalId(1n)}")`;
const brackets = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const braces = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const nested = (variable: string, query = "query ($id: ID!) { node(id: $id) { id } }") =>
  `{"query":${JSON.stringify(query)},"variables":{"id":${variable}}}`;
const circle = (count: number) => times(count, (n) => `fragment F${n} on Query { __typename ...F${(n + 1) % count} }`);
const page = (first: string) => `{ items(first: ${first}) { nodes { id } } }`;

const refused: Record<string, Refused> = {
  "10,000 aliases": { query: `{ ${times(10_000, (n) => `a${n}:x`)} }`, code: LIMIT },
  "10,000 aliases of a service": {
    query: `{ ${times(10_000, (n) => `a${n}:__typename`)} }`,
    isService: true,
    code: LIMIT,
  },
  "101 aliases of __typename": { query: `{ ${times(101, (n) => `a${n}: __typename`)} }`, code: LIMIT },
  "a field with a selection 500 times": { query: `{ ${times(500, () => "viewer { id }")} }`, code: LIMIT },
  "a player's list 500 times": {
    query: `{ ${times(500, () => `${player} { state(first: 100) { nodes { quantity } } }`)} }`,
    code: LIMIT,
  },
  "a depth of 200": { query: `${"{ a ".repeat(200)} ${"}".repeat(200)}`, code: LIMIT },
  "a depth of 30,000": { query: `${"{a".repeat(30_000)} ${"}".repeat(30_000)}`, code: LIMIT },
  "lists in variables, 45,000 deep": { body: nested(brackets(45_000)), code: "BAD_REQUEST" },
  "lists in variables, 100,000 deep, of a service": {
    body: nested(brackets(100_000)),
    isService: true,
    code: "BAD_REQUEST",
  },
  "objects in variables, 100,000 deep, of a service": {
    body: nested(braces(100_000)),
    isService: true,
    code: "BAD_REQUEST",
  },
  "variables that nobody asked for, 45,000 deep": {
    body: nested(brackets(45_000), "{ __typename }"),
    code: "BAD_REQUEST",
  },
  "a fragment in itself": { query: `{ ...F0 } ${circle(1)}`, code: INVALID },
  "two fragments in a circle": { query: `{ ...F0 } ${circle(2)}`, code: INVALID },
  "fifty fragments in a circle": { query: `{ ...F0 } ${circle(50)}`, code: INVALID },
  "fragments that double 60 times": {
    query: `{ ...F0 } ${times(60, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} fragment F60 on Query { __typename }`,
    code: LIMIT,
  },
  "1,000 @include": { query: `{ __typename ${"@include(if:true)".repeat(1_000)} }`, code: LIMIT },
  "100 @include, a field each": { query: `{ ${times(100, () => "__typename @include(if: true)")} }`, code: LIMIT },
  "@include twice": { query: "{ __typename @include(if: true) @include(if: true) }", code: INVALID },
  "an unknown directive": { query: "{ __typename @unknown }", code: INVALID },
  "50 unknown directives": { query: `{ ${times(50, (n) => `__typename @d${n}`)} }`, code: INVALID },
  "2,000 unknown fields": { query: `{ ${times(2_000, (n) => `unknown${n}`)} }`, code: LIMIT },
  "800 unknown fields": { query: `{ ${times(800, (n) => `unknown${n}`)} }`, code: INVALID },
  "300 unknown variables": {
    query: `query (${times(240, (n) => `$v${n}: V${n}`)}) { __typename }`,
    code: INVALID,
  },
  "99 KB of commas and no query": { query: ",".repeat(99_000), code: "GRAPHQL_PARSE_FAILED" },
  "first of 2^31-1": { query: page("2147483647"), code: "BAD_USER_INPUT" },
  "first of 2^31": { query: page("2147483648"), code: INVALID },
  "first of 0": { query: page("0"), code: "BAD_USER_INPUT" },
  "first of -1": { query: page("-1"), code: "BAD_USER_INPUT" },
  "first of null": { query: page("null"), code: INVALID },
  "no first": { query: "{ items { nodes { id } } }", code: INVALID },
  "first and last": { query: page("1, last: 1"), code: INVALID },
  "lists in lists in lists": {
    query: "{ items(first: 100) { nodes { recipe { item { recipe { item { recipe { item { id } } } } } } } } }",
    code: LIMIT,
  },
  "a batch": { body: '[{"query":"{ __typename }"},{"query":"{ __typename }"}]', code: "BAD_REQUEST" },
  "a batch of 3,000": {
    body: `[${Array.from({ length: 3_000 }, () => '{"query":"{ __typename }"}').join(",")}]`,
    code: "BAD_REQUEST",
  },
  "a subscription": { query: "subscription { items(first: 1) { nodes { id } } }", code: INVALID },
  "@defer": { query: "{ ... @defer { __typename } }", code: INVALID },
  "@stream": { query: "{ items(first: 1) { nodes @stream { id } } }", code: INVALID },
  "an event stream asked for": {
    query: "{ __typename }",
    headers: { Accept: "text/event-stream" },
    status: 406,
    code: "BAD_REQUEST",
  },
  "an event stream of a subscription": {
    query: "subscription { __typename }",
    headers: { Accept: "text/event-stream" },
    status: 406,
    code: "BAD_REQUEST",
  },
  "a multipart answer asked for": {
    query: "{ ... @defer { __typename } }",
    headers: { Accept: "multipart/mixed; deferSpec=20220824" },
    status: 406,
    code: "BAD_REQUEST",
  },
};

describe.each(Object.keys(refused))("%s", (name) => {
  it("is refused small, cheap, and without a statement", async () => {
    const one = refused[name]!;
    const statementsBefore = await server.metric("satchel_statements_total");
    const cpuMsMax = one.isService === true ? SERVICE_CPU_MS_MAX : CPU_MS_MAX;
    const answers: Sent[] = [];
    let cpuMs = Infinity;
    for (let round = 0; round < ROUNDS_MAX && cpuMs >= cpuMsMax; round += 1) {
      const cpuMsBefore = server.cpuMs();
      for (let n = 0; n < REPETITIONS; n += 1) answers.push(await send(one));
      cpuMs = (server.cpuMs() - cpuMsBefore) / REPETITIONS;
      // As long as on a usual machine; how slow this one is just now need not be known where that holds as it is.
      if (cpuMs >= cpuMsMax) cpuMs /= cpuPace();
    }
    for (const { status, text } of answers) {
      expectDiscreet(text, name);
      const { errors, data } = JSON.parse(text);
      expect([status, errors.length, errors[0].extensions, data]).toEqual([
        one.status ?? 400,
        1,
        { code: one.code },
        undefined,
      ]);
      expect(text.length).toBeLessThan(ANSWER_BYTES_MAX);
    }
    expect(await server.metric("satchel_statements_total")).toBe(statementsBefore);
    expect(cpuMs).toBeLessThan(cpuMsMax);
  });
});

/** Larger than a body may be: length as it is said in the head, and the body in parts. */
const partOf = (character: string) => character.repeat(50_000);
const chunkOf = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const many = <Part>(count: number, part: Part) => Array.from({ length: count }, () => part);
const tooLarge: Record<string, { readonly length: string; readonly parts: () => Iterable<string> }> = {
  "101 KB": { length: "Content-Length: 101000", parts: () => [`{"query":"${" ".repeat(100_980)}"}`] },
  "101 KB in chunks": { length: "Transfer-Encoding: chunked", parts: () => [chunkOf(" ".repeat(101_000))] },
  "5 MB of comments": { length: "Content-Length: 5000012", parts: () => ['{"query":"#', ...many(100, partOf("x"))] },
  "5 MB of commas": { length: "Content-Length: 5000012", parts: () => ['{"query":"', ...many(100, partOf(","))] },
  "50 MB": { length: "Content-Length: 50000000", parts: () => many(1_000, partOf("x")) },
  "a length past every number": { length: `Content-Length: 9${"0".repeat(14)}`, parts: () => [] },
  "chunks without end": { length: "Transfer-Encoding: chunked", parts: () => many(10_000, chunkOf(partOf("x"))) },
};
const headOf = (length: string) =>
  `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

it.each(Object.keys(tooLarge))("a body of %s is 413, and the connection closes under the rest", async (name) => {
  const { length, parts } = tooLarge[name]!;
  for (let n = 0; n < 2; n += 1) {
    const { status, text, bytesWritten } = await exchange(server.url, headOf(length), parts());
    const [head = "", body = ""] = text.split("\r\n\r\n");
    expectDiscreet(body, name);
    expect([status, JSON.parse(body).errors[0].extensions]).toEqual([413, { code: LIMIT }]);
    expect(head).toMatch(/\r\nconnection: close/i);
    // What the system's own buffers hold besides.
    expect(bytesWritten).toBeLessThan(10_000_000);
  }
});

it("leaves the process alive, right, silent and with its memory back", async () => {
  await server.expectUnharmed(() => sendAll(REPETITIONS));
  expect(server.log()).not.toMatch(/"level":[56]0/);
});

/** All of it, what is refused so many times. */
async function sendAll(repetitions: number): Promise<void> {
  for (const one of Object.values(refused)) for (let n = 0; n < repetitions; n += 1) await send(one);
  for (const one of Object.values(tooLarge)) await exchange(server.url, headOf(one.length), one.parts());
}

interface Sent {
  readonly status: number;
  readonly text: string;
}

function send({ query, body, headers = {}, isService = false }: Refused): Promise<Sent> {
  const sent = body ?? JSON.stringify({ query });
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}/graphql`, {
      method: "POST",
      agent,
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json",
        "Content-Length": Buffer.byteLength(sent),
        Authorization: `Bearer ${isService ? api.tokenFor("backend", "service") : api.tokenFor(1)}`,
        ...headers,
      },
    });
    request.on("error", reject);
    request.on("response", (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.end(sent);
  });
}
