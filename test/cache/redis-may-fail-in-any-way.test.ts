// The cache Redis may be flushed, gone, frozen or full of rubbish at any time: every answer stays right, none fails
// and none waits for it; and what was missed meanwhile is made up for before the cache is used again.

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { fenceScripts } from "../../src/cache/fence-scripts.ts";
import { cacheKeys } from "../../src/cache/keys.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { answersFrom, askWatched } from "../kit/caching.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

let redis: FaultProxy;
/** Behind the proxy. */
let api: TestApi;
/** With a connection of its own that nothing happens to. */
let twin: TestApi;
beforeAll(async () => {
  api = await startApi({
    redisRoute: async (redisUrl) => {
      redis = await startFaultProxy(redisUrl);
      return redis.url;
    },
  });
  twin = await startApi({ twinOf: api });
});
afterAll(async () => {
  await twin.close();
  await api.close();
  await redis.close();
});
beforeEach(async () => {
  await untilKept(api);
});
afterEach(() => {
  redis.thaw();
  redis.mend();
});

const home = (server: TestApi) => askWatched(server, "HomeScreen", { token: server.tokenFor(1) });
const versionAt = async (server: TestApi) => BigInt((await home(server)).body.data.viewer.version);
const epochNow = () => withCacheRedis(api.database.databaseUrl, (client) => client.get(cacheKeys.epoch));
const owed = async () => (await api.app.metrics.fenceOwed.get()).values[0]!.value;

async function lateReadings(): Promise<number> {
  const { values } = await api.app.metrics.cacheFailures.get();
  return values.find(({ labels }) => labels.purpose === "generations")?.value ?? 0;
}

/** Resolves when the server tells answers from its memory. */
async function untilKept(server: TestApi): Promise<void> {
  await until(
    async () => (await home(server)).source === "memory",
    () => "nothing is kept",
    limits.epochShutMs * 2,
  );
}

/** Right answers for a while, one after the other; the longest that one took. */
async function longestMs(server: TestApi, expected: bigint, count = 30): Promise<number> {
  let longest = 0;
  for (let n = 0; n < count; n += 1) {
    const startedAtMs = performance.now();
    const { status, body } = await home(server);
    longest = Math.max(longest, performance.now() - startedAtMs);
    expect([status, body.errors, body.data.viewer.version]).toEqual([200, undefined, String(expected)]);
  }
  return longest;
}

it("lost everything: nothing from before comes back, and the epoch is shut for as long as a write may take", async () => {
  const version = await versionAt(api);
  await withCacheRedis(api.database.databaseUrl, async (client) => {
    const keys = await client.keys(`satchel:${api.database.name}:*`);
    await Promise.all(keys.map((key) => client.del(key.replace(`satchel:${api.database.name}:`, ""))));
  });
  const flushedAtMs = performance.now();
  const before = await epochNow();
  expect(before).toBeNull();
  for (const server of [api, twin]) expect((await home(server)).source).toBe("uncached");
  await until(
    async () => (await epochNow()) !== null,
    () => "nobody made an epoch",
  );
  expect(await versionAt(api)).toBe(version);
  const sources = new Set<string>();
  await until(
    async () => {
      const { source } = await home(api);
      sources.add(source);
      return source === "memory";
    },
    () => `the cache is not used again: ${[...sources].join(", ")}`,
    limits.epochShutMs * 2,
  );
  expect([...sources]).toEqual(["uncached", "computed", "memory"]);
  expect(performance.now() - flushedAtMs).toBeGreaterThan(limits.epochShutMs - 500);
});

it("gone: answers come from MySQL as fast, and after its return nothing from before is told", async () => {
  const version = await versionAt(api);
  const epoch = await epochNow();
  redis.cut();
  expect(await longestMs(api, version)).toBeLessThan(500);
  await grant(api, 1, { 4: 1 });
  expect(await versionAt(api)).toBe(version + 1n);
  redis.mend();
  await untilKept(api);
  expect(await epochNow()).not.toBe(epoch);
  for (const server of [api, twin]) expect(await versionAt(server)).toBe(version + 1n);
});

