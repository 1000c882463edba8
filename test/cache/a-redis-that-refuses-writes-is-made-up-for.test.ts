// A Redis that answers, and refuses what a write has to say (its memory is full): no connection is lost, reads of it go
// on. The process that could not say it uses nothing that is cached until it has given a new epoch; what
// it owes is paid as well, as far as it remembers.

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { OPEN } from "../../src/cache/fence-scripts.ts";
import { cacheKeys, keyPrefixOf } from "../../src/cache/keys.ts";
import { cacheTags } from "../../src/cache/tags.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startRedisProcess, type RedisProcess } from "../faults/kit/redis-process.ts";
import { openRoute, type Route } from "../faults/kit/route.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

const { owedTagsMax } = limits;
const PLAYERS = [1, 2] as const;

let redis: RedisProcess;
let mysql: Route;
let api: TestApi;
let twin: TestApi;
beforeAll(async () => {
  waitForRedis();
  redis = await startRedisProcess();
  const redisRoute = async () => redis.url;
  api = await startApi({
    environment: { LOG_LEVEL: "warn" },
    route: async (databaseUrl) => (mysql = await openRoute(databaseUrl)).url,
    redisRoute,
  });
  twin = await startApi({ twinOf: api, redisRoute });
  await redis.begin(keyPrefixOf(api.database.databaseUrl));
});
afterAll(async () => {
  await twin.close();
  await api.close();
  await mysql.close();
  await redis.close();
});
beforeEach(async () => {
  for (const server of [api, twin]) await untilKept(server);
});
afterEach(async () => {
  Object.assign(limits, { owedTagsMax });
  await redis.takeWrites();
  // No connection was lost: whatever was made up for was for the refusals alone.
  expect(api.logLines.map(({ msg }) => msg).filter((msg) => /is away/.test(msg))).toEqual([]);
});

const home = (server: TestApi, playerId: number) =>
  askWatched(server, "HomeScreen", { token: server.tokenFor(playerId) });
const versionAt = async (server: TestApi, playerId: number) =>
  BigInt((await home(server, playerId)).body.data.viewer.version);
const standing = (key: string) => redis.get(keyPrefixOf(api.database.databaseUrl) + key);
const owed = async () => (await api.app.metrics.fenceOwed.get()).values[0]!.value;

/** Resolves when the server tells each player's from its memory. */
async function untilKept(server: TestApi): Promise<void> {
  for (const playerId of PLAYERS) {
    await until(
      async () => (await home(server, playerId)).source === "memory",
      () => "nothing is kept",
    );
  }
}

it("uses no cached answer after a write that it could not tell, and gives a new epoch before it does again", async () => {
  const epoch = await standing(cacheKeys.epoch);
  const version = await versionAt(api, 1);
  await redis.refuseWrites();
  await grant(api, 1, { 4: 1 });
  const { source, body } = await home(api, 1);
  expect([source, body.data.viewer.version]).toEqual(["uncached", String(version + 1n)]);
  await redis.takeWrites();
  await untilKept(api);
  expect(await standing(cacheKeys.epoch)).not.toBe(epoch);
  expect(await versionAt(twin, 1)).toBe(version + 1n);
});

it("closes what it had opened, though the close was refused: nobody does without those answers for a minute", async () => {
  const key = cacheKeys.tagGeneration(cacheTags.playerItems(1n));
  const committing = mysql.holdCommit();
  const writing = grant(api, 1, { 4: 1 });
  const handOn = await committing;
  expect(await standing(key)).toMatch(/^open /);
  await redis.refuseWrites();
  handOn();
  await writing;
  expect(await standing(key)).toMatch(/^open /);
  await redis.takeWrites();
  await until(
    async () => !String(await standing(key)).startsWith(OPEN),
    () => "the tag is open still",
    5_000,
  );
});

it("remembers so many tags, and makes up for those beyond by the epoch alone", async () => {
  Object.assign(limits, { owedTagsMax: 1 });
  const versions = [await versionAt(api, 1), await versionAt(api, 2)];
  await redis.refuseWrites();
  for (const playerId of PLAYERS) await grant(api, playerId, { 4: 1 });
  expect(await owed()).toBe(1);
  await redis.takeWrites();
  await untilKept(api);
  for (const server of [api, twin]) {
    const now = [await versionAt(server, 1), await versionAt(server, 2)];
    expect(now).toEqual(versions.map((version) => version + 1n));
  }
  await until(
    async () => (await owed()) === 0,
    () => "it is still owed",
  );
});
