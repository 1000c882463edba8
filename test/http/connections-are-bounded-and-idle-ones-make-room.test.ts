// The process holds so many connections and no more: one too many is closed at once and counted. When
// nearly all are taken, those without a request make room before long, and those with one do not.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Agent } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";
import { startWatchedServer, type WatchedServer } from "../kit/vital-signs.ts";
import { sendTo } from "../kit/request.ts";

const MOST = 100;
const TOO_MANY = 50;

let api: TestApi;
let server: WatchedServer;
beforeAll(async () => {
  api = await startApi();
  server = await startWatchedServer(api, {
    connectionsMax: MOST,
    crowdedIdleMs: 500,
    readStatementMs: 10_000,
    readStatementClientMs: 10_000,
  });
  await server.remember();
});
afterAll(async () => {
  await server.stop();
  await api.close();
});

async function opened(): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

const PLAYER = JSON.stringify({ query: '{ player(id: "UGxheWVyOjE") { displayName } }' });

it("closes one too many at once, and gives the places of idle ones to those who ask", async () => {
  await until(
    async () => (await server.metric("satchel_http_connections")) <= 3,
    () => "connections stay",
  );
  // In flight for as long as the table is locked: no idle connection, however long it takes.
  const lock = await lockTable(api.database, "player");
  const agent = new Agent({ keepAlive: true });
  const inFlight = sendTo(server.url, { headers: { "Content-Type": "application/json" }, body: PLAYER });
  await until(
    () => lock.isWaitedFor(),
    () => "no statement waits for the lock",
  );
  const idle = await Promise.all(Array.from({ length: MOST + TOO_MANY }, opened));
  const isClosed = (socket: Socket) => socket.destroyed;
  for (const socket of idle) socket.resume();
  const startedAtMs = performance.now();
  await until(
    () => idle.filter(isClosed).length >= TOO_MANY,
    () => `${idle.filter(isClosed).length} closed`,
    2_000,
  );
  // Before any idle one had to go.
  expect(performance.now() - startedAtMs).toBeLessThan(1_500);
  await until(
    async () => {
      const answer = await sendTo(server.url, { method: "GET", path: "/livez" }).catch(() => null);
      return answer?.status === 200;
    },
    () => "nobody gets in",
    5_000,
  );
  await lock.release();
  expect(await inFlight).toMatchObject({ status: 200 });
  expect(await server.metric("satchel_http_connections_refused_total")).toBeGreaterThanOrEqual(TOO_MANY);
  expect(await server.metric("satchel_http_connections_cut_total")).toBeGreaterThan(0);
  expect(await server.metric("satchel_http_connections")).toBeLessThanOrEqual(MOST);
  for (const socket of idle) socket.destroy();
  agent.destroy();
});

it("keeps idle ones while there is room", async () => {
  await until(
    async () => (await server.metric("satchel_http_connections")) <= 3,
    () => "connections stay",
  );
  const cutBefore = await server.metric("satchel_http_connections_cut_total");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const idle = await Promise.all(Array.from({ length: MOST / 2 }, opened));
  const socket = idle[0]!;
  const ask = async () => {
    socket.write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    const [answer] = (await once(socket, "data", { signal: AbortSignal.timeout(2_000) })) as [Buffer];
    return answer.toString().slice(0, 15);
  };
  expect(await ask()).toBe("HTTP/1.1 200 OK");
  // Two sweeps and more than the wait that applies where there is none.
  const startedAtMs = performance.now();
  await until(
    () => performance.now() - startedAtMs > 2_600,
    () => "time stands still",
  );
  expect(await ask()).toBe("HTTP/1.1 200 OK");
  expect(await server.metric("satchel_http_connections_cut_total")).toBe(cutBefore);
  for (const one of idle) one.destroy();
  agent.destroy();
});

it("leaves the process alive, right and silent", async () => {
  await server.expectUnharmed();
  expect(server.log()).not.toMatch(/"level":[56]0/);
});
