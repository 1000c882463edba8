// What stands: the generations of tags and the epoch, read for all requests of one turn of the event loop in
// one command, and for all that arrive while one is out in the next. A cached answer counts only while exactly those
// stand under which it was made.

import { randomUUID } from "node:crypto";
import { limits } from "../runtime/limits.ts";
import { ASKED, generationIn, SHARED, type Mark } from "./demand.ts";
import type { Epoch } from "./epoch.ts";
import { OPEN } from "./fence-scripts.ts";
import { cacheKeys } from "./keys.ts";
import { createKnownTags, type KnownTag } from "./known-tags.ts";
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
  /** What `read` takes. Whoever asks for the same again and again asks for it once. */
  tagsOf(names: readonly string[]): readonly KnownTag[];
  /**
   * Calls `tell` once, later on, with what stands for the tags, read after this call. Null where that cannot be
   * known now: Redis is away or slow, or its epoch may not be used. By a callback, since it is met by every hit.
   * `isInVain` is said by whoever knows already that he has no answer: the next one who has none will hear of it.
   */
  read(tags: readonly KnownTag[], tell: (generations: Generations | null) => void, isInVain?: boolean): void;
  /**
   * Tells all processes, soon, that an answer to what depends on the tags was asked for in vain, or is shared, under
   * these.
   */
  mark(mark: Mark, tags: readonly KnownTag[], generations: Generations["values"]): void;
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
  readonly tags: readonly KnownTag[];
  readonly tell: (generations: Generations | null) => void;
  readonly isInVain: boolean;
}

export function createGenerationReader({ redis, epoch, onFailure }: GenerationReaderOptions): GenerationReader {
  const processId = randomUUID();
  const tagsOf = createKnownTags((key) => redis.keyOf(key)).of;
  const epochKeys = [redis.keyOf(cacheKeys.epoch), redis.keyOf(cacheKeys.epochShut)];
  let made = 0;
  let readings = 0;
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
    readAll(placed(batch), isInVain).then(
      (standing) => {
        isOut = false;
        for (const { tags, tell } of batch) tell(standing === null ? null : generationsOf(tags, standing));
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

  /** Each tag once, and where it stands. One reading is out at a time: its places hold until it is told. */
  const placed = (batch: readonly Asked[]): KnownTag[] => {
    readings += 1;
    const all: KnownTag[] = [];
    for (const { tags } of batch) {
      for (const tag of tags) {
        if (tag.reading === readings) continue;
        tag.reading = readings;
        tag.place = EPOCH_LENGTH + all.length;
        all.push(tag);
      }
    }
    return all;
  };

  /** Null where the epoch may not be used. */
  const readAll = async (tags: readonly KnownTag[], isInVain: boolean): Promise<Standing | null> => {
    let reply = checked(await (isInVain ? readOrMake(tags) : readOnly(tags)), tags.length);
    if (lacksATag(reply)) reply = checked(await readOrMake(tags), tags.length);
    if (lacksATag(reply)) throw notStanding();
    const [epochId, shut] = reply;
    if (epochId === null) epoch.create();
    if (epochId === null || shut !== null || !epoch.isTrusted()) return null;
    return reply as Standing;
  };

  /** What is no reply to that question was one to another: what follows on this connection would be, too. */
  const checked = (reply: unknown, tagCount: number): (string | null)[] => {
    if (isReading(reply, EPOCH_LENGTH + tagCount)) return reply;
    redis.giveUp("its reply is none to what was asked");
    throw notStanding();
  };

  /** Sent as it is: the client's own way would put each key together anew. */
  const readOnly = (tags: readonly KnownTag[]): Promise<unknown> => {
    const command = ["MGET", ...epochKeys];
    for (const { key } of tags) command.push(key);
    return redis.run(limits.cacheReadMs, (client) => client.sendCommand(command));
  };

  /** Never a generation that was there before, here or elsewhere: what was made under a lost one must not come back. */
  const readOrMake = (tags: readonly KnownTag[]): Promise<unknown> => {
    made += 1;
    const generation = `${processId}.${made}`;
    const names = tags.map(({ name }) => name);
    return redis.run(limits.cacheReadMs, (client) =>
      client.readTags(names, generation, limits.generationMs, limits.answerMs),
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
    tagsOf,
    read(tags, tell, isInVain = false) {
      if (!epoch.isTrusted() || performance.now() < pausedUntilMs) {
        queueMicrotask(() => tell(null));
        return;
      }
      asked.push({ tags, tell, isInVain });
      schedule();
    },
    mark(mark, tags, [, ...generations]) {
      for (const [place, { name }] of tags.entries()) marks[mark](name, generationIn(generations[place]!));
    },
  };
}

/** What one reading has brought: the epoch, null, and the values of the tags, each in its place. */
type Standing = readonly string[];

/** Its id, and what shuts it. */
const EPOCH_LENGTH = 2;

function lacksATag(reply: readonly (string | null)[]): boolean {
  return reply.includes(null, EPOCH_LENGTH);
}

function notStanding(): TypeError {
  return new TypeError("not what stands for the tags");
}

function isReading(reply: unknown, length: number): reply is (string | null)[] {
  if (!Array.isArray(reply) || reply.length !== length) return false;
  return reply.every((value) => value === null || typeof value === "string");
}

function generationsOf(tags: readonly KnownTag[], standing: Standing): Generations {
  const values = [standing[0]!];
  let isOpen = false;
  for (const { place } of tags) {
    const value = standing[place]!;
    isOpen ||= value.startsWith(OPEN);
    values.push(value);
  }
  return { values, isOpen };
}
