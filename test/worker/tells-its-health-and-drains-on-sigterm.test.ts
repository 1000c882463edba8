// The worker as a process: health and metrics on a port of its own, no GraphQL, up and alive also while MySQL is
// away, and on SIGTERM it finishes what it has begun and ends with 0.

import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { environmentOf, failToStart, startServerProcess, type ServerProcess } from "../kit/server-process.ts";
import { until } from "../kit/until.ts";

const WORKER = "src/worker.ts";
/** Both only against hanging. */
const EXIT_MS_MAX = 20_000;
const ANSWER_MS_MAX = 20_000;

interface Answer {
  readonly status: number;
  readonly text: string;
  /** The header. */
  readonly connection: string | null;
}

let proxy: FaultProxy;
let api: TestApi;
let worker: ServerProcess | undefined;
beforeAll(async () => {
  api = await startApi({
    route: async (databaseUrl) => {
      proxy = await startFaultProxy(databaseUrl);
      return proxy.url;
    },
  });
});
afterEach(() => {
  worker?.child.kill("SIGKILL");
  worker = undefined;
  proxy.mend();
  proxy.thaw();
});
afterAll(async () => {
  await api.close();
  await proxy.close();
});

it("is alive and ready, and shows what it has purged beside Node's own metrics", async () => {
  await insertOldRecord();
  await startWorker();
  expect(await get("/livez")).toMatchObject({ status: 200, text: "alive\n" });
  await until(
    async () => (await get("/readyz")).status === 200,
    () => "the worker is never ready",
  );
  await untilPurged();
  expect((await get("/metrics")).text).toMatch(/^process_resident_memory_bytes \d/m);
  expect(await api.database.query("SELECT player_id FROM idempotency")).toEqual([]);
});

it("purges soon after it has failed to, and not in the next round", async () => {
  await insertOldRecord();
  proxy.cut();
  await startWorker();
  await until(
    () => worker!.log().includes("housekeeping failed"),
    () => "the worker does not even try",
  );
  proxy.mend();
  await untilPurged();
  expect(await api.database.query("SELECT player_id FROM idempotency")).toEqual([]);
});

async function insertOldRecord(): Promise<void> {
  await api.database.query(
    "INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome, recorded_at) VALUES " +
      "(1, UNHEX(REPEAT('0a', 16)), UNHEX(REPEAT('0b', 32)), '{}', NOW(3) - INTERVAL 32 DAY)",
  );
}

async function untilPurged(): Promise<void> {
  await until(
    async () => (await get("/metrics")).text.includes("\nsatchel_purged_rows_total 1\n"),
    () => "the worker purges nothing",
  );
}

it("answers no GraphQL, and nothing but GET", async () => {
  await startWorker();
  const body = '{"query":"{ __typename }"}';
  expect((await get("/graphql?query={__typename}")).status).toBe(404);
  expect((await get("/graphql", { method: "POST", body })).status).toBe(405);
  expect((await get("/readyz", { method: "DELETE" })).status).toBe(405);
});

it("comes up while MySQL is away, alive and not ready, and is ready when it is back", async () => {
  proxy.cut();
  await startWorker();
  expect((await get("/livez")).status).toBe(200);
  expect(await get("/readyz")).toMatchObject({ status: 503, text: "not ready\n" });
  proxy.mend();
  await until(
    async () => (await get("/readyz")).status === 200,
    () => `the worker is never ready: ${worker!.log()}`,
  );
});

it("ends with 0 on SIGTERM", async () => {
  const { child, log } = await startWorker();
  child.kill("SIGTERM");
  expect(await once(child, "exit", { signal: AbortSignal.timeout(EXIT_MS_MAX) })).toEqual([0, null]);
  expect(log()).toMatch(/"reason":"SIGTERM","msg":"stopping".*"msg":"stopped"/s);
});

it("answers what has arrived before it ends, also while MySQL is frozen", async () => {
  const { child } = await startWorker();
  await until(
    async () => (await get("/readyz")).status === 200,
    () => "the worker is never ready",
  );
  proxy.freeze();
  const asked = get("/readyz");
  await until(
    async () => (await get("/metrics")).text.includes("\nsatchel_http_requests_in_flight 2\n"),
    () => "the question has not arrived",
  );
  child.kill("SIGTERM");
  const ended = once(child, "exit", { signal: AbortSignal.timeout(EXIT_MS_MAX) });
  expect(await asked).toEqual({ status: 503, text: "not ready\n", connection: "close" });
  expect(await ended).toEqual([0, null]);
});

it("says in a line that its port is taken, and ends with 1", async () => {
  const { port } = new URL(api.url);
  const { code, stderr } = await failToStart({ ...environmentOf(api), WORKER_PORT: port }, WORKER);
  expect(code).toBe(1);
  expect(stderr).toContain("EADDRINUSE");
  expect(stderr).not.toContain("    at ");
});

async function startWorker(): Promise<ServerProcess> {
  return (worker = await startServerProcess({ ...environmentOf(api), WORKER_PORT: "0" }, WORKER));
}

async function get(path: string, init: RequestInit = {}): Promise<Answer> {
  const url = `http://127.0.0.1:${worker!.port}${path}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX), ...init });
  const { status, headers } = response;
  return { status, text: await response.text(), connection: headers.get("connection") };
}
