// What stands: the generations of tags and the epoch, read for all requests of one turn of the event loop in
// one MGET, and for all that arrive while one is out in the next. A cached answer counts only while exactly those
// stand under which it was made.

import { randomUUID } from "node:crypto";
import { limits } from "../runtime/limits.ts";
import type { Epoch } from "./epoch.ts";
import { OPEN } from "./fence-scripts.ts";
import { cacheKeys } from "./keys.ts";
import type { CacheRedis } from "./redis.ts";

export interface Generations {
  /** The epoch, and the generation of each tag in the order of the tags: equal values, same state. */
  readonly values: readonly string[];
  /** A write is under way: nothing may be taken from the cache or put into it. */
  readonly isOpen: boolean;
}

export interface GenerationReader {
  /**
   * Calls `tell` once, later on, with what stands for the tags, read after this call. Null where that cannot be
   * known now: Redis is away or slow, or its epoch may not be used. By a callback, since it is met by every hit.
   */
  read(tags: readonly string[], tell: (generations: Generations | null) => void): void;
}

export interface GenerationReaderOptions {
  readonly redis: CacheRedis;
  readonly epoch: Epoch;
  readonly onFailure: (error: unknown) => void;
}

/** The values as one text. */
export function generationsText({ values }: Generations): string {
  return values.join(" ");
}

interface Asked {
  readonly tags: readonly string[];
  readonly tell: (generations: Generations | null) => void;
}

export function createGenerationReader({ redis, epoch, onFailure }: GenerationReaderOptions): GenerationReader {
  const processId = randomUUID();
  let made = 0;
  let asked: Asked[] = [];
  let isScheduled = false;
  let isOut = false;
  let pausedUntilMs = 0;

  /** After what has arrived in this turn has asked as well. */
  const schedule = (): void => {
    if (isScheduled || isOut || asked.length === 0) return;
    isScheduled = true;
    setImmediate(flush);
  };

  const flush = (): void => {
    isScheduled = false;
    isOut = true;
    const batch = asked;
    asked = [];
    readAll(placesOf(batch)).then(
      (found) => {
        isOut = false;
        for (const { tags, tell } of batch) tell(found === null ? null : generationsOf(tags, found));
        schedule();
      },
      (error: unknown) => {
        isOut = false;
        // Nobody waits again for what has just not answered.
        pausedUntilMs = performance.now() + limits.cachePauseMs;
        onFailure(error);
        const others = asked;
        asked = [];
        for (const { tell } of [...batch, ...others]) tell(null);
      },
    );
  };

  /** Null where the epoch may not be used. */
  const readAll = async (places: ReadonlyMap<string, number>): Promise<Found | null> => {
    const tags = [...places.keys()];
    const [epochId, shut, ...values] = await redis.run(limits.cacheReadMs, (client) =>
      client.mGet([cacheKeys.epoch, cacheKeys.epochShut, ...tags.map(cacheKeys.tagGeneration)]),
    );
    if (typeof epochId !== "string") epoch.create();
    if (typeof epochId !== "string" || typeof shut === "string" || !epoch.isTrusted()) return null;
    const missing = tags.filter((_, place) => typeof values[place] !== "string");
    if (missing.length > 0) {
      const instead = await makeMissing(missing);
      for (const [place, tag] of missing.entries()) values[places.get(tag)!] = instead[place]!;
    }
    return { epochId, places, values: values as string[] };
  };

  /** Never one that was there before, here or elsewhere: what was made under a lost one must not come back. */
  const makeMissing = async (tags: readonly string[]): Promise<string[]> => {
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
    return before.map((value) => (typeof value === "string" ? value : generation));
  };

  return {
    read(tags, tell) {
      if (!epoch.isTrusted() || performance.now() < pausedUntilMs) {
        queueMicrotask(() => tell(null));
        return;
      }
      asked.push({ tags, tell });
      schedule();
    },
  };
}

/** What one reading has brought. */
interface Found {
  readonly epochId: string;
  /** Of each tag among the values. */
  readonly places: ReadonlyMap<string, number>;
  readonly values: readonly string[];
}

function placesOf(batch: readonly Asked[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const { tags } of batch) {
    for (const tag of tags) if (!places.has(tag)) places.set(tag, places.size);
  }
  return places;
}

function generationsOf(tags: readonly string[], { epochId, places, values }: Found): Generations {
  const standing = [epochId];
  let isOpen = false;
  for (const tag of tags) {
    const value = values[places.get(tag)!]!;
    isOpen ||= value.startsWith(OPEN);
    standing.push(value);
  }
  return { values: standing, isOpen };
}
