// A cache Redis of one test file's own, which may be killed, started again empty, flushed and frozen: the one that
// all test files share must live.

import { realpathSync } from "node:fs";
import { join } from "node:path";
import { redisReplies, type RespReply } from "../../../scripts/stack/resp.ts";
import { isPortFree } from "../../../scripts/stack/ports.ts";
import { pidsWithArgument } from "../../../scripts/stack/process-table.ts";
import { openStack, type Stack } from "../../../scripts/stack/stack.ts";
import { cacheKeys } from "../../../src/cache/keys.ts";
import { temporaryDataDir } from "../../kit/command.ts";
import { until } from "../../kit/until.ts";

const HOST = "127.0.0.1";

/** Set while memory has no bound: else everything with an end would go at once. */
const EVICT = ["CONFIG", "SET", "maxmemory-policy", "volatile-lru"];
const REFUSE_RATHER_THAN_EVICT = ["CONFIG", "SET", "maxmemory-policy", "noeviction"];

export interface RedisProcess {
  readonly url: string;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again where it was, with nothing in it; nothing where it runs. */
  start(): Promise<void>;
  flush(): Promise<void>;
  /** SIGSTOP. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** Reads go on, on the connections that there are; writes get an error, as where memory has run out. */
  refuseWrites(): Promise<void>;
  takeWrites(): Promise<void>;
  /** What stands there; null for nothing. */
  get(key: string): Promise<RespReply>;
  /** Empty but for an epoch under that prefix, so that answers are cached at once: what a fresh start would wait for. */
  begin(keyPrefix: string): Promise<void>;
  close(): Promise<void>;
}

export async function startRedisProcess(): Promise<RedisProcess> {
  const dataDir = temporaryDataDir();
  const holds: Stack[] = [];
  // The other servers are somebody else's: only the cache Redis is to be made.
  const others = process.env["SATCHEL_TEST_ADMIN_DATABASE_URL"]!;
  const environment = { DATABASE_URL: others, MIGRATOR_DATABASE_URL: others, QUEUE_REDIS_URL: "redis://127.0.0.1:1" };
  const open = async (): Promise<Stack> => {
    const stack = await openStack({ dataDir, installConsent: "no", purpose: "test", environment });
    holds.push(stack);
    return stack;
  };
  const url = new URL((await open()).urls.redisUrl);
  const address = { port: Number(url.port), password: url.password };
  const marker = join(realpathSync(dataDir), "stack", "cache-redis", "redis.conf");
  const pids = () => pidsWithArgument((argument) => argument === marker);
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of pids()) process.kill(pid, name);
  };
  return {
    url: url.href,
    async kill() {
      signal("SIGKILL");
      await until(
        async () => pids().length === 0 && (await isPortFree(HOST, address.port)),
        () => "the killed Redis is still there",
      );
    },
    async start() {
      if (pids().length === 0) await open();
    },
    flush: async () => void (await redisReplies(address, [["FLUSHALL"]])),
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    async refuseWrites() {
      await redisReplies(address, [REFUSE_RATHER_THAN_EVICT, ["CONFIG", "SET", "maxmemory", "1"]]);
    },
    async takeWrites() {
      await redisReplies(address, [["CONFIG", "SET", "maxmemory", "0"], EVICT]);
    },
    async get(key) {
      const [value = null] = await redisReplies(address, [["GET", key]]);
      return value;
    },
    async begin(keyPrefix) {
      await redisReplies(address, [["FLUSHALL"], ["SET", keyPrefix + cacheKeys.epoch, crypto.randomUUID()]]);
    },
    async close() {
      signal("SIGCONT");
      for (const stack of holds) await stack.leave();
    },
  };
}
