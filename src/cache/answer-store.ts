// Cached answers that all processes share (L2): Keyv over the cache Redis. Every command has a deadline, a value
// that is not whole is none, and no process's clock decides about the age of what another has stored: Redis
// counts.

import { createHash } from "node:crypto";
import { Keyv, type KeyvStoreAdapter } from "keyv";
import { limits } from "../runtime/limits.ts";
import { cacheKeys } from "./keys.ts";
import type { CacheRedis } from "./redis.ts";

/** An answer's bytes, ready to be sent. */
export interface AnswerBytes {
  /** UTF-8, one character a byte: as such it leaves together with the head, in one write. */
  readonly bytes: string;
  /** A strong entity tag, in quotes. */
  readonly etag: string;
}

export interface StoredAnswer extends AnswerBytes {
  /** The generations that it was made under. */
  readonly generations: string;
  readonly ageMs: number;
}

export interface AnswerStore {
  /** Null where there is none, or Redis did not say in time. Never rejects. */
  get(key: string): Promise<StoredAnswer | null>;
  /** Resolves when it is stored, or was not in time. Never rejects. */
  set(key: string, answer: AnswerBytes, generations: string): Promise<void>;
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
    // The value is text already.
    serialize: ({ value }) => value as string,
    deserialize: (text: string) => ({ value: text as never }),
  });
  // Each failure is thrown at its caller as well.
  keyv.on("error", () => undefined);
  return {
    async get(key) {
      try {
        const text = await keyv.get<string>(key);
        return typeof text === "string" ? storedAnswer(text) : null;
      } catch (error) {
        onFailure(error);
        return null;
      }
    },
    async set(key, answer, generations) {
      try {
        await keyv.set(key, `${answer.etag}\n${generations}\n${answer.bytes}`);
      } catch (error) {
        onFailure(error);
      }
    },
  };
}

export function answerBytes(json: string): AnswerBytes {
  const bytes = Buffer.from(json, "utf8").toString("latin1");
  return { bytes, etag: etagOf(bytes) };
}

/** What Keyv asks of a store. No lifetime of Keyv's own is used: it goes by the clock of whoever reads. */
function redisStore(redis: CacheRedis): KeyvStoreAdapter {
  const lifetimeMs = limits.outageAnswerMs;
  return {
    opts: {},
    on() {
      return this;
    },
    /** The age in milliseconds, a line feed, the text. */
    async get(key: string) {
      const [text, leftMs] = await redis.run(limits.cacheReadMs, (client) =>
        Promise.all([client.get(cacheKeys.answer(key)), client.pTTL(cacheKeys.answer(key))]),
      );
      // Without an end it is not ours; gone in between, it has no age.
      return typeof text === "string" && leftMs > 0 ? (`${lifetimeMs - leftMs}\n${text}` as never) : undefined;
    },
    async set(key: string, text: string) {
      const expiration = { type: "PX", value: lifetimeMs } as const;
      await redis.run(limits.cacheWriteMs, (client) => client.set(cacheKeys.answer(key), text, { expiration }));
    },
    async delete(key: string) {
      return (await redis.run(limits.cacheWriteMs, (client) => client.del(cacheKeys.answer(key)))) > 0;
    },
    async clear() {
      throw new Error("answers end by themselves");
    },
  } as KeyvStoreAdapter;
}

/** Null for what is not whole, or not by us: others can write to that Redis. */
function storedAnswer(text: string): StoredAnswer | null {
  const [age = "", etag = "", generations = "", bytes = ""] = fieldsOf(text);
  if (!/^\d+$/.test(age) || etagOf(bytes) !== etag) return null;
  return { bytes, etag, generations, ageMs: Number(age) };
}

/** Three lines and the rest. */
function fieldsOf(text: string): string[] {
  const fields: string[] = [];
  let start = 0;
  while (fields.length < 3) {
    const end = text.indexOf("\n", start);
    if (end === -1) return fields;
    fields.push(text.slice(start, end));
    start = end + 1;
  }
  return [...fields, text.slice(start)];
}

function etagOf(bytes: string): string {
  return `"${createHash("sha256").update(bytes, "latin1").digest("base64url")}"`;
}
