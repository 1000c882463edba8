// A body has at most 100,000 bytes, with a service or admin token 1,000,000, whether its length is said
// or it comes in chunks. What is larger is 413 as soon as that is known, on a connection that closes
// under the rest, and takes no memory.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { exchange } from "../kit/exchange.ts";

const MEGABYTE = 1_000_000;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

/** A request with a comment that fills its body up to `bytes`. */
function bodyOf(bytes: number): string {
  const [start = "", end = ""] = JSON.stringify({ query: "{ __typename } #|" }).split("|");
  return start + "x".repeat(bytes - start.length - end.length) + end;
}

const chunkOf = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

function headOf(length: string, token?: string): string {
  const authorization = token === undefined ? "" : `Authorization: Bearer ${token}\r\n`;
  return `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${authorization}${length}\r\n`;
}

function* chunksOf(body: string) {
  for (let at = 0; at < body.length; at += 16_384) yield chunkOf(body.slice(at, at + 16_384));
  yield "0\r\n\r\n";
}

const people = { nobody: undefined, player: "player", service: "service", admin: "admin" } as const;
const bytesMaxOf = { nobody: 100_000, player: 100_000, service: MEGABYTE, admin: MEGABYTE };

it("is what the limits say", () => {
  expect([limits.bodyBytesMax, limits.serviceBodyBytesMax]).toEqual([100_000, MEGABYTE]);
});

it.each(["nobody", "player", "service", "admin"] as const)(
  "holds for %s, by Content-Length and in chunks",
  async (who) => {
    const role = people[who];
    const token = role === undefined ? undefined : api.tokenFor(role === "player" ? 1 : "somebody", role);
    const bytesMax = bytesMaxOf[who];
    const tooLarge = `{"errors":[{"message":"The body has more than ${bytesMax} bytes.","extensions":{"code":"LIMIT_EXCEEDED"}}]}`;
    for (const bytes of [bytesMax, bytesMax + 1]) {
      const body = bodyOf(bytes);
      // The answer to the last accepted one leaves the connection open: so that it ends, a second one asks for that.
      const close = "Connection: close\r\n";
      const said = await exchange(api.url, headOf(`${close}Content-Length: ${bytes}\r\n`, token), [body]);
      const chunked = await exchange(api.url, headOf(`${close}Transfer-Encoding: chunked\r\n`, token), chunksOf(body));
      for (const { status, text } of [said, chunked]) {
        expect(status).toBe(bytes === bytesMax ? 200 : 413);
        expect(text).toContain(bytes === bytesMax ? '"__typename":"Query"' : tooLarge);
      }
    }
    expect(api.statements).toEqual([]);
  },
);

it("refuses by the length alone, before a byte of the body has come, and closes", async () => {
  const { status, text, bytesWritten } = await exchange(api.url, headOf("Content-Length: 200000000\r\n"));
  expect(status).toBe(413);
  expect(text).toMatch(/\r\nconnection: close\r\n/i);
  expect(bytesWritten).toBeLessThan(200);
});

it("stops reading 50 MB in chunks, with memory flat", async () => {
  const chunk = chunkOf("x".repeat(65_536));
  const sendMuch = () =>
    exchange(api.url, headOf("Transfer-Encoding: chunked\r\n"), {
      *[Symbol.iterator]() {
        for (let sent = 0; sent < 50 * MEGABYTE; sent += chunk.length) yield chunk;
      },
    });
  await sendMuch();
  const beforeBytes = process.memoryUsage().rss;
  for (let round = 0; round < 10; round += 1) {
    const { status, text, bytesWritten } = await sendMuch();
    expect([status, /\r\nconnection: close\r\n/i.test(text)]).toEqual([413, true]);
    // The rest of what the system's own buffers hold besides.
    expect(bytesWritten).toBeLessThan(10 * MEGABYTE);
  }
  expect(process.memoryUsage().rss - beforeBytes).toBeLessThan(50 * MEGABYTE);
});

it("answers others while such bodies come", async () => {
  const chunk = chunkOf("x".repeat(65_536));
  const hostile = Array.from({ length: 20 }, () =>
    exchange(
      api.url,
      headOf("Transfer-Encoding: chunked\r\n"),
      Array.from({ length: 100 }, () => chunk),
    ),
  );
  expect(await api.read({ query: "{ __typename }" })).toEqual({ __typename: "Query" });
  expect((await Promise.all(hostile)).map(({ status }) => status)).toEqual(hostile.map(() => 413));
});
