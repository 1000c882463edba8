// GraphiQL's page holds a working token, so it is shown in development only, and only to requests
// that came to this machine under its own name.

import { request } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { startApi, type TestApi } from "../kit/api.ts";

/** What a browser sends: the page first, then anything. */
const BROWSER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/** Writes that the page's token may send. */
const PLAYERS_WRITES = new Set(["CollectItem", "ExchangeItems", "SpendItems", "TransferItems"]);

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it("serves the page with its assets in it, the registered operations and a token that works", async () => {
  const { status, body } = await pageFor(`localhost:${new URL(api.url).port}`);
  expect(status).toBe(200);
  expect(body).not.toMatch(/<(script|link)[^>]+(src|href)="?https?:/);
  for (const { name, type } of registeredOperations) {
    const isShown = type === "query" || PLAYERS_WRITES.has(name);
    expect([name, body.includes(`${type} ${name}(`) || body.includes(`${type} ${name} {`)]).toEqual([name, isShown]);
  }
  const token = /Bearer ([A-Za-z0-9_.-]+)/.exec(body)?.[1];
  const { viewer } = await api.read({ query: "{ viewer { id } }", token });
  expect(viewer).toEqual({ id: "UGxheWVyOjE" });
});

it.each(["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:4000", "192.0.2.1", ""])(
  "shows no page to a request for host '%s'",
  async (host) => {
    const { body } = await pageFor(host);
    expect(body).not.toContain("Bearer");
    expect(body).not.toContain("<html");
  },
);

it("answers a browser that opens the address of an operation", async () => {
  const { id } = registeredOperations.find(({ name }) => name === "Catalogue")!;
  const response = await fetch(`${api.url}/graphql/${id}`, { headers: { Accept: BROWSER_ACCEPT } });
  expect(response.status).toBe(200);
  const { data } = (await response.json()) as { data: { items: { nodes: { displayName: string }[] } } };
  expect(data.items.nodes[0]?.displayName).toBe("western tanager");
});

function pageFor(host: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { Accept: BROWSER_ACCEPT, ...(host === "" ? {} : { Host: host }) };
    const options = { port: new URL(api.url).port, host: "127.0.0.1", path: "/graphql", headers, setHost: false };
    const sent = request(options, (response) => {
      let body = "";
      response.on("data", (part) => (body += part));
      response.on("end", () => resolve({ status: response.statusCode, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}
