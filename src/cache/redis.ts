// The connection to the cache Redis. It may be slow or gone at any time, and nothing may hang or fail for
// it: a command that cannot be sent now is refused at once instead of queued (it would land later, when
// what it says is no longer true), silence ends the connection, and every command has a deadline. Deadlines count the
// life of our own loop: after a stall of ours a healthy Redis would look silent, and all cached answers be given up.

import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@redis/client";
import { must } from "../runtime/assert.ts";
import { withDeadline } from "../runtime/deadline.ts";
import { limits } from "../runtime/limits.ts";
import { answerScripts } from "./answer-scripts.ts";
import { automaticDocumentScripts } from "./automatic-document-scripts.ts";
import { fenceScripts } from "./fence-scripts.ts";
import { redisAddressOf } from "../runtime/redis-address.ts";

export type RedisClient = ReturnType<typeof openClient>;

export interface CacheRedis {
  /** Begins to connect, and keeps at it; resolves once connected, or after a moment without. */
  start(): Promise<void>;
  /**
   * Runs one command. Rejects with a CacheUnavailableError when Redis is away or has not answered
   * within the deadline; the command may still take effect then.
   */
  run<T>(deadlineMs: number, command: (client: RedisClient) => Promise<T>): Promise<T>;
  /** A key as Redis has it, for commands that are sent as they are. */
  keyOf(key: string): string;
  /** Ends the connection and opens another: for whoever was told what cannot be the reply to what it asked. */
  giveUp(reason: string): void;
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
  const stopping = new AbortController();
  const listeners: (() => void)[] = [];
  let isLost = false;

  const lose = (reason: string): void => {
    if (!isLost) onLost(reason);
    isLost = true;
    for (const tell of listeners) tell();
  };

  const open = (): RedisClient => {
    const opened = openClient(url, keyPrefix);
    // What one says that has been given up is nobody's concern.
    opened.on("error", (error: Error) => {
      if (opened !== client) return;
      // The connection stands: then it was a reply that could not be read, and each that follows would be told to
      // whoever asked before.
      if (opened.isReady) giveUp(error.message);
      else lose(error.message);
    });
    opened.on("ready", () => {
      if (opened !== client || !isLost) return;
      isLost = false;
      onBack();
      for (const tell of listeners) tell();
    });
    return opened;
  };
  let client = open();

  // It never stops trying, so it rejects only when it is destroyed.
  const connect = (): Promise<unknown> => client.connect().catch(() => undefined);

  const run = async <T>(deadlineMs: number, command: (ready: RedisClient) => Promise<T>): Promise<T> => {
    try {
      return await withDeadline(command(client), deadlineMs, unavailable);
    } catch (error) {
      throw error instanceof CacheUnavailableError ? error : new CacheUnavailableError({ cause: error });
    }
  };

  const giveUp = (reason: string): void => {
    if (stopping.signal.aborted) return;
    lose(reason);
    if (client.isOpen) client.destroy();
    // Another client: this one may be in the midst of an attempt, and would go on with it beside the new one.
    client = open();
    void connect();
  };

  /** Regular traffic, so that silence means something also while nobody asks. */
  const watch = async (): Promise<void> => {
    let refusals = 0;
    for (;;) {
      await delay(limits.redisPingMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      const isAnswered = await run(limits.redisSilenceMs, (ready) => ready.ping()).then(
        (reply) => reply === "PONG",
        () => false,
      );
      if (stopping.signal.aborted) return;
      // One that is not ready refuses at once: it tries by itself, but may hang in an attempt.
      refusals = isAnswered ? 0 : refusals + 1;
      if (!isAnswered && (client.isReady || refusals > REFUSALS_MAX)) {
        refusals = 0;
        giveUp("it is silent");
      }
    }
  };

  return {
    async start() {
      const connected = connect();
      void watch();
      await withDeadline(connected, limits.redisConnectMs, unavailable).catch(() => undefined);
    },
    run,
    keyOf: (key) => `${keyPrefix}${key}`,
    giveUp,
    onInterruption(listener) {
      listeners.push(listener);
    },
    stop() {
      stopping.abort();
      if (client.isOpen) client.destroy();
    },
  };
}

/** Pings refused in a row while a connection is made: for longer than the longest pause between two attempts. */
const REFUSALS_MAX = (2 * limits.redisReconnectMsMax) / limits.redisPingMs;

function openClient(url: string, keyPrefix: string) {
  const address = must(redisAddressOf(url), "REDIS_URL is no URL of a Redis, and has been let pass");
  return createClient({
    ...address,
    keyPrefix,
    RESP: 3,
    disableOfflineQueue: true,
    // Ours count the life of our own loop, and cost no AbortSignal for each command.
    commandOptions: { timeout: 0 },
    scripts: { ...answerScripts, ...automaticDocumentScripts, ...fenceScripts },
    socket: {
      ...("socket" in address ? address.socket : {}),
      connectTimeout: limits.redisConnectMs,
      reconnectStrategy: (attempts: number) => Math.min(50 * 2 ** Math.min(attempts, 6), limits.redisReconnectMsMax),
    },
  });
}

function unavailable(): CacheUnavailableError {
  return new CacheUnavailableError();
}
