// Clients that go away at every point of a request: in its head, in its body, behind it, while MySQL is
// asked, in the middle of the answer. Nothing of them stays: no response, no key, no memory, no line in
// the log; and the process answers others.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItems } from "../kit/fixtures.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";
import { startWatchedServer, type WatchedServer } from "../kit/vital-signs.ts";

const CLIENTS = 100;

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
  server = await startWatchedServer(api);
  await leaveInEveryWay();
  await server.remember();
});
afterAll(async () => {
  await server.stop();
  await api.close();
});

const queries = {
  player: `{ player(id: "${playerGlobalId(1n)}") { displayName } }`,
  large: "{ items(first: 100) { nodes { id displayName } edges { node { displayName } } } }",
};

function message(query: string): string {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Connects, writes, waits for what `leaveAt` waits for, and is gone: by a reset, as a phone that loses its net. */
async function clients(text: string, leaveAt: (socket: Socket) => Promise<unknown>): Promise<void> {
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, n) => {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => undefined);
      await once(socket, "connect");
      await new Promise((resolve) => socket.write(text, resolve));
      await leaveAt(socket);
      if (n % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }),
  );
}

const atOnce = () => Promise.resolve();

const departures: Record<string, () => Promise<void>> = {
  "before a byte": () => clients("\r\n", atOnce),
  "in the head": () => clients(message(queries.player).slice(0, 40), atOnce),
  "in the body": () => clients(message(queries.player).slice(0, -20), atOnce),
  "in a chunk": () =>
    clients(
      "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
      atOnce,
    ),
  "behind the body": () => clients(message(queries.player), atOnce),
  "behind a body that is too large": () => clients(message(`#${"x".repeat(200_000)}`), atOnce),
  "behind several requests": () => clients(message(queries.player).repeat(10), atOnce),
  "while MySQL is asked": async () => {
    const lock = await lockTable(api.database, "player");
    let isWaitedFor: Promise<void> | undefined;
    await clients(message(queries.player), () => {
      isWaitedFor ??= until(
        () => lock.isWaitedFor(),
        () => "no statement waits for the lock",
      );
      return isWaitedFor;
    });
    await lock.release();
  },
  "in the answer": () => clients(message(queries.large), (socket) => once(socket, "data")),
};

async function leaveInEveryWay(): Promise<void> {
  for (const leave of Object.values(departures)) await leave();
  await nobodyLeft();
}

/** But for the request that asks. */
async function nobodyLeft(): Promise<void> {
  let left: Record<string, number> = {};
  await until(
    async () => {
      left = {
        connections: await server.metric("satchel_http_connections"),
        keys: await server.metric("satchel_loader_keys_waiting"),
        inFlight: await server.metric("satchel_http_requests_in_flight"),
      };
      return left["connections"]! <= CLIENTS / 10 && left["keys"] === 0 && left["inFlight"] === 1;
    },
    () => JSON.stringify(left),
  );
}

describe.each(Object.keys(departures))("%s", (name) => {
  it("they are forgotten, without a word", async () => {
    await departures[name]!();
    await nobodyLeft();
    expect(server.log()).not.toMatch(/"level":[56]0/);
  });
});

it("leaves the process alive, right and with its memory back", async () => {
  await server.expectUnharmed(leaveInEveryWay);
  expect(await server.metric("satchel_loader_keys_waiting")).toBe(0);
});
