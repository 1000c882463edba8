// SIGTERM under load, as every rolling restart sends it: whatever request the server has taken is
// answered, whole; the process ends by itself, in time, with code 0.

import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { environmentOf, startServerProcess } from "../kit/server-process.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";

const CLIENTS = 16;
const STOP_MS_MAX = 5_000;

let api: TestApi;
beforeAll(async () => {
  // Only for its database and keys: the server under test is a process of its own.
  api = await startApi();
});
afterAll(() => api.close());

// One process alone cannot be replaced: at SIGHUP it leaves as gently, and whoever started it starts another.
it.each(["SIGTERM", "SIGHUP"] as const)(
  "answers every request it accepted before %s and then does not listen",
  async (signal) => {
    const server = await startServerProcess(environmentOf(api));
    const outcomes: string[] = [];
    const clients = Array.from({ length: CLIENTS }, () => askUntilRefused(server.port, outcomes));
    await until(
      () => outcomes.length > 200,
      () => `${outcomes.length} answers`,
    );
    server.child.kill(signal);
    const [code] = (await once(server.child, "exit", { signal: AbortSignal.timeout(STOP_MS_MAX) })) as [number];
    await Promise.all(clients);
    expect(code).toBe(0);
    expect(new Set(outcomes)).toEqual(new Set(["200", "ECONNREFUSED"]));
  },
);

it("answers a request that was in flight when SIGTERM came, and asks its client to close", async () => {
  const server = await startServerProcess(environmentOf(api));
  const lock = await lockTable(api.database, "player");
  const answer = ask(server.port, new Agent({ keepAlive: true }), '{ player(id: "UGxheWVyOjE") { displayName } }');
  await until(
    () => lock.isWaitedFor(),
    () => "no statement waits for the lock",
  );
  server.child.kill("SIGTERM");
  await until(
    () => isRefused(server.port),
    () => "the server still listens",
  );
  await lock.release();
  expect(await answer).toMatchObject({ status: 200, connection: "close" });
  await once(server.child, "exit", { signal: AbortSignal.timeout(STOP_MS_MAX) });
});

it("answers every pipelined request that had arrived, the last of them with a close", async () => {
  const server = await startServerProcess(environmentOf(api));
  const lock = await lockTable(api.database, "player");
  const body = JSON.stringify({ query: '{ player(id: "UGxheWVyOjE") { displayName } }' });
  const message = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const socket = connect(server.port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => (text += part));
  socket.write(message.repeat(4));
  await until(
    () => lock.isWaitedFor(),
    () => "no statement waits for the lock",
  );
  const closed = once(socket, "close", { signal: AbortSignal.timeout(STOP_MS_MAX) });
  server.child.kill("SIGTERM");
  await until(
    () => isRefused(server.port),
    () => "the server still listens",
  );
  await lock.release();
  await closed;
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(4);
  expect(text.match(/Connection: close/gi)).toHaveLength(1);
  await once(server.child, "exit", { signal: AbortSignal.timeout(STOP_MS_MAX) });
});

it("does not wait for a connection that has never said anything", async () => {
  const server = await startServerProcess(environmentOf(api));
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  server.child.kill("SIGTERM");
  const exited = once(server.child, "exit", { signal: AbortSignal.timeout(STOP_MS_MAX) });
  expect(await exited).toEqual([0, null]);
});

/** Keep-alive, one request after the other, as a phone does; each outcome is a status or an error code. */
async function askUntilRefused(port: number, outcomes: string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (;;) {
    const outcome = await ask(port, agent, "{ viewer { id } }").then(
      ({ status }) => String(status),
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
    outcomes.push(outcome);
    if (outcome !== "200") return;
  }
}

function ask(port: number, agent: Agent, query: string): Promise<{ status: number; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: "127.0.0.1",
        path: "/graphql",
        method: "POST",
        agent,
        headers: { "Content-Type": "application/json" },
      },
      (response) => {
        response.on("end", () => resolve({ status: response.statusCode!, connection: response.headers.connection }));
        response.on("error", reject);
        response.resume();
      },
    );
    sent.on("error", reject);
    sent.end(JSON.stringify({ query }));
  });
}

async function isRefused(port: number): Promise<boolean> {
  return ask(port, new Agent(), "{ __typename }").then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "ECONNREFUSED",
  );
}
