// What goes wrong around a cache that several processes share, each as a thing that a test does to a site while a load
// runs. Nothing of it is known to the server: signals, and routes that misbehave.

import { setTimeout as delay } from "node:timers/promises";
import { limits } from "../../../src/runtime/limits.ts";
import { until } from "../../kit/until.ts";
import { counts } from "./counts.ts";
import type { FreshLoad } from "./fresh-load.ts";
import type { Site, SiteProcess } from "./site.ts";

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
/** Writes that are watched while Redis is away. */
const WRITES = 24;
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
async function killWithoutRedis(scene: Scene): Promise<void> {
  const { site, load, reads } = scene;
  const writer = site.processes[0]!;
  await site.inDoubt([writer], async () => {
    await cutBetweenWrites(scene, writer);
    // Meanwhile nobody tells the others that anything is old.
    load.writeAt(writer.port);
    await reads(2 * READS);
    await writer.mysql.commitDone();
    await writer.kill();
    load.writeAt(null);
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

async function cutOffBetweenWrites(scene: Scene): Promise<void> {
  const { site, reads } = scene;
  const writer = site.processes[0]!;
  await site.inDoubt([writer], async () => {
    await cutBetweenWrites(scene, writer);
    await Promise.all([reads(READS), delay(REDIS_AWAY_MS)]);
    writer.redis.mend();
  });
}

/** What it had opened before would stay open, and nobody use the cache: so it has nothing under way when it is cut off. */
async function cutBetweenWrites({ load, reads }: Scene, writer: SiteProcess): Promise<void> {
  const port = writer.port!;
  writer.rest();
  await until(
    () => load.pendingAt(port) === 0,
    () => `${load.pendingAt(port)} requests are not answered`,
  );
  // By the others, which keep it.
  await reads(READS);
  writer.redis.cut();
  writer.wake();
}

/** A write is told at once that Redis is away: it does not wait each time until it must have been. */
async function killRedis({ site, load, reads, found }: Scene): Promise<void> {
  const failures = await Promise.all(site.processes.map((api) => api.metric(FENCE_FAILURES)));
  await site.redis.kill();
  await until(
    async () => {
      const now = await Promise.all(site.processes.map((api) => api.metric(FENCE_FAILURES)));
      return now.every((count, place) => count > failures[place]!);
    },
    () => "a process has not noticed",
  );
  const from = load.history.entries.length;
  const answered = () => load.history.entries.slice(from).filter(({ endedAtMs }) => endedAtMs !== null);
  await until(
    () => answered().length >= WRITES,
    () => `${answered().length} writes are answered`,
  );
  const prompt = answered().filter(({ startedAtMs, endedAtMs }) => endedAtMs! - startedAtMs < limits.fenceMs);
  if (prompt.length < WRITES / 2) found.push("waiting: most writes wait for a Redis that is known to be away");
  await reads(READS);
  await site.redis.start();
}

async function flushRedis({ site }: Scene): Promise<void> {
  await site.redis.flush();
}

/** Lost are the tags that a writer has opened, and it dies before it closes them. */
async function flushUnderWriter({ site, load, reads }: Scene): Promise<void> {
  const writer = site.processes[0]!;
  load.writeAt(writer.port);
  const handOn = await writer.mysql.holdCommit();
  await site.redis.flush();
  await reads(2 * READS);
  let isAnswered = false;
  handOn(() => (isAnswered = true));
  await until(
    () => isAnswered,
    () => "the COMMIT has no answer",
  );
  await writer.kill();
  load.writeAt(null);
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
  "one process alone is cut off from Redis between two writes": cutOffBetweenWrites,
  "Redis is killed and started again": killRedis,
  "Redis is flushed": flushRedis,
  "Redis is flushed under a writer that is killed between COMMIT and close": flushUnderWriter,
  "Redis is frozen and thawed": freezeRedis,
  "Redis answers garbage": garbleRedis,
  "Redis is slow": slowRedis,
  "processes stall": stallProcess,
} as const satisfies Readonly<Record<string, CacheFault>>;
