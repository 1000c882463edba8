// Makes every answer old that the servers of a database have cached: for commands that write past them.

import { randomUUID } from "node:crypto";
import { keyPrefixOf } from "../src/cache/keys.ts";
import { createCacheRedis } from "../src/cache/redis.ts";
import { redisAddressOf } from "../src/runtime/redis-address.ts";
import { limits } from "../src/runtime/limits.ts";

export interface CacheUrls {
  readonly databaseUrl: string;
  /** Null where the command was told of a database alone. */
  readonly redisUrl: string | null;
}

/** Whether the cache Redis has confirmed it; what was cached before is told for up to 30 s where it has not. */
export async function giveNewEpoch({ databaseUrl, redisUrl }: CacheUrls): Promise<boolean> {
  if (redisUrl === null || redisAddressOf(redisUrl) === null) return false;
  const nothing = (): void => undefined;
  const redis = createCacheRedis({
    url: redisUrl,
    keyPrefix: keyPrefixOf(databaseUrl),
    onLost: nothing,
    onBack: nothing,
  });
  await redis.start();
  try {
    await redis.run(limits.fenceMs, (client) => client.renewEpoch(randomUUID(), limits.epochShutMs, "always"));
    return true;
  } catch {
    return false;
  } finally {
    redis.stop();
  }
}
