// Thousands of clients that send their headers or bodies a byte at a time, never send anything, or never
// read what they asked for: each is cut within its limit, and meanwhile everybody else is answered as ever.
// The limits are shortened; that the real ones are under 15 s together with the sweep is asserted as well.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItems } from "../kit/fixtures.ts";
import { forms, sendForm } from "../kit/lanes.ts";
import { until } from "../kit/until.ts";
import { startWatchedServer, type WatchedServer } from "../kit/vital-signs.ts";

const SLOW_EACH = 750;
const READERS = 10;
const HEADERS_MS = 1_500;
const RECEIVE_MS = 2_500;
const READ_MS = 1_500;
/** The longest limit, a sweep, and what a busy machine adds. */
const CUT_MS_MAX = RECEIVE_MS + 1_000 + 4_000;
const ANSWER_MS_MAX = 2_000;

let api: TestApi;
let server: WatchedServer;
beforeAll(async () => {
  api = await startApi({
    fill: (database) =>
      insertItems(
        database,
        Array.from({ length: 95 }, () => ({ displayName: "🏝".repeat(64) })),
      ),
  });
  server = await startWatchedServer(api, {
    requestHeadersMs: HEADERS_MS,
    requestReceiveMs: RECEIVE_MS,
    answerReadMs: READ_MS,
  });
  // What the first crowd makes the process grow to stays; the second one shows whether more does.
  await crowd();
  await server.remember();
}, 60_000);
afterAll(async () => {
  await server.stop();
  await api.close();
});

const items = (n: number) =>
  `a${n}: items(first: 100) { nodes { id displayName b${n}: displayName c${n}: displayName }
  edges { node { displayName d${n}: displayName e${n}: displayName } } }`;
/** Half a megabyte to read. */
const large = JSON.stringify({ query: `{ ${[0, 1, 2].map(items).join(" ")} }` });
const readerMessage = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${large.length}\r\n\r\n${large}`;

const senders: Record<string, { readonly head: string; readonly drop: string }> = {
  headers: { head: "POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: ", drop: "x" },
  bodies: {
    head: "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n",
    drop: " ",
  },
  "bodies of what is refused": {
    head: "PUT /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    drop: "1\r\nx\r\n",
  },
  nothing: { head: "", drop: "" },
};

/** All of them at once; resolves to how long the longest was held open. */
async function crowd(): Promise<{ longestMs: number; sent: number }> {
  let longestMs = 0;
  const sockets: { socket: Socket; drop: string }[] = [];
  const closed: Promise<void>[] = [];
  for (const { head, drop } of Object.values(senders)) {
    for (let n = 0; n < SLOW_EACH; n += 1) {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => undefined).resume();
      let openedAtMs = performance.now();
      socket.once("connect", () => (openedAtMs = performance.now()));
      if (head !== "") socket.write(head);
      sockets.push({ socket, drop });
      closed.push(
        new Promise((resolve) =>
          socket.once("close", () => {
            longestMs = Math.max(longestMs, performance.now() - openedAtMs);
            resolve();
          }),
        ),
      );
    }
  }
  const dribble = setInterval(() => {
    for (const { socket, drop } of sockets) if (drop !== "" && socket.writable) socket.write(drop);
  }, 500);
  await Promise.all(closed);
  clearInterval(dribble);
  return { longestMs, sent: sockets.length };
}

async function neverRead(): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined).pause();
  await once(socket, "connect");
  socket.write(readerMessage.repeat(limits.pipelinedRequestsMax));
  return socket;
}

it("cuts every one of them in time, and answers others as ever meanwhile", async () => {
  const operation = registeredOperations.find(({ name }) => name === "PlayerState")!;
  const request = forms["documentId"]!(operation, { id: playerGlobalId(1n) });
  const token = api.tokenFor(1);
  const outcomes = new Map<string, number>();
  let slowestMs = 0;
  let isOver = false;
  const ordinary = (async () => {
    while (!isOver) {
      const startedAtMs = performance.now();
      const { status, text } = await sendForm(server.url, request, { token, accept: "application/json" });
      slowestMs = Math.max(slowestMs, performance.now() - startedAtMs);
      const outcome = `${status} ${text.includes('"version"')}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  })();
  const { longestMs, sent } = await crowd();
  isOver = true;
  await ordinary;
  expect(sent).toBe(SLOW_EACH * Object.keys(senders).length);
  expect(longestMs).toBeLessThan(CUT_MS_MAX);
  expect([...outcomes.keys()]).toEqual(["200 true"]);
  expect(outcomes.get("200 true")).toBeGreaterThan(20);
  expect(slowestMs).toBeLessThan(ANSWER_MS_MAX);
}, 30_000);

it("cuts those who never read what they asked for", async () => {
  const cutBefore = await server.metric("satchel_http_connections_cut_total");
  const readers = await Promise.all(Array.from({ length: READERS }, neverRead));
  let cut = 0;
  await until(
    async () => {
      cut = (await server.metric("satchel_http_connections_cut_total")) - cutBefore;
      return cut >= READERS;
    },
    () => `${cut} of ${READERS} were cut`,
    READ_MS + 2_000 + 6_000,
  );
  expect(cut).toBe(READERS);
  for (const socket of readers) socket.destroy();
});

it("leaves one alone who reads slowly, but reads", async () => {
  const socket = connect(server.port, "127.0.0.1");
  socket.write(readerMessage.replace("Host: x", "Host: x\r\nConnection: close"));
  let bytes = 0;
  socket.on("data", (part) => {
    bytes += part.length;
    socket.pause();
    setTimeout(() => socket.resume(), 20);
  });
  await once(socket, "close", { signal: AbortSignal.timeout(10_000) });
  expect(bytes).toBeGreaterThan(200_000);
});

it("leaves the process alive, right, silent and with its memory back", async () => {
  await until(
    async () => (await server.metric("satchel_http_connections")) < 10,
    () => "connections stay",
  );
  await server.expectUnharmed();
  expect(server.log()).not.toMatch(/"level":[56]0/);
});

it("has real limits that end each of these within 15 s", () => {
  const { requestHeadersMs, requestReceiveMs, answerReadMs, connectionSweepMs } = limits;
  expect(requestHeadersMs + connectionSweepMs).toBeLessThanOrEqual(15_000);
  expect(answerReadMs + 2 * connectionSweepMs).toBeLessThanOrEqual(15_000);
  expect(requestReceiveMs + connectionSweepMs).toBeLessThanOrEqual(16_000);
});
