// A world with API processes that share a cache Redis of the test's own, each on routes of its own to MySQL and to that
// Redis: so one process can be cut off, or stopped amid a COMMIT, while the others go on.

import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { keyPrefixOf } from "../../../src/cache/keys.ts";
import { startServerProcess, type ServerProcess } from "../../kit/server-process.ts";
import { until } from "../../kit/until.ts";
import type { Doubt } from "./freshness.ts";
import { startRedisProcess, type RedisProcess } from "./redis-process.ts";
import { openRoute, type Route } from "./route.ts";
import type { Server } from "./client.ts";
import { createTestWorld } from "./test-world.ts";
import type { World } from "./world.ts";

/** One API process; `port` is null while it is down or frozen, or rests. */
export interface SiteProcess extends Server {
  readonly mysql: Route;
  readonly redis: Route;
  start(): Promise<void>;
  /** Nobody sends it anything new. */
  rest(): void;
  /** It is asked again. */
  wake(): void;
  /** SIGSTOP; nobody sends it anything new. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** Stopped for that long, and nobody knows. */
  stall(ms: number): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Running and asked, whatever it was. */
  revive(): Promise<void>;
  /** From its /metrics: the sum of all samples that begin like one of these; 0 where there are none. */
  metric(...beginnings: readonly string[]): Promise<number>;
}

export interface Site {
  readonly world: World;
  readonly redis: RedisProcess;
  readonly processes: readonly SiteProcess[];
  /** Answers that came from the cache, of all processes that are up and since they are. */
  hits(): Promise<number>;
  /** When processes could not confirm what they owed Redis; the one exception of the promise. */
  readonly doubts: readonly Doubt[];
  /** Runs `work` with these processes in doubt from now until it has ended and they owe nothing any more, or are dead. */
  inDoubt(processes: readonly SiteProcess[], work: () => Promise<void>): Promise<void>;
  /**
   * All up, on ways that are whole, and nothing in Redis but an epoch: whatever a fault, or one that failed midway, has
   * left. What a killed writer had opened would else keep the cache from being used for a minute.
   */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export interface SiteOptions {
  readonly processes: number;
  readonly players: number;
  /** Another main.ts than the project's. */
  readonly script?: string;
  /** A Redis that outlives the site; its own where not given. */
  readonly redis?: RedisProcess;
}

/** Each look makes the process sum up its metrics. */
const OWES_POLL_MS = 100;
const OWES_MS_MAX = 60_000;
const HITS = ["memory", "redis", "flight"].map((source) => `satchel_cache_answers_total{source="${source}"`);

export async function openSite({ processes: count, players, script, redis: given }: SiteOptions): Promise<Site> {
  const [{ world, databaseUrl, drop }, redis] = await Promise.all([
    createTestWorld({ playerCount: players }),
    given ?? startRedisProcess(),
  ]);
  await redis.begin(keyPrefixOf(databaseUrl));
  const processes = await Promise.all(
    Array.from({ length: count }, async () =>
      newProcess(world, await openRoute(databaseUrl), await openRoute(redis.url), script),
    ),
  );
  await Promise.all(processes.map((api) => api.start()));
  const doubts: { port: number; fromMs: number; toMs: number }[] = [];
  return {
    world,
    redis,
    processes,
    hits: async () => {
      const asked = processes.filter(({ port }) => port !== null);
      const counted = await Promise.all(asked.map((api) => api.metric(...HITS)));
      return counted.reduce((sum, ofOne) => sum + ofOne, 0);
    },
    doubts,
    async inDoubt(doubtful, work) {
      const begun = doubtful.map(({ port }) => ({ port: port!, fromMs: performance.now(), toMs: Infinity }));
      doubts.push(...begun);
      await work();
      await Promise.all(
        doubtful.map(async (api, place) => {
          // What a dead process owed is paid by nobody; what is old because of it runs out.
          if (api.port !== begun[place]!.port) return;
          await until(
            async () => (await api.metric("satchel_fence_owed_tags")) === 0,
            () => "a process still owes",
            OWES_MS_MAX,
            OWES_POLL_MS,
          );
          begun[place]!.toMs = performance.now();
        }),
      );
    },
    async recover() {
      redis.thaw();
      await redis.start();
      for (const { mysql, redis: way } of processes) {
        mysql.mend();
        way.mend();
      }
      await Promise.all(processes.map((api) => api.revive()));
      await redis.begin(keyPrefixOf(databaseUrl));
    },
    async close() {
      await Promise.all(processes.map((api) => api.kill()));
      await Promise.all(processes.flatMap(({ mysql, redis: way }) => [mysql.close(), way.close()]));
      if (given === undefined) await redis.close();
      await drop();
    },
  };
}

function newProcess({ environment }: World, mysql: Route, redis: Route, script?: string): SiteProcess {
  let running: ServerProcess | null = null;
  let isResting = false;
  const start = async (): Promise<void> => {
    running = await startServerProcess(
      { ...environment, LOG_LEVEL: "info", DATABASE_URL: mysql.url, REDIS_URL: redis.url },
      script,
    );
  };
  return {
    get port() {
      return isResting ? null : (running?.port ?? null);
    },
    mysql,
    redis,
    start,
    rest: () => void (isResting = true),
    wake: () => void (isResting = false),
    freeze() {
      isResting = true;
      running!.child.kill("SIGSTOP");
    },
    thaw() {
      isResting = false;
      running!.child.kill("SIGCONT");
    },
    async stall(ms) {
      running!.child.kill("SIGSTOP");
      await delay(ms);
      running!.child.kill("SIGCONT");
    },
    async kill() {
      if (running === null) return;
      const { child } = running;
      running = null;
      isResting = false;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit", { signal: AbortSignal.timeout(15_000) });
      child.kill("SIGKILL");
      await exited;
    },
    async revive() {
      isResting = false;
      if (running === null) await start();
      else running.child.kill("SIGCONT");
    },
    async metric(...beginnings) {
      const text = await fetch(`http://127.0.0.1:${running!.port}/metrics`).then((response) => response.text());
      let sum = 0;
      for (const line of text.split("\n")) {
        if (beginnings.some((beginning) => line.startsWith(beginning))) sum += Number(line.split(" ").at(-1));
      }
      return sum;
    },
  };
}