it("gone while nobody writes: what may have been missed counts as missed, for everybody", async () => {
  await untilKept(twin);
  const epoch = await epochNow();
  redis.cut();
  expect((await home(api)).source).toBe("uncached");
  redis.mend();
  await untilKept(api);
  expect(await epochNow()).not.toBe(epoch);
  expect((await home(twin)).source).not.toBe("memory");
});

it("frozen: nobody waits longer than for a reading of it, and only the first ones do", async () => {
  const version = await versionAt(api);
  redis.freeze();
  // Two readings of Redis may be late in a request, and the machine may be busy.
  expect(await longestMs(api, version)).toBeLessThan(500);
  const startedAtMs = performance.now();
  const before = await lateReadings();
  await longestMs(api, version, 20);
  const pauses = (performance.now() - startedAtMs) / limits.cachePauseMs;
  expect((await lateReadings()) - before).toBeLessThanOrEqual(Math.ceil(pauses) + 1);
});

it("frozen under a write: the write is answered, what it owes is counted and paid, and then nobody tells the old", async () => {
  const version = await versionAt(api);
  await untilKept(twin);
  const epoch = await epochNow();
  redis.freeze();
  const startedAtMs = performance.now();
  await grant(api, 1, { 4: 1 });
  expect(performance.now() - startedAtMs).toBeLessThan(limits.fenceMs * 2 + 1_000);
  // This process has not confirmed it, and uses nothing from before meanwhile.
  const { source, body } = await home(api);
  expect([source, body.data.viewer.version]).toEqual(["uncached", String(version + 1n)]);
  expect(await owed()).toBeGreaterThan(0);
  redis.thaw();
  await until(
    async () => (await owed()) === 0,
    () => "it is still owed",
  );
  await untilKept(api);
  expect(await epochNow()).not.toBe(epoch);
  for (const server of [api, twin]) expect(await versionAt(server)).toBe(version + 1n);
});

it.each([
  ["no reply at all", "none of Redis\r\n"],
  ["a list that is too short", "*1\r\n$1\r\na\r\n"],
  ["a list of something else", "*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n"],
  ["another command's reply", "+OK\r\n"],
])("mad once, with %s: nobody is told what others asked for, and the cache is used again", async (_, bytes) => {
  const version = await versionAt(api);
  const epoch = await epochNow();
  let isOver = false;
  // Without a break, so that no silence gives the connection away.
  const asking = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!isOver) expect(await versionAt(api)).toBe(version);
    }),
  );
  await redis.answerNext(bytes);
  await until(
    async () => (await epochNow()) !== epoch,
    () => "the connection is the same",
  );
  const told = await answersFrom(api.app, "memory");
  await until(
    async () => (await answersFrom(api.app, "memory")) > told,
    () => "the cache is not used again",
  );
  isOver = true;
  await asking;
  for (const server of [api, twin]) expect(await versionAt(server)).toBe(version);
});

it.each([fenceScripts.openTags, fenceScripts.closeTags, fenceScripts.renewEpoch])(
  "a fence call is confirmed by its own reply alone",
  ({ transformReply }) => {
    for (const other of ["PONG", null, 1, [], ["OK"]]) expect(() => transformReply(other)).toThrow("not confirmed");
    expect(transformReply("OK")).toBeUndefined();
  },
);

it("full of rubbish: it is refused, and answers are right", async () => {
  const version = await versionAt(api);
  await withCacheRedis(api.database.databaseUrl, async (client) => {
    const prefix = `satchel:${api.database.name}:`;
    for (const key of await client.keys(`${prefix}*`)) {
      const own = key.slice(prefix.length);
      await client.del(own);
      await client.hSet(own, "rub", "bish");
    }
  });
  expect(await longestMs(api, version, 10)).toBeLessThan(500);
  await grant(api, 1, { 4: 1 });
  expect(await versionAt(api)).toBe(version + 1n);
  expect(await versionAt(twin)).toBe(version + 1n);
  await withCacheRedis(api.database.databaseUrl, (client) => client.del([cacheKeys.epoch, cacheKeys.epochShut]));
});
