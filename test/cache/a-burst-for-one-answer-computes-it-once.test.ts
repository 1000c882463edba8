// However many ask at once for what has just become old: one of them computes it, and all are told that. Whoever asks
// under newer generations does not join, and nobody joins while a write holds a tag open or Redis is away.

import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { cacheKeys } from "../../src/cache/keys.ts";
import { cacheTags } from "../../src/cache/tags.ts";
import { OPEN } from "../../src/cache/fence-scripts.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { askWatched, countsOf, waitForRedis } from "../kit/caching.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { forms, sendForm } from "../kit/lanes.ts";
import { askOperation } from "../kit/registered.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

const READERS = 1_000;
/** Clients and server share one process here, on a machine that may be busy. */
const BURST_MS_MAX = 60_000;

/** Statements wait here for a lock while a thousand readers are let in: no bound of theirs may end that. */
await vi.hoisted(async () => {
  const { limits } = await import("../../src/runtime/limits.ts");
  Object.assign(limits, { readStatementMs: 30_000, readStatementClientMs: 30_000 });
});

let api: TestApi;
let redis: FaultProxy;
beforeAll(async () => {
  waitForRedis();
  api = await startApi({
    requestMs: BURST_MS_MAX,
    redisRoute: async (url) => {
      redis = await startFaultProxy(url);
      return redis.url;
    },
  });
});
afterAll(async () => {
  await api.close();
  await redis.close();
});
beforeEach(() => api.forgetAnswers());

async function sourcesSince(before: Readonly<Record<string, number>>): Promise<Record<string, number>> {
  const after = await countsOf(api.app);
  const gained = Object.entries(after).map(([source, count]) => [source, count - (before[source] ?? 0)] as const);
  return Object.fromEntries(gained.filter(([, count]) => count > 0));
}

it(
  `${READERS} readers of an answer that was just made old cost one computation`,
  async () => {
    await askWatched(api, "HomeScreen", { token: api.tokenFor(1) });
    await grant(api, 1, { 4: 1 });
    const before = await countsOf(api.app);
    api.statements.length = 0;
    const lock = await lockTable(api.database, "player");
    const readers = Array.from({ length: READERS }, () =>
      askOperation(api.url, "HomeScreen", { token: api.tokenFor(1) }),
    );
    await until(
      () => lock.isWaitedFor(),
      () => "nobody has asked the database",
    );
    await lock.release();
    const texts = new Set((await Promise.all(readers)).map(({ text }) => text));
    expect(texts.size).toBe(1);
    const { computed, ...others } = await sourcesSince(before);
    expect(computed).toBe(1);
    expect(Object.keys(others).filter((source) => source !== "flight" && source !== "memory")).toEqual([]);
    expect(api.statements.filter(({ sql }) => sql.includes("FROM player WHERE"))).toHaveLength(1);
  },
  BURST_MS_MAX,
);

it("lets nobody join what was begun before a write that is over", async () => {
  const token = api.tokenFor(1);
  const operation = registeredOperations.findLast(({ name }) => name === "HomeScreen")!;
  const version = BigInt((await askWatched(api, "HomeScreen", { token })).body.data.viewer.version);
  await api.forgetAnswers();
  const lock = await lockTable(api.database, "run_total");
  const early = sendForm(api.url, forms["documentId"]!(operation, {}), { token, accept: "*/*" });
  await until(
    () => lock.isWaitedFor(),
    () => "the early one has not asked the database",
  );
  await grant(api, 1, { 4: 1 });
  const late = sendForm(api.url, forms["documentId"]!(operation, {}), { token, accept: "*/*" });
  await lock.release();
  expect(JSON.parse((await late).text).data.viewer.version).toBe(String(version + 1n));
  await early;
  const next = await askWatched(api, "HomeScreen", { token });
  expect([next.source, next.body.data.viewer.version]).toEqual(["memory", String(version + 1n)]);
});

it("is given up when all who wait for it have gone, and begun anew by the next", async () => {
  const lock = await lockTable(api.database, "player");
  const leaving = new AbortController();
  const token = api.tokenFor(1);
  const gone = fetch(`${api.url}/graphql/${registeredOperations.findLast(({ name }) => name === "HomeScreen")!.id}`, {
    headers: { Authorization: `Bearer ${token}` },
    signal: leaving.signal,
  }).catch(() => undefined);
  await until(
    () => lock.isWaitedFor(),
    () => "nobody has asked the database",
  );
  const before = await countsOf(api.app);
  leaving.abort();
  await gone;
  const staying = askOperation(api.url, "HomeScreen", { token });
  await lock.release();
  expect((await staying).body.data.viewer.displayName).toBe("Ada Köhler");
  expect((await countsOf(api.app))["computed"]).toBe((before["computed"] ?? 0) + 1);
});

it("lets nobody join while a write holds a tag open", async () => {
  const key = cacheKeys.tagGeneration(cacheTags.playerItems(1n));
  await withCacheRedis(api.database.databaseUrl, (client) =>
    client.set(key, `${OPEN}somebody.1@${Date.now() + 60_000}`, { expiration: { type: "PX", value: 60_000 } }),
  );
  expect(await sourcesOfReadersAtOnce(5)).toEqual({ uncached: 5 });
  await withCacheRedis(api.database.databaseUrl, (client) => client.del(key));
});

it("lets nobody join while Redis is away", async () => {
  redis.cut();
  expect(await sourcesOfReadersAtOnce(5)).toEqual({ uncached: 5 });
  redis.mend();
});

/** All of them wait for MySQL together. */
async function sourcesOfReadersAtOnce(count: number): Promise<Record<string, number>> {
  const before = await countsOf(api.app);
  const lock = await lockTable(api.database, "run_total");
  const token = api.tokenFor(1);
  const readers = Array.from({ length: count }, () => askOperation(api.url, "HomeScreen", { token }));
  await until(
    () => lock.isWaitedFor(),
    () => "nobody has asked the database",
  );
  await lock.release();
  for (const { status } of await Promise.all(readers)) expect(status).toBe(200);
  return sourcesSince(before);
}
