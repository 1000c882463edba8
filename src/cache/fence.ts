// The one door between committed writes and cached answers. What a write changes is named by tags; each tag
// has a generation in Redis, and a cached answer counts only while the generations that it was made under
// stand. Every answer that reveals an effect is preceded by a bump made after its commit was known.

import { randomUUID } from "node:crypto";
import { limits } from "../runtime/limits.ts";
import { cacheKeys } from "./keys.ts";
import type { CacheRedis } from "./redis.ts";

export interface Fence {
  /**
   * Runs `commit` and then bumps the tags. Rejects only as `commit` does: a bump that could not be
   * confirmed in time is reported, and never fails a write that is done.
   */
  around(tags: readonly string[], commit: () => Promise<void>): Promise<void>;
}

export interface FenceOptions {
  readonly redis: CacheRedis;
  /** Called with each bump that was not confirmed. */
  readonly onFailure: (error: unknown, tags: readonly string[]) => void;
}

export function createFence({ redis, onFailure }: FenceOptions): Fence {
  // Never the same twice, in this process or another, before or after Redis lost everything.
  const processId = randomUUID();
  let bumps = 0;
  return {
    async around(tags, commit) {
      await commit();
      if (tags.length === 0) return;
      bumps += 1;
      const generation = `${processId}.${bumps}`;
      try {
        await redis.run(limits.fenceMs, (client) =>
          client.mSet(tags.map((tag): [string, string] => [cacheKeys.tagGeneration(tag), generation])),
        );
      } catch (error) {
        onFailure(error, tags);
      }
    },
  };
}
