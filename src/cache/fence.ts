// The one door between committed writes and cached answers. A write opens the tags of what it changes before its
// COMMIT is sent, and closes them with new generations after it. While a tag is open nobody takes or
// puts a cached answer that depends on it; afterwards none from before counts.
//
// Redis never fails a write. A close that it did not confirm is owed: it is tried again until it is, and
// meanwhile this process does not use the cache (epoch.ts).

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { limits } from "../runtime/limits.ts";
import type { Epoch } from "./epoch.ts";
import type { CacheRedis } from "./redis.ts";

export interface Fence {
  /** Resolves once the tags are open, or Redis has not confirmed it in time. Never rejects. */
  open(tags: readonly string[]): Promise<OpenFence>;
  /**
   * Resolves once Redis knows what is owed, at once where nothing is; after a while without (limits.fenceStopMs), and
   * others may then tell what is old. No write may be under way.
   */
  stop(): Promise<void>;
}

export interface OpenFence {
  /**
   * Gives new generations to the opened tags and to `others`, which answers reveal without changing them.
   * After the commit is known, before anybody is answered. Resolves once confirmed, or not in time; never rejects.
   */
  close(others?: readonly string[]): Promise<void>;
}

export interface FenceOptions {
  readonly redis: CacheRedis;
  readonly epoch: Epoch;
  /** Called with each call that was not confirmed, how many tags are owed by then, and whether the call before it was. */
  readonly onFailure: (error: unknown, owedCount: number, isFirst: boolean) => void;
  /** Called whenever tags are no longer owed. */
  readonly onPaid: (owedCount: number) => void;
}

export function createFence({ redis, epoch, onFailure, onPaid }: FenceOptions): Fence {
  // Never the same twice, in this process or another, before or after Redis lost everything.
  const processId = randomUUID();
  let count = 0;
  const owed = new Map<string, Set<string>>();
  let paying: Promise<void> | null = null;
  let isFailing = false;
  const stopping = new AbortController();

  const nextId = (): string => {
    count += 1;
    return `${processId}.${count}`;
  };

  const closeTags = async (tags: readonly string[], holder: string): Promise<void> => {
    await redis.run(limits.fenceMs, (client) => client.closeTags(tags, holder, nextId(), limits.generationMs));
    isFailing = false;
  };

  const fail = (error: unknown): void => {
    epoch.distrust();
    onFailure(error, owed.size, !isFailing);
    isFailing = true;
  };

  const owe = (tags: readonly string[], holder: string): void => {
    for (const tag of tags) {
      const holders = owed.get(tag);
      if (holders !== undefined) holders.add(holder);
      // Past the bound the epoch alone says it, which is distrusted by now; the marker expires.
      else if (owed.size < limits.owedTagsMax) owed.set(tag, new Set([holder]));
    }
    paying ??= pay().finally(() => (paying = null));
  };

  const pay = async (): Promise<void> => {
    while (owed.size > 0 && !stopping.signal.aborted) {
      const [tag, holders] = owed.entries().next().value!;
      const [holder] = holders;
      try {
        await closeTags([tag], holder!);
        holders.delete(holder!);
        if (holders.size === 0) owed.delete(tag);
        onPaid(owed.size);
      } catch {
        await delay(limits.fenceRetryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  return {
    async open(tags) {
      const holder = nextId();
      if (tags.length > 0) {
        try {
          await redis.run(limits.fenceMs, (client) => client.openTags(tags, holder, limits.fenceOpenMs));
          isFailing = false;
        } catch (error) {
          fail(error);
        }
      }
      return {
        async close(others = []) {
          const all = [...new Set([...tags, ...others])];
          if (all.length === 0) return;
          try {
            await closeTags(all, holder);
          } catch (error) {
            owe(all, holder);
            fail(error);
          }
        },
      };
    },
    async stop() {
      const giveUp = setTimeout(() => stopping.abort(), limits.fenceStopMs);
      await paying;
      clearTimeout(giveUp);
      // Nothing is paid from here on: Redis is let go next.
      stopping.abort();
    },
  };
}
