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
  set(key: string, answer: StoredAnswer): Promise<void>;
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
        return typeof text === "string" ? storedAnswer(key, text) : null;
      } catch (error) {
        onFailure(error);
        return null;
      }
    },
    async set(key, { etag, generations, bytes, ageMs }) {
      try {
        const leftMs = Math.floor(limits.outageAnswerMs - ageMs);
        if (leftMs > 0)
          await keyv.set(key, `${sealOf(key, etag, generations)}\n${etag}\n${generations}\n${bytes}`, leftMs);
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

/** What Keyv asks of a store. Keyv's own look at lifetimes is not used: it goes by the clock of whoever reads. */
function redisStore(redis: CacheRedis): KeyvStoreAdapter {
  const lifetimeMs = limits.outageAnswerMs;
  return {
    opts: {},
    on() {
      return this;
    },
    /** The age in milliseconds, a line feed, the text. */
    async get(key: string) {
      // In this order: of one that is replaced in between the younger is taken for the older.
      const [leftMs, text] = await redis.run(limits.cacheReadMs, (client) =>
        Promise.all([client.pTTL(cacheKeys.answer(key)), client.get(cacheKeys.answer(key))]),
      );
      // Without an end it is not ours; gone in between, it has no age.
      return typeof text === "string" && leftMs > 0 ? (`${lifetimeMs - leftMs}\n${text}` as never) : undefined;
    },
    async set(key: string, text: string, leftMs: number = lifetimeMs) {
      const expiration = { type: "PX", value: leftMs } as const;
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

/** Null for what is not whole, not by us, or not of that key: others can write to that Redis. */
function storedAnswer(key: string, text: string): StoredAnswer | null {
  const [age = "", seal = "", etag = "", generations = "", bytes = ""] = fieldsOf(text);
  if (!/^\d+$/.test(age) || sealOf(key, etag, generations) !== seal || etagOf(bytes) !== etag) return null;
  return { bytes, etag, generations, ageMs: Number(age) };
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

function etagOf(bytes: string): string {
  return `"${createHash("sha256").update(bytes, "latin1").digest("base64url")}"`;
}

/** Says that these belong together: the tag alone says of which bytes it is, and not what they answer. */
function sealOf(key: string, etag: string, generations: string): string {
  return createHash("sha256").update(`${key}\n${etag}\n${generations}`).digest("base64url");
}
