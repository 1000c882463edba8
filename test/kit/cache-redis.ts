// The cache Redis as the server of one test database sees it: the same keys, and nothing of other databases. For
// tests that look at what stands there, or put something there that a server would not.

import { randomUUID } from "node:crypto";
import { cacheKeys, keyPrefixOf } from "../../src/cache/keys.ts";
import { createCacheRedis, type CacheRedis } from "../../src/cache/redis.ts";

const COMMAND_MS_MAX = 5_000;

/** Past every proxy of the test. */
export async function withCacheRedis<T>(
  databaseUrl: string,
  use: (client: Parameters<Parameters<CacheRedis["run"]>[1]>[0]) => Promise<T>,
): Promise<T> {
  const redis = createCacheRedis({
    url: process.env["SATCHEL_TEST_REDIS_URL"]!,
    keyPrefix: keyPrefixOf(databaseUrl),
    onLost: () => undefined,
    onBack: () => undefined,
  });
  await redis.start();
  try {
    return await redis.run(COMMAND_MS_MAX, use);
  } finally {
    redis.stop();
  }
}

/** Makes every answer old that is cached, in all processes; a cache that was not there yet is used from now on. */
export async function giveNewEpoch(databaseUrl: string): Promise<void> {
  await withCacheRedis(databaseUrl, (client) => client.set(cacheKeys.epoch, randomUUID()));
}
