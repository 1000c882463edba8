// What goes wrong around a cache that several processes share, each as a thing that a test does to a site while a load
// runs. Nothing of it is known to the server: signals, and routes that misbehave.

import { setTimeout as delay } from "node:timers/promises";
import { limits } from "../../../src/runtime/limits.ts";
import { until } from "../../kit/until.ts";
import { counts } from "./counts.ts";
import type { FreshLoad } from "./fresh-load.ts";
import type { Site } from "./site.ts";

export interface Scene {
  readonly site: Site;
  readonly load: FreshLoad;
  /** Lets so many reads be answered. */
  reads(count: number): Promise<void>;
  /** What is wrong beyond what the judge can see. */
  readonly found: string[];
}

export type CacheFault = (scene: Scene) => Promise<void>;

/** Reads of all sessions in which a stale answer would show. */
const READS = 60;
const STALL_MS = 100;
const STALLS = 5;
const REDIS_AWAY_MS = 1_000;
const FENCE_FAILURES = "satchel_fence_failures_total";

async function freezeBeforeCommit({ site, reads }: Scene): Promise<void> {
  const writer = site.processes[0]!;
  const handOn = await writer.mysql.holdCommit();
  writer.freeze();
  await Promise.all([reads(READS), delay(counts.writerFrozenMs)]);
  handOn();
  await reads(READS);
  writer.thaw();
}

async function freezeInCommit({ site, reads }: Scene): Promise<void> {
  const writer = site.processes[0]!;
  await writer.mysql.commitSent();
  writer.freeze();
  await Promise.all([reads(READS), delay(counts.writerFrozenMs)]);
  writer.thaw();
}

async function killBeforeClose({ site, reads }: Scene): Promise<void> {
  const writer = site.processes[0]!;
  await writer.mysql.commitDone();
  await writer.kill();
  await reads(READS);
  await writer.start();
}

/** Cut off from Redis, it commits without a fence and dies: only whoever is asked again can say it. */
async function killWithoutRedis({ site, reads }: Scene): Promise<void> {
  const writer = site.processes[0]!;
  await site.inDoubt([writer], async () => {
    const failures = await writer.metric(FENCE_FAILURES);
    writer.redis.cut();
    // What had opened its tags before leaves them open, and nobody uses the cache.
    await until(
      async () => (await writer.metric(FENCE_FAILURES)) > failures,
      () => "no fence call has failed",
    );
    await reads(READS);
    await writer.mysql.commitDone();
    await writer.kill();
    writer.redis.mend();
    await reads(READS);
    await writer.start();
  });
}

async function cutOff({ site, reads }: Scene): Promise<void> {
  const writer = site.processes[0]!;
  await site.inDoubt([writer], async () => {
    writer.redis.cut();
    await Promise.all([reads(READS), delay(REDIS_AWAY_MS)]);
    writer.redis.mend();
  });
}

/** A write is told at once that Redis is away: it does not wait each time until it must have been. */
async function killRedis({ site, load, reads, found }: Scene): Promise<void> {
  await site.redis.kill();
  // Each has noticed by then.
  await delay(limits.redisSilenceMs);
  const from = load.history.entries.length;
  await Promise.all([reads(READS), delay(2 * limits.fenceMs)]);
  const isPrompt = load.history.entries
    .slice(from)
    .some(({ startedAtMs, endedAtMs }) => endedAtMs !== null && endedAtMs - startedAtMs < limits.fenceMs);
  if (!isPrompt) found.push("waiting: every write waits for a Redis that is known to be away");
  await site.redis.start();
}

async function flushRedis({ site }: Scene): Promise<void> {
  await site.redis.flush();
}

/** Lost are the tags that a writer has opened, and it dies before it closes them. */
async function flushUnderWriter({ site, reads }: Scene): Promise<void> {
  const writer = site.processes[0]!;
  const handOn = await writer.mysql.holdCommit();
  await site.redis.flush();
  await reads(READS);
  await new Promise<void>((answered) => handOn(answered));
  await writer.kill();
  await reads(2 * READS);
  await writer.start();
}

async function freezeRedis({ site, reads }: Scene): Promise<void> {
  await site.inDoubt(site.processes, async () => {
    site.redis.freeze();
    await Promise.all([reads(READS), delay(counts.redisFrozenMs)]);
    site.redis.thaw();
  });
}

async function garbleRedis({ site, reads }: Scene): Promise<void> {
  await site.inDoubt(site.processes, async () => {
    for (const { redis } of site.processes) redis.garble();
    await Promise.all([reads(READS), delay(REDIS_AWAY_MS)]);
    for (const { redis } of site.processes) redis.mend();
  });
}

/** Around the time that a read waits for it; no write is in doubt. */
async function slowRedis({ site, reads }: Scene): Promise<void> {
  for (const { redis } of site.processes) redis.slow(2 * limits.cacheReadMs);
  await Promise.all([reads(READS), delay(REDIS_AWAY_MS)]);
  for (const { redis } of site.processes) redis.mend();
}

async function stallProcess({ site, reads }: Scene): Promise<void> {
  for (let turn = 0; turn < STALLS; turn += 1) {
    await site.processes[turn % site.processes.length]!.stall(STALL_MS);
    await reads(READS / STALLS);
  }
}

/** By what happens, as the end of the sentence "when ...". */
export const cacheFaults = {
  "a writer is frozen between open and COMMIT": freezeBeforeCommit,
  "a writer is frozen in COMMIT": freezeInCommit,
  "a writer is killed between COMMIT and close": killBeforeClose,
  "a writer without Redis is killed between COMMIT and close": killWithoutRedis,
  "one process alone is cut off from Redis": cutOff,
  "Redis is killed and started again": killRedis,
  "Redis is flushed": flushRedis,
  "Redis is flushed under a writer that is killed between COMMIT and close": flushUnderWriter,
  "Redis is frozen and thawed": freezeRedis,
  "Redis answers garbage": garbleRedis,
  "Redis is slow": slowRedis,
  "processes stall": stallProcess,
} as const satisfies Readonly<Record<string, CacheFault>>;
