// Beyond a few in a second, an answer goes to Redis when somebody asks for it a second time, here or elsewhere, and is
// looked for there only where one has been put: what is asked for once costs Redis nothing but its generations. Nothing
// of that changes what is told.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { cacheKeys, keyPrefixOf } from "../../src/cache/keys.ts";
import { createCacheRedis } from "../../src/cache/redis.ts";
import { ASKED, demandUnder, generationIn, isSameGeneration, SHARED, type Mark } from "../../src/cache/demand.ts";
import { cacheTags } from "../../src/cache/tags.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

const { unaskedAnswersSharedPerSecondMax } = limits;

let api: TestApi;
let second: TestApi;
let third: TestApi;
beforeAll(async () => {
  waitForRedis();
  Object.assign(limits, { unaskedAnswersSharedPerSecondMax: 0 });
  api = await startApi();
  second = await startApi({ twinOf: api });
  third = await startApi({ twinOf: api });
});
afterAll(async () => {
  Object.assign(limits, { unaskedAnswersSharedPerSecondMax });
  for (const { close } of [third, second, api]) await close();
});

const TAG = cacheKeys.tagGeneration(cacheTags.playerItems(1n));
const home = (server: TestApi, playerId = 1) => askWatched(server, "HomeScreen", { token: api.tokenFor(playerId) });
const inRedis = <T>(use: Parameters<typeof withCacheRedis<T>>[1]) => withCacheRedis(api.database.databaseUrl, use);
const standing = () => inRedis((client) => client.get(TAG));
const storedCount = () =>
  inRedis(async (client) => (await client.keys(`satchel:${api.database.name}:answer:*`)).length);
const untilStored = () =>
  until(
    async () => (await storedCount()) === 1,
    () => "it is not in Redis",
  );

beforeEach(async () => {
  await api.forgetAnswers();
  await inRedis(async (client) => {
    const prefix = `satchel:${api.database.name}:`;
    const keys = await client.keys(`${prefix}answer:*`);
    for (const key of [TAG, ...keys.map((known) => known.slice(prefix.length))]) await client.del(key);
  });
});

const untilShared = async () => {
  await untilStored();
  await until(
    async () => /^[\w.-]+\+\d+$/.test((await standing()) ?? ""),
    () => "the tag does not say so",
  );
};

it("the first to ask keeps it to itself, and the next one here shares it", async () => {
  expect((await home(api)).source).toBe("computed");
  expect([await storedCount(), await standing()]).toEqual([0, expect.stringMatching(/^[\w.-]+~\d+$/)]);
  expect((await home(api)).source).toBe("memory");
  await untilShared();
  expect((await home(second)).source).toBe("redis");
});

it("the next one elsewhere computes it too, and shares it", async () => {
  expect((await home(api)).source).toBe("computed");
  expect((await home(second)).source).toBe("computed");
  await untilShared();
  expect((await home(third)).source).toBe("redis");
});

it("an answer outlives every mark that is set behind its generation", async () => {
  await home(api);
  await home(second);
  await untilShared();
  await home(third);
  const sources = [(await home(api)).source, (await home(second)).source, (await home(third)).source];
  expect(sources).toEqual(["memory", "memory", "memory"]);
});

it("a write makes it new again, and who had the old one is the first to ask for the new one", async () => {
  for (const server of [api, second, third]) await home(server);
  await untilShared();
  const version = BigInt((await home(api)).body.data.viewer.version);
  await grant(api, 1, { 4: 1 });
  expect(await standing()).toMatch(/^[\w.-]+$/);
  const asked = await home(second);
  expect([asked.source, asked.body.data.viewer.version]).toEqual(["computed", String(version + 1n)]);
  await until(
    async () => ((await standing()) ?? "").includes("~"),
    () => "nobody says that it was asked for",
  );
  expect((await home(api)).source).toBe("computed");
  await untilShared();
  const last = await home(third);
  expect([last.source, last.text]).toEqual(["redis", asked.text]);
});

// Whom nobody has asked for on that server: who has an answer reads without marking.
it.each([
  { mark: "~", playerId: 2, server: () => second },
  { mark: "+", playerId: 3, server: () => second },
])(
  "$mark counts for as long as an answer lives, and keeps a generation no longer",
  async ({ mark, playerId, server }) => {
    const tag = cacheKeys.tagGeneration(cacheTags.playerItems(BigInt(playerId)));
    await home(api, playerId);
    const value = () => inRedis((client) => client.get(tag));
    const [generation = ""] = ((await value()) ?? "").split("~");
    const old = `${generation}${mark}${Date.now() - limits.answerMs - 1_000}`;
    await inRedis((client) => client.set(tag, old, { expiration: { type: "PX", value: 60_000 } }));
    expect((await home(server(), playerId)).source).toBe("computed");
    expect(await value()).toMatch(/^[\w.-]+~\d+$/);
    expect(await value()).not.toBe(old);
    expect(await storedCount()).toBe(0);
    const leftMs = await inRedis((client) => client.pTTL(tag));
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(60_000);
    expect((await home(api, playerId)).source).toBe("memory");
  },
);

it("what is shared keeps a generation no longer", async () => {
  await home(api);
  await inRedis((client) => client.pExpire(TAG, 60_000));
  await home(second);
  await untilShared();
  const leftMs = await inRedis((client) => client.pTTL(TAG));
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThanOrEqual(60_000);
});

it("nobody marks what a write holds open", async () => {
  const tag = cacheKeys.tagGeneration(cacheTags.playerItems(4n));
  const open = `open somebody.1@${Date.now() + 60_000}`;
  await inRedis((client) => client.set(tag, open, { expiration: { type: "PX", value: 60_000 } }));
  expect((await home(third, 4)).source).toBe("uncached");
  expect(await inRedis((client) => client.get(tag))).toBe(open);
  await inRedis((client) => client.del(tag));
});

it.each([
  { what: "another generation", value: "newer.2" },
  { what: "another generation with a mark", value: "newer.2~1" },
  { what: "a write's holder", value: "open somebody.1@9" },
])("a mark that comes late leaves $what alone", async ({ value }) => {
  const late = async (mark: Mark) => {
    const client = createCacheRedis({
      url: process.env["SATCHEL_TEST_REDIS_URL"]!,
      keyPrefix: keyPrefixOf(api.database.databaseUrl),
      onLost: () => undefined,
      onBack: () => undefined,
    });
    await client.start();
    await client.run(5_000, (ready) => ready.markTags(new Map([[cacheTags.playerItems(1n), "older.1"]]), mark));
    client.stop();
  };
  await inRedis((client) => client.set(TAG, value));
  await late(SHARED);
  await late(ASKED);
  expect(await standing()).toBe(value);
});

it("a generation is the same whatever stands behind it", () => {
  const marks = ["", "~1700000000000", "+1700000000000"];
  for (const mark of marks) {
    expect(generationIn(`a-1.2${mark}`)).toBe("a-1.2");
    for (const other of marks) expect(isSameGeneration(`a-1.2${mark}`, `a-1.2${other}`)).toBe(true);
    expect(isSameGeneration(`a-1.2${mark}`, `a-1.3${mark}`)).toBe(false);
  }
});

it.each([
  { values: [], demand: "shared" },
  { values: ["a"], demand: "first" },
  { values: ["a~1", "b"], demand: "first" },
  { values: ["a~1", "b+1"], demand: "repeated" },
  { values: ["a+1", "b+1"], demand: "shared" },
])("under $values it is $demand", ({ values, demand }) => {
  expect(demandUnder(values)).toBe(demand);
});
