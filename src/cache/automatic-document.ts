// Documents that clients registered by their hash (Apollo's automatic persisted queries), shared by all
// processes through Redis and remembered in each. Both are bounded by bytes: whoever registers without
// end pushes out what is old, and a client whose document is gone is told to send it again.

import { createHash } from "node:crypto";
import { BoundedMap } from "../runtime/bounded-map.ts";
import { limits } from "../runtime/limits.ts";
import { cacheKeys } from "./keys.ts";
import type { CacheRedis } from "./redis.ts";

export interface AutomaticDocumentStore {
  /** The text with this sha256, or null; null as well while Redis is away. Never rejects. */
  get(hash: string): Promise<string | null>;
  /** Known to every process once this resolves; to this one alone while Redis is away. Never rejects. */
  set(hash: string, text: string): Promise<void>;
}

export interface AutomaticDocumentStoreOptions {
  readonly redis: CacheRedis;
  /** Called with each failure of Redis. */
  readonly onFailure: (error: unknown) => void;
  /** Bytes that Redis keeps at most. */
  readonly bytesMax?: number;
}

export function createAutomaticDocumentStore({
  redis,
  onFailure,
  bytesMax = limits.automaticDocumentBytesMax,
}: AutomaticDocumentStoreOptions): AutomaticDocumentStore {
  const remembered = new BoundedMap<string, string>({
    weightMax: limits.automaticDocumentMemoryBytesMax,
    weightOf: (hash, text) => hash.length + Buffer.byteLength(text),
  });
  return {
    async get(hash) {
      const known = remembered.get(hash);
      if (known !== undefined) return known;
      try {
        const text = await redis.run(limits.cacheReadMs, (client) =>
          client.hGet(cacheKeys.automaticDocumentTexts, hash),
        );
        // Others can write to that Redis; what is not the text of its hash is not there.
        if (typeof text !== "string" || sha256Of(text) !== hash) return null;
        remembered.set(hash, text);
        return text;
      } catch (error) {
        onFailure(error);
        return null;
      }
    },
    async set(hash, text) {
      // Also where it is remembered here: Redis may have let go of it, and others ask there.
      try {
        await redis.run(limits.cacheWriteMs, (client) => client.registerAutomaticDocument(hash, text, bytesMax));
      } catch (error) {
        onFailure(error);
      }
      remembered.set(hash, text);
    },
  };
}

/** The hash that a document goes by, in hex. */
export function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
