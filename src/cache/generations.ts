// What stands: the generations of tags and the epoch, read for all requests of one turn of the event loop in
// one command, and for all that arrive while one is out in the next. A cached answer counts only while exactly those
// stand under which it was made.

import { randomUUID } from "node:crypto";
import { limits } from "../runtime/limits.ts";
import { ASKED, generationIn, SHARED, type Mark } from "./demand.ts";
import type { Epoch } from "./epoch.ts";
import { OPEN } from "./fence-scripts.ts";
import { cacheKeys } from "./keys.ts";
import type { CacheRedis } from "./redis.ts";

export interface Generations {
  /**
   * The epoch, and the generation of each tag in the order of the tags with how much it is in demand (demand.ts): equal
   * generations, same state.
   */
  readonly values: readonly string[];
  /** A write is under way: nothing may be taken from the cache or put into it. */
  readonly isOpen: boolean;
}

export interface GenerationReader {
  /**
   * Calls `tell` once, later on, with what stands for the tags, read after this call. Null where that cannot be
   * known now: Redis is away or slow, or its epoch may not be used. By a callback, since it is met by every hit.
   * `isInVain` is said by whoever knows already that he has no answer: the next one who has none will hear of it.
   */
  read(tags: readonly string[], tell: (generations: Generations | null) => void, isInVain?: boolean): void;
  /**
   * Tells all processes, soon, that an answer to what depends on the tags was asked for in vain, or is shared, under
   * these.
   */
  mark(mark: Mark, tags: readonly string[], generations: Generations["values"]): void;
}

export interface GenerationReaderOptions {
  readonly redis: CacheRedis;
  readonly epoch: Epoch;
  readonly onFailure: (error: unknown) => void;
}

/** The generations alone, as one text. */
export function generationsText({ values }: Pick<Generations, "values">): string {
  return values.map(generationIn).join(" ");
}

interface Asked {
  readonly tags: readonly string[];
  readonly tell: (generations: Generations | null) => void;
  readonly isInVain: boolean;
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
    // Tags that nobody has asked for may have no generation yet.
    const isInVain = batch.some((asking) => asking.isInVain);
    readAll(placesOf(batch), isInVain).then(
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
  const readAll = async (places: ReadonlyMap<string, number>, isInVain: boolean): Promise<Found | null> => {
    const tags = [...places.keys()];
    let standing = checked(await (isInVain ? readOrMake(tags) : readOnly(tags)), tags);
    if (standing.includes(null, 2)) standing = checked(await readOrMake(tags), tags);
    const [epochId = null, shut, ...values] = standing;
    if (epochId === null) epoch.create();
    if (epochId === null || typeof shut === "string" || !epoch.isTrusted()) return null;
    return { epochId, places, values: values as string[] };
  };

  /** What is no reply to that question was one to another: what follows on this connection would be, too. */
  const checked = (reply: unknown, { length }: readonly string[]): (string | null)[] => {
    if (isReading(reply, length + 2)) return reply;
    redis.giveUp("its reply is none to what was asked");
    throw new TypeError("not what stands for the tags");
  };

  const readOnly = (tags: readonly string[]): Promise<(string | null)[]> =>
    redis.run(limits.cacheReadMs, (client) =>
      client.mGet([cacheKeys.epoch, cacheKeys.epochShut, ...tags.map(cacheKeys.tagGeneration)]),
    );

  /** Never a generation that was there before, here or elsewhere: what was made under a lost one must not come back. */
  const readOrMake = (tags: readonly string[]): Promise<(string | null)[]> => {
    made += 1;
    const generation = `${processId}.${made}`;
    return redis.run(limits.cacheReadMs, (client) =>
      client.readTags(tags, generation, limits.generationMs, limits.answerMs),
    );
  };

  /** Of one turn, however many ask in it. */
  const marking = (mark: Mark): ((tag: string, generation: string) => void) => {
    let generationOf = new Map<string, string>();
    const send = (): void => {
      const marked = generationOf;
      generationOf = new Map();
      redis.run(limits.cacheWriteMs, (client) => client.markTags(marked, mark)).catch(onFailure);
    };
    return (tag, generation) => {
      if (generationOf.size === 0) setImmediate(send);
      generationOf.set(tag, generation);
    };
  };
  const marks = { [ASKED]: marking(ASKED), [SHARED]: marking(SHARED) };

  return {
    read(tags, tell, isInVain = false) {
      if (!epoch.isTrusted() || performance.now() < pausedUntilMs) {
        queueMicrotask(() => tell(null));
        return;
      }
      asked.push({ tags, tell, isInVain });
      schedule();
    },
    mark(mark, tags, [, ...generations]) {
      for (const [place, tag] of tags.entries()) marks[mark](tag, generationIn(generations[place]!));
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

function isReading(reply: unknown, length: number): reply is (string | null)[] {
  if (!Array.isArray(reply) || reply.length !== length) return false;
  return reply.every((value) => value === null || typeof value === "string");
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
