// More cold reads than one process may compute and let wait, because a table of MySQL stands still: those beyond are
// refused at once and told when to come again; answers that are cached, and writes, go on; and when the
// pressure is over everybody is let in again.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { untilCaching } from "../kit/caching.ts";
import { askOperation, operationId } from "../kit/registered.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

const COMPUTED = 400;
const WAITING = 600;
const BEYOND = 500;
const READS_PER_CONNECTION = 15;
const CONNECTIONS = (COMPUTED + WAITING + BEYOND) / READS_PER_CONNECTION;
const HIT_MS_MAX = 1_000;
const RECOVERY_MS_MAX = 5_000;

const { readsComputedMax, readsWaitingMax } = limits;

let api: TestApi;
beforeAll(async () => {
  Object.assign(limits, { readsComputedMax: COMPUTED, readsWaitingMax: WAITING });
  api = await startApi();
  await untilCaching(api);
});
afterAll(async () => {
  Object.assign(limits, { readsComputedMax, readsWaitingMax });
  await api.close();
});

it("refuses what is beyond the bound, while hits and writes go on, and admits again afterwards", async () => {
  const state = { variables: { id: playerGlobalId(1n) }, token: api.tokenFor(1) };
  const hot = await askOperation(api.url, "PlayerState", state);
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, open));
  const lock = await lockTable(api.database, "run_total");
  const texts = sockets.map(textOf);
  for (const [place, socket] of sockets.entries()) socket.write(coldReads(place));

  let [mostInFlight, mostWaiting] = [0, 0];
  try {
    await until(
      async () => {
        mostInFlight = Math.max(mostInFlight, await readsIn("readsInFlight"));
        mostWaiting = Math.max(mostWaiting, await readsIn("readsWaiting"));
        return mostWaiting > 0 && (await refusalCount()) >= BEYOND;
      },
      () => `${refusalsIn(texts).length} are refused, at most ${mostInFlight} were computed and ${mostWaiting} waited`,
    );
    const startedAtMs = performance.now();
    const { status, text } = await askOperation(api.url, "PlayerState", state);
    expect(performance.now() - startedAtMs).toBeLessThan(HIT_MS_MAX);
    expect([status, dataIn(text)]).toEqual([200, dataIn(hot.text)]);
    expect(await readsIn("readsInFlight")).toBeGreaterThan(0);
    await grant(api, 2, { 4: 1 });
  } finally {
    await lock.release();
  }
  expect(mostInFlight).toBe(COMPUTED);
  expect(mostWaiting).toBeLessThanOrEqual(WAITING);
  await until(
    async () => refusalsIn(texts).length >= BEYOND,
    () => `${refusalsIn(texts).length} of ${BEYOND} have been told that they are refused`,
  );
  const refusals = refusalsIn(texts);
  expect(new Set(refusals.map(({ status }) => status))).toEqual(new Set(["503"]));
  expect(new Set(refusals.map(({ retryAfter }) => retryAfter))).toEqual(new Set(["1", "2", "3"]));
  await until(
    async () => (await askOperation(api.url, "Leaderboard", { variables: cold("after") })).status === 200,
    () => "cold reads are refused still",
    RECOVERY_MS_MAX,
  );
  for (const socket of sockets) socket.destroy();
}, 60_000);

/** Each is an answer of its own: nobody joins another's computation. */
function cold(city: string): object {
  return { scope: "CITY", city: `city ${city}` };
}

function coldReads(connection: number): string {
  return Array.from({ length: READS_PER_CONNECTION }, (_, place) => {
    const variables = cold(`${connection}/${place}`);
    const body = JSON.stringify({ documentId: `sha256:${operationId("Leaderboard")}`, variables });
    return `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  }).join("");
}

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** What the server sends on it, as it comes. */
function textOf(socket: Socket): { text: string } {
  const received = { text: "" };
  socket.setEncoding("utf8").on("data", (part: string) => (received.text += part));
  socket.on("error", () => undefined);
  return received;
}

interface Refusal {
  readonly status: string;
  readonly retryAfter: string | undefined;
}

function refusalsIn(texts: readonly { text: string }[]): Refusal[] {
  return texts.flatMap(({ text }) =>
    text
      .split("HTTP/1.1 ")
      .filter((answer) => answer.includes('"code":"OVERLOADED"'))
      .map((answer) => ({ status: answer.slice(0, 3), retryAfter: /^retry-after: (\d+)/im.exec(answer)?.[1] })),
  );
}

/** As the server counts them: reading their texts would keep it, in this same process, from its work. */
async function refusalCount(): Promise<number> {
  const { values } = await api.app.metrics.requests.get();
  return values.find(({ labels }) => labels.outcome === "OVERLOADED")?.value ?? 0;
}

async function readsIn(gauge: "readsInFlight" | "readsWaiting"): Promise<number> {
  const { values } = await api.app.metrics[gauge].get();
  return values[0]?.value ?? 0;
}

function dataIn(text: string): unknown {
  return JSON.parse(text).data;
}
