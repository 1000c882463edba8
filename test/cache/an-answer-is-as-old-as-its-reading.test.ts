// The life of an answer begins with the reading that it was made of, not when that has come back: a slow one is old when
// it is there, for this process and for all others.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";

const { untaggedAnswerMs } = limits;
/** Of leaderboards: shorter than a statement may take. */
const LIFE_MS = 300;

let api: TestApi;
let twin: TestApi;
beforeAll(async () => {
  waitForRedis();
  Object.assign(limits, { untaggedAnswerMs: LIFE_MS });
  api = await startApi();
  twin = await startApi({ twinOf: api });
});
afterAll(async () => {
  Object.assign(limits, { untaggedAnswerMs });
  await twin.close();
  await api.close();
});
beforeEach(() => api.forgetAnswers());

/** Asked for while MySQL takes longer than the answer lives. */
async function slowBoard(): Promise<void> {
  const lock = await lockTable(api.database, "run_total");
  const asked = askWatched(api, "Leaderboard");
  await until(
    () => lock.isWaitedFor(),
    () => "nobody has asked the database",
  );
  const waitingAtMs = performance.now();
  await until(
    () => performance.now() - waitingAtMs > LIFE_MS,
    () => "time stands still",
  );
  await lock.release();
  expect((await asked).source).toBe("computed");
}

/** What is left of the one leaderboard that Redis holds; null where it holds none. */
function leftMs(): Promise<number | null> {
  return withCacheRedis(api.database.databaseUrl, async (client) => {
    const prefix = `satchel:${api.database.name}:`;
    const [key] = await client.keys(`${prefix}answer:*`);
    return key === undefined ? null : client.pTTL(key.slice(prefix.length));
  });
}

it("so one that took longer than it lives is told to nobody else", async () => {
  await slowBoard();
  expect((await askWatched(api, "Leaderboard")).source).toBe("computed");
  expect((await askWatched(api, "Leaderboard")).source).toBe("memory");
});

it("and is as old for all others", async () => {
  await slowBoard();
  let left: number | null = null;
  await until(
    async () => {
      left = await leftMs();
      return left !== null;
    },
    () => "it is not in Redis",
  );
  expect(left).toBeLessThanOrEqual(limits.outageAnswerMs - LIFE_MS);
  expect((await askWatched(twin, "Leaderboard")).source).toBe("computed");
});
