// What stands: the generations of tags and the epoch, read for all requests of one turn of the event loop in
// one MGET. A cached answer counts only while exactly those stand under which it was made.

import { randomUUID } from "node:crypto";
import { limits } from "../runtime/limits.ts";
import type { Epoch } from "./epoch.ts";
import { OPEN } from "./fence-scripts.ts";
import { cacheKeys } from "./keys.ts";
import type { CacheRedis } from "./redis.ts";

export interface Generations {
  /** Epoch and generations as one text: equal text, same state. */
  readonly text: string;
  /** A write is under way: nothing may be taken from the cache or put into it. */
  readonly isOpen: boolean;
}

export interface GenerationReader {
  /**
   * What stands for the tags, read after this call. Null where that cannot be known now: Redis is away or
   * slow, or its epoch may not be used. Never rejects.
   */
  read(tags: readonly string[]): Promise<Generations | null>;
}

export interface GenerationReaderOptions {
  readonly redis: CacheRedis;
  readonly epoch: Epoch;
  readonly onFailure: (error: unknown) => void;
}

interface Asked {
  readonly tags: readonly string[];
  readonly resolve: (generations: Generations | null) => void;
}

export function createGenerationReader({ redis, epoch, onFailure }: GenerationReaderOptions): GenerationReader {
  const processId = randomUUID();
  let made = 0;
  let asked: Asked[] = [];
  let pausedUntilMs = 0;

  const flush = (): void => {
    const batch = asked;
    asked = [];
    readAll([...new Set(batch.flatMap(({ tags }) => tags))]).then(
      (values) => {
        for (const { tags, resolve } of batch) resolve(values === null ? null : generationsOf(tags, values));
      },
      (error: unknown) => {
        // Nobody waits again for what has just not answered.
        pausedUntilMs = performance.now() + limits.cachePauseMs;
        onFailure(error);
        for (const { resolve } of batch) resolve(null);
      },
    );
  };

  /** Values by tag and the epoch under "", or null where the epoch may not be used. */
  const readAll = async (tags: readonly string[]): Promise<Map<string, string> | null> => {
    const [epochId, shut, ...values] = await redis.run(limits.cacheReadMs, (client) =>
      client.mGet([cacheKeys.epoch, cacheKeys.epochShut, ...tags.map(cacheKeys.tagGeneration)]),
    );
    if (typeof epochId !== "string") epoch.create();
    if (typeof epochId !== "string" || typeof shut === "string" || !epoch.isTrusted()) return null;
    const found = new Map<string, string>([["", epochId]]);
    const missing: string[] = [];
    for (const [place, tag] of tags.entries()) {
      const value = values[place];
      if (typeof value === "string") found.set(tag, value);
      else missing.push(tag);
    }
    if (missing.length > 0) await makeMissing(missing, found);
    return found;
  };

  /** Never one that was there before, here or elsewhere: what was made under a lost one must not come back. */
  const makeMissing = async (tags: readonly string[], found: Map<string, string>): Promise<void> => {
    made += 1;
    const generation = `${processId}.${made}`;
    const before = await redis.run(limits.cacheReadMs, (client) =>
      Promise.all(
        tags.map((tag) =>
          client.set(cacheKeys.tagGeneration(tag), generation, {
            condition: "NX",
            GET: true,
            expiration: { type: "PX", value: limits.generationMs },
          }),
        ),
      ),
    );
    for (const [place, tag] of tags.entries()) {
      const value = before[place];
      found.set(tag, typeof value === "string" ? value : generation);
    }
  };

  return {
    read(tags) {
      if (!epoch.isTrusted() || performance.now() < pausedUntilMs) return Promise.resolve(null);
      return new Promise((resolve) => {
        // After what has arrived in this turn has asked as well.
        if (asked.length === 0) setImmediate(flush);
        asked.push({ tags, resolve });
      });
    },
  };
}

function generationsOf(tags: readonly string[], values: ReadonlyMap<string, string>): Generations {
  let text = values.get("")!;
  let isOpen = false;
  for (const tag of tags) {
    const value = values.get(tag)!;
    isOpen ||= value.startsWith(OPEN);
    text += ` ${value}`;
  }
  return { text, isOpen };
}
