// Cached answers that all processes share (L2): Keyv over the cache Redis, what one turn of the event loop asks or
// stores in one command. Every command has a deadline, a value that is not whole is none, and no process's clock
// decides about the age of what another has stored: Redis counts.

import { hash } from "node:crypto";
import { Keyv, type KeyvStoreAdapter } from "keyv";
import { limits } from "../runtime/limits.ts";
import type { CacheRedis } from "./redis.ts";

/** An answer's bytes, ready to be sent. */
export interface AnswerBytes {
  /** UTF-8. Not text: Node would make one of it and the head, and copy both, for each that it is told to. */
  readonly bytes: Buffer;
  /** A strong entity tag, in quotes. */
  readonly etag: string;
  /** The same bytes under the other media type, application/json, are another representation. */
  readonly jsonEtag: string;
}

export interface StoredAnswer extends AnswerBytes {
  /** The generations that it was made under. */
  readonly generations: string;
  readonly ageMs: number;
}

export interface AnswerStore {
  /** Null where there is none, or Redis did not say in time. Never rejects. */
  get(key: string): Promise<StoredAnswer | null>;
  /** Stores it soon, where Redis is there; nobody waits for it. */
  set(key: string, answer: Omit<StoredAnswer, "jsonEtag">): void;
}

/** One that waits for what Redis has. */
interface Asked {
  readonly key: string;
  readonly tell: (answer: StoredAnswer | null) => void;
}

/** As Keyv takes them; `ttl` in milliseconds. */
interface Entry {
  readonly key: string;
  readonly value: Buffer;
  readonly ttl: number;
}

export function createAnswerStore({
  redis,
  onFailure,
}: {
  readonly redis: CacheRedis;
  readonly onFailure: (error: unknown) => void;
}): AnswerStore {
  const keyv = new Keyv({
    store: redisStore(redis),
    useKeyPrefix: false,
    throwOnErrors: true,
    // The value is bytes already, which Keyv hands on as it finds them.
    serialize: ({ value }) => value as never,
    deserialize: (text: string) => ({ value: text as never }),
  });
  // Each failure is thrown at its caller as well.
  keyv.on("error", () => undefined);
  const getAll = async (asked: readonly Asked[]): Promise<void> => {
    // A burst asks for one and the same.
    const keys = [...new Set(asked.map(({ key }) => key))];
    const found = new Map<string, StoredAnswer | null>();
    try {
      const texts = await keyv.getMany<string>(keys);
      for (const [place, text] of texts.entries()) {
        if (typeof text === "string") found.set(keys[place]!, storedAnswer(keys[place]!, text));
      }
    } catch (error) {
      onFailure(error);
    }
    for (const { key, tell } of asked) tell(found.get(key) ?? null);
  };

  const setAll = async (entries: readonly Entry[]): Promise<void> => {
    try {
      await keyv.setMany([...entries]);
    } catch (error) {
      onFailure(error);
    }
  };

  // What one reading of generations has found in demand is asked for together.
  const ask = gathered((flush) => process.nextTick(flush), limits.answerBatchMax, getAll);
  const store = gathered(setImmediate, limits.answerBatchMax, setAll);
  return {
    get: (key) => new Promise((tell) => ask({ key, tell })),
    set(key, { etag, generations, bytes, ageMs }) {
      const ttl = Math.floor(limits.outageAnswerMs - ageMs);
      if (ttl <= 0) return;
      const head = Buffer.from(`${key}\n${etag}\n${generations}\n`, "utf8");
      store({ key, value: Buffer.concat([head, bytes]), ttl });
    },
  };
}

/** Runs `run` when `schedule` says, with all that has been handed over until then, at most `itemsMax` at a time. */
function gathered<T>(
  schedule: (flush: () => void) => unknown,
  itemsMax: number,
  run: (items: readonly T[]) => Promise<void>,
): (item: T) => void {
  let items: T[] = [];
  const flush = (): void => {
    const all = items;
    items = [];
    for (let place = 0; place < all.length; place += itemsMax) void run(all.slice(place, place + itemsMax));
  };
  return (item) => {
    if (items.length === 0) schedule(flush);
    items.push(item);
  };
}

export function answerBytes(json: string): AnswerBytes {
  const bytes = bytesOf(json);
  const digest = hash("sha256", bytes, "base64url");
  return { bytes, etag: `"${digest}"`, jsonEtag: `"${digest}j"` };
}

/** Memory of its own: a part of Node's pool would keep what is beside it from being freed. */
function bytesOf(json: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(json));
  bytes.write(json);
  return bytes;
}

/** What Keyv asks of a store. Keyv's own look at lifetimes is not used: it goes by the clock of whoever reads. */
function redisStore(redis: CacheRedis): KeyvStoreAdapter {
  const lifetimeMs = limits.outageAnswerMs;
  return {
    opts: {},
    on() {
      return this;
    },
    /** Each its age in milliseconds, a line feed, the text. */
    async getMany(keys: string[]) {
      const replies = await redis.run(limits.cacheReadMs, (client) => client.getAnswers(keys));
      // Without an end it is not ours.
      return replies.map(([text, leftMs]) =>
        typeof text === "string" && leftMs > 0 ? (`${lifetimeMs - leftMs}\n${text}` as never) : undefined,
      );
    },
    async setMany(entries: Entry[]) {
      await redis.run(limits.cacheWriteMs, (client) => client.setAnswers(entries));
      return entries.map(() => true);
    },
    get: unused,
    set: unused,
    delete: unused,
    clear: unused,
  } as unknown as KeyvStoreAdapter;
}

/** Answers come and go many at a time, and end by themselves. */
async function unused(): Promise<never> {
  throw new Error("answers are asked for and stored many at a time");
}

/** Null for what is not whole, not by us, or not of that key: others can write to that Redis. */
function storedAnswer(key: string, text: string): StoredAnswer | null {
  const [age = "", of = "", etag = "", generations = "", json = ""] = fieldsOf(text);
  // The tag alone says of which bytes it is, and not what they answer.
  if (!/^\d+$/.test(age) || of !== key) return null;
  const answer = answerBytes(json);
  if (answer.etag !== etag) return null;
  return { ...answer, generations, ageMs: Number(age) };
}

/** Four lines and the rest. */
function fieldsOf(text: string): string[] {
  const fields: string[] = [];
  let start = 0;
  while (fields.length < 4) {
    const end = text.indexOf("\n", start);
    if (end === -1) return fields;
    fields.push(text.slice(start, end));
    start = end + 1;
  }
  return [...fields, text.slice(start)];
}
