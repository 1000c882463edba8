// The Host header says whose server is meant and nothing else. What is no host is refused before anybody builds an
// address from it, and what is one cannot smuggle another document past the registry, nor make an error of ours.

import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { randomBytes } from "node:crypto";
import { registeredOperations } from "../../src/operations/registry.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { exchange } from "../kit/exchange.ts";

let api: TestApi;
beforeAll(async () => {
  const key = () => `live:${randomBytes(32).toString("base64url")}`;
  api = await startApi({
    environment: { NODE_ENV: "production", JWT_KEYS: key(), CURSOR_KEYS: key(), IDEMPOTENCY_KEYS: key() },
  });
});
afterAll(() => api.close());

const catalogue = registeredOperations.find(({ name }) => name === "Catalogue")!;

function get(host: string, search: string): Promise<{ status: number; text: string }> {
  const path = `/graphql?${search}`;
  return exchange(api.url, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
}

it.each([
  "x/graphql?query={__schema{types{name}}}&",
  "x/graphql?query=%7B__typename%7D&",
  "x#",
  "[",
  "a b",
  "x:99999",
  "x:y",
  "%",
  "user@x",
  "x,y",
])("refuses the host %s", async (host) => {
  const search = `operationName=&documentId=sha256:${catalogue.id}`;
  const { status, text } = await get(host, search);
  expect(status).toBe(400);
  expect(text).not.toContain("__schema");
  expect(text).not.toMatch(/\bat |node_modules|__typename/);
});

it.each(["localhost", "localhost:4000", "api.example.com", "127.0.0.1:65535", "[::1]:4000", "under_score.example", ""])(
  "answers the host '%s' in both lanes",
  async (host) => {
    for (const search of [`documentId=sha256:${catalogue.id}`, `operationName=&documentId=sha256:${catalogue.id}`]) {
      expect((await get(host, search)).text).toContain("western tanager");
    }
  },
);

it("outlives tunnels that are asked for and reset at once", async () => {
  const { port } = new URL(api.url);
  for (let round = 0; round < 50; round += 1) {
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    socket.on("error", () => undefined);
    socket.write("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n");
    if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
  }
  expect((await fetch(`${api.url}/livez`)).status).toBe(200);
});
