// Requests that come without waiting for answers: some are answered, in order; a connection that sends
// more than its share gets what it may have, then 429, and closes. It costs the others nothing.

import { afterAll, beforeAll, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { expectDiscreet } from "../kit/discretion.ts";
import { exchange } from "../kit/exchange.ts";
import { startWatchedServer, type WatchedServer } from "../kit/vital-signs.ts";

let api: TestApi;
let server: WatchedServer;
beforeAll(async () => {
  api = await startApi();
  server = await startWatchedServer(api);
  for (let n = 0; n < 3; n += 1) await exchange(server.url, "", flood());
  await server.remember();
});
afterAll(async () => {
  await server.stop();
  await api.close();
});

/** One that reads the database, with a mark in the answer by which its place shows. */
function message(place: number, headers = ""): string {
  const body = JSON.stringify({ query: `{ p${place}: player(id: "${playerGlobalId(1n)}") { id } }` });
  return `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

const placesIn = (text: string) => [...text.matchAll(/"p(\d+)"/g)].map(([, place]) => Number(place));
const statusesIn = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
const upTo = (count: number) => Array.from({ length: count }, (_, place) => place);

function flood(): Iterable<string> {
  const all = upTo(10_000).map((place) => message(place));
  return upTo(100).map((part) => all.slice(part * 100, part * 100 + 100).join(""));
}

it(`answers ${limits.pipelinedRequestsMax} at once in their order`, async () => {
  const count = limits.pipelinedRequestsMax;
  const all = upTo(count).map((place) => message(place, place === count - 1 ? "Connection: close\r\n" : ""));
  const { text } = await exchange(server.url, all.join(""));
  expect(placesIn(text)).toEqual(upTo(count));
  expect(new Set(statusesIn(text))).toEqual(new Set([200]));
});

it("refuses one more, behind the answers of the others, and closes", async () => {
  const count = limits.pipelinedRequestsMax;
  const { text } = await exchange(
    server.url,
    upTo(count + 5)
      .map((place) => message(place))
      .join(""),
  );
  expect(placesIn(text)).toEqual(upTo(count));
  expect(statusesIn(text)).toEqual([...upTo(count).map(() => 200), 429]);
  expect(text).toMatch(/\r\nconnection: close\r\n[\s\S]*too many requests at once\n/i);
  expectDiscreet(text.split("429")[1]!);
});

it("takes in no more than that of 10,000, while others are answered", async () => {
  const statementsBefore = await server.metric("satchel_statements_total");
  const floods = upTo(10).map(() => exchange(server.url, "", flood()));
  const startedAtMs = performance.now();
  const response = await fetch(`${server.url}/graphql?query={__typename}`);
  expect([response.status, await response.json()]).toMatchObject([200, { data: { __typename: "Query" } }]);
  // The floods come out of this very process, and take their share of it.
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  for (const { text } of await Promise.all(floods)) {
    expect(placesIn(text).length).toBeLessThanOrEqual(limits.pipelinedRequestsMax);
  }
  // All of them ask for one player; each flood is a few batches at most, never thousands.
  expect((await server.metric("satchel_statements_total")) - statementsBefore).toBeLessThan(200);
  expect(await server.metric("satchel_http_connections_cut_total")).toBeGreaterThanOrEqual(11);
});

it("leaves the process alive, right, silent and with its memory back", async () => {
  await server.expectUnharmed();
  expect(server.log()).not.toMatch(/"level":[56]0/);
});
