// A process that stalls hears nothing while it does. That is no silence of Redis: the connection stays, no epoch is
// begun for it, and the next answers come from the cache, also those that were asked for in the midst of it.

import { afterAll, beforeAll, expect, it } from "vitest";
import { cacheKeys } from "../../src/cache/keys.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { answersFrom, askWatched, untilCaching } from "../kit/caching.ts";

const STALL_MS = 2 * limits.redisSilenceMs;
/** Turns of the loop that each take longer than a reading of Redis may. */
const SLOW_TURNS = 10;
const SLOW_TURN_MS = 4 * limits.cacheReadMs;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await untilCaching(api);
});
afterAll(() => api.close());

const home = () => askWatched(api, "HomeScreen", { token: api.tokenFor(1) });
const epochNow = () => withCacheRedis(api.database.databaseUrl, (client) => client.get(cacheKeys.epoch));
const failures = async () => {
  const { values } = await api.app.metrics.cacheFailures.get();
  return values.reduce((sum, { value }) => sum + value, 0);
};

/** Keeps this process, and with it the server, from everything else. */
function stall(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

it("keeps its epoch and its answers over a stall that is longer than Redis may be silent", async () => {
  await home();
  expect((await home()).source).toBe("memory");
  const epoch = await epochNow();
  for (let turn = 0; turn < 3; turn += 1) {
    stall(STALL_MS);
    expect((await home()).source).toBe("memory");
  }
  expect(await epochNow()).toBe(epoch);
});

it("answers hits as such while each turn takes longer than a reading of Redis may", async () => {
  await home();
  const [hitsBefore, failuresBefore] = [await answersFrom(api.app, "memory"), await failures()];
  const asked = [];
  for (let turn = 0; turn < SLOW_TURNS; turn += 1) {
    asked.push(home());
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    stall(SLOW_TURN_MS);
  }
  await Promise.all(asked);
  expect((await answersFrom(api.app, "memory")) - hitsBefore).toBe(SLOW_TURNS);
  expect((await failures()) - failuresBefore).toBe(0);
});
