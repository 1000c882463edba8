// The connection to the cache Redis. It may be slow or gone at any time, and nothing may hang or fail for
// it: a command that cannot be sent now is refused at once instead of queued (it would land later, when
// what it says is no longer true), silence ends the connection, and every command has a deadline.

import { createClient } from "@redis/client";
import { withDeadline } from "../runtime/deadline.ts";
import { limits } from "../runtime/limits.ts";
import { automaticDocumentScripts } from "./automatic-document-scripts.ts";
import { fenceScripts } from "./fence-scripts.ts";

export type RedisClient = ReturnType<typeof openClient>;

export interface CacheRedis {
  /** Begins to connect, and keeps at it; resolves once connected, or after a moment without. */
  start(): Promise<void>;
  /**
   * Runs one command. Rejects with a CacheUnavailableError when Redis is away or has not answered
   * within the deadline; the command may still take effect then.
   */
  run<T>(deadlineMs: number, command: (client: RedisClient) => Promise<T>): Promise<T>;
  /** Calls `listener` whenever the connection is lost, and when it is back. */
  onInterruption(listener: () => void): void;
  stop(): void;
}

export interface CacheRedisOptions {
  readonly url: string;
  /** Stands before every key: `keyPrefixOf` the database that they are about. */
  readonly keyPrefix: string;
  /** Called when the connection is lost, once until it is back. */
  readonly onLost: (reason: string) => void;
  readonly onBack: () => void;
}

export class CacheUnavailableError extends Error {
  constructor(options?: ErrorOptions) {
    super("the cache Redis did not answer", options);
    this.name = "CacheUnavailableError";
  }
}

export function createCacheRedis({ url, keyPrefix, onLost, onBack }: CacheRedisOptions): CacheRedis {
  const client = openClient(url, keyPrefix);
  let isLost = false;
  const listeners: (() => void)[] = [];
  client.on("error", (error: Error) => {
    if (!isLost) onLost(error.message);
    isLost = true;
    for (const tell of listeners) tell();
  });
  client.on("ready", () => {
    if (!isLost) return;
    isLost = false;
    onBack();
    for (const tell of listeners) tell();
  });
  return {
    async start() {
      // It never stops trying, so it rejects only when it is told to stop.
      const connected = client.connect().catch(() => undefined);
      await withDeadline(connected, limits.redisConnectMs, unavailable).catch(() => undefined);
    },
    async run(deadlineMs, command) {
      try {
        return await withDeadline(command(client), deadlineMs, unavailable);
      } catch (error) {
        throw error instanceof CacheUnavailableError ? error : new CacheUnavailableError({ cause: error });
      }
    },
    onInterruption(listener) {
      listeners.push(listener);
    },
    stop() {
      if (client.isOpen) client.destroy();
    },
  };
}

function openClient(url: string, keyPrefix: string) {
  return createClient({
    url,
    keyPrefix,
    RESP: 3,
    disableOfflineQueue: true,
    // Regular traffic, so that silence means something also while nobody asks.
    pingInterval: 100,
    scripts: { ...automaticDocumentScripts, ...fenceScripts },
    socket: {
      connectTimeout: limits.redisConnectMs,
      socketTimeout: limits.redisSilenceMs,
      reconnectStrategy: (attempts: number) => Math.min(50 * 2 ** Math.min(attempts, 6), limits.redisReconnectMsMax),
    },
  });
}

function unavailable(): CacheUnavailableError {
  return new CacheUnavailableError();
}
