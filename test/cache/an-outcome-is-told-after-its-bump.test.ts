// What a write is answered is told to nobody before all processes know that something has changed: also where COMMIT's
// reply was lost, and the answer was found by looking again; also to twins that one group has answered. While a
// COMMIT of which nobody has heard may land still, nobody keeps what it would make old.

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { generationIn } from "../../src/cache/demand.ts";
import { cacheKeys } from "../../src/cache/keys.ts";
import { cacheTags } from "../../src/cache/tags.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { openRoute, type Route } from "../faults/kit/route.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { until } from "../kit/until.ts";
import { lines, write } from "../kit/writes.ts";

const { writeSilenceMs, commandMs, fenceMs } = limits;
/** Of MySQL, after which COMMIT's reply counts as lost. */
const SILENCE_MS = 300;
/** Time in which a write that does not wait for Redis is answered. */
const HASTY_MS = 100;

let mysql: Route;
let redis: FaultProxy;
/** Behind both. */
let api: TestApi;
/** Another process, to which nothing happens. */
let twin: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi({
    route: async (databaseUrl) => (mysql = await openRoute(databaseUrl)).url,
    redisRoute: async (redisUrl) => (redis = await startFaultProxy(redisUrl)).url,
  });
  twin = await startApi({ twinOf: api });
});
afterAll(async () => {
  await twin.close();
  await api.close();
  await redis.close();
  await mysql.close();
});
beforeEach(() => untilKept(api));
afterEach(() => {
  Object.assign(limits, { writeSilenceMs, commandMs, fenceMs });
  redis.mend();
  redis.thaw();
});

const key = cacheKeys.tagGeneration(cacheTags.playerItems(1n));
const standing = async () =>
  generationIn(String(await withCacheRedis(api.database.databaseUrl, (client) => client.get(key))));
const home = (server: TestApi) => askWatched(server, "HomeScreen", { token: server.tokenFor(1) });
const versionAt = async (server: TestApi) => BigInt((await home(server)).body.data.viewer.version);
const give = (idempotencyKey: string = randomUUID()) =>
  write(api.url, {
    operation: "GrantItems",
    input: { playerId: playerGlobalId(1n), items: lines({ 4: 1 }) },
    token: api.tokenFor("games", "service"),
    key: idempotencyKey,
  });

/** Resolves when the server tells answers from its memory. */
async function untilKept(server: TestApi): Promise<void> {
  await until(
    async () => (await home(server)).source === "memory",
    () => "nothing is kept",
  );
}

it("tells an outcome that was found out after a bump of its own: nobody tells the old any more", async () => {
  const version = await versionAt(api);
  Object.assign(limits, { writeSilenceMs: SILENCE_MS, fenceMs: 20_000 });
  // Redis never hears that the tag is opened: only what is done after COMMIT tells anybody.
  redis.cut();
  const committing = mysql.holdCommit();
  const writing = give();
  const handOn = await committing;
  redis.mend();
  await untilKept(api);
  await untilKept(twin);
  const found = mysql.holdCommit();
  await new Promise<void>((answered) => handOn(answered));
  // In the database by now, and known to nobody.
  expect([(await home(twin)).source, await versionAt(twin)]).toEqual(["memory", version]);
  const tell = await found;
  redis.freeze();
  tell();
  expect(await Promise.race([writing, delay(HASTY_MS, "nobody")])).toBe("nobody");
  redis.thaw();
  const { payload, replayed } = await writing;
  expect([payload?.userErrors, replayed]).toEqual([[], false]);
  for (const server of [twin, api]) expect(await versionAt(server)).toBe(version + 1n);
});

it("leaves the tags open while COMMIT may land, though nobody waits for that any more", async () => {
  const version = await versionAt(api);
  Object.assign(limits, { writeSilenceMs: SILENCE_MS, commandMs: 500 });
  const committing = mysql.holdCommit();
  const writing = give();
  const handOn = await committing;
  expect((await writing).code).toBe("OUTCOME_UNKNOWN");
  for (const server of [twin, twin, api, api]) {
    const { source, body } = await home(server);
    expect([source, body.data.viewer.version]).toEqual(["uncached", String(version)]);
  }
  handOn();
  await until(
    async () => (await versionAt(twin)) === version + 1n,
    () => "the held COMMIT has not landed, or is not seen",
    5_000,
  );
  // For what comes next: else for a minute.
  await withCacheRedis(api.database.databaseUrl, (client) => client.del(key));
});

it("answers neither of two twins in one group before the bump", async () => {
  Object.assign(limits, { fenceMs: 20_000 });
  const first = mysql.holdCommit();
  const before = give();
  const letGo = await first;
  api.statements.length = 0;
  // Both wait for the group that is out, and leave together.
  const idempotencyKey = randomUUID();
  const twins = [give(idempotencyKey), give(idempotencyKey)];
  await until(
    async () => (await api.app.metrics.commandsWaiting.get()).values[0]!.value === 2,
    () => "they do not wait",
  );
  const second = mysql.holdCommit();
  letGo();
  await before;
  const handOn = await second;
  const bumped = await standing();
  redis.freeze();
  handOn();
  expect(await Promise.race([...twins, delay(HASTY_MS, "nobody")])).toBe("nobody");
  redis.thaw();
  const generations = await Promise.all(twins.map((answered) => answered.then(standing)));
  for (const generation of generations) expect(generation).not.toMatch(/^open /);
  expect(new Set([bumped, ...generations]).size).toBe(2);
  const answers = await Promise.all(twins);
  expect(answers.filter(({ replayed }) => replayed)).toHaveLength(1);
  expect(api.statements.filter(({ sql }) => sql === "COMMIT")).toHaveLength(1);
});
