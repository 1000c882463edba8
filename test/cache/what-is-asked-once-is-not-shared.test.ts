// An answer goes to Redis when somebody asks for it a second time, here or elsewhere, and is looked for there only where
// one has been put: what is asked for once costs Redis nothing but its generations. Nothing of that changes what is told.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { cacheKeys } from "../../src/cache/keys.ts";
import { demandUnder, generationIn, isSameGeneration } from "../../src/cache/demand.ts";
import { cacheTags } from "../../src/cache/tags.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

let api: TestApi;
let second: TestApi;
let third: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi();
  second = await startApi({ twinOf: api });
  third = await startApi({ twinOf: api });
});
afterAll(async () => {
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

it("the first to ask keeps it to itself, and the next one here shares it", async () => {
  expect((await home(api)).source).toBe("computed");
  expect([await storedCount(), await standing()]).toEqual([0, expect.stringMatching(/^[\w.-]+~\d+$/)]);
  expect((await home(api)).source).toBe("memory");
  await untilStored();
  await until(
    async () => /^[\w.-]+\+$/.test((await standing()) ?? ""),
    () => "the tag does not say so",
  );
  expect((await home(second)).source).toBe("redis");
});

it("the next one elsewhere computes it too, and shares it", async () => {
  expect((await home(api)).source).toBe("computed");
  expect((await home(second)).source).toBe("computed");
  await untilStored();
  expect((await home(third)).source).toBe("redis");
});

it("an answer outlives every mark that is set behind its generation", async () => {
  await home(api);
  await home(second);
  await untilStored();
  await home(third);
  const sources = [(await home(api)).source, (await home(second)).source, (await home(third)).source];
  expect(sources).toEqual(["memory", "memory", "memory"]);
});

it("a write makes it new again", async () => {
  await home(api);
  await home(api);
  await untilStored();
  await grant(api, 1, { 4: 1 });
  expect(await standing()).toMatch(/^[\w.-]+$/);
  const version = (await home(second)).body.data.viewer.version;
  expect(version).toBe((await home(api)).body.data.viewer.version);
});

it("a mark counts for as long as an answer lives", async () => {
  // Whom nobody has asked for here: what is kept already asks for no marks.
  const tag = cacheKeys.tagGeneration(cacheTags.playerItems(2n));
  await home(api, 2);
  const [generation = ""] = ((await inRedis((client) => client.get(tag))) ?? "").split("~");
  const old = `${generation}~${Date.now() - limits.answerMs - 1_000}`;
  await inRedis((client) => client.set(tag, old, { expiration: "KEEPTTL" }));
  expect((await home(second, 2)).source).toBe("computed");
  expect(await inRedis((client) => client.get(tag))).toMatch(/~\d+$/);
  expect(await inRedis((client) => client.get(tag))).not.toBe(old);
  expect(await storedCount()).toBe(0);
  expect((await home(api, 2)).source).toBe("memory");
});

it("keeps a generation no longer for being marked", async () => {
  await home(api);
  await inRedis((client) => client.pExpire(TAG, 10_000));
  await home(second);
  await untilStored();
  expect(await inRedis((client) => client.pTTL(TAG))).toBeLessThanOrEqual(10_000);
});

it("marks nothing that a write holds open", async () => {
  await inRedis((client) =>
    client.set(TAG, `open somebody.1@${Date.now() + 60_000}`, { expiration: { type: "PX", value: 60_000 } }),
  );
  expect((await home(api)).source).toBe("uncached");
  expect(await standing()).toMatch(/^open somebody\.1@\d+$/);
});

it("a generation is the same whatever stands behind it", () => {
  const marks = ["", "~1700000000000", "+"];
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
  { values: ["a~1", "b+"], demand: "repeated" },
  { values: ["a+", "b+"], demand: "shared" },
])("under $values it is $demand", ({ values, demand }) => {
  expect(demandUnder(values)).toBe(demand);
});
