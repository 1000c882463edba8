// Times the ways of asking, on one connection: in each round every measurement has one turn, in a new
// order, so that what slows the machine for a while slows all alike.

import { performance } from "node:perf_hooks";
import { createRandom } from "../../prisma/seed/random.ts";
import type { DatabasePool } from "../../src/database/pool.ts";
import { latencyOf } from "../measure/statistics.ts";
import type { CrowdName } from "./crowds.ts";
import type { Finding } from "./findings.ts";
import type { ItemLocationsOptions } from "./options.ts";
import { threadCpuUs } from "./thread-cpu.ts";
import type { VariantName } from "./variants.ts";

/** Something to be timed again and again. */
export interface Contestant {
  readonly variant: VariantName;
  readonly crowd: CrowdName;
  readonly withinMeters: number;
  /** Questions that one `run` answers: times are divided by it. */
  readonly questions: number;
  /** `place` counts up: which question it is this time. */
  run(place: number): Promise<unknown>;
}

export interface ReadsContext {
  readonly options: ItemLocationsOptions;
  readonly databasePid: number;
  readonly progress: (line: string) => void;
}

const CALIBRATION_RUNS = { full: 3, quick: 1 };
const TURN_STATEMENTS_MAX = 100;

/** One finding per contestant, in their order. */
export async function measureReads(contestants: readonly Contestant[], context: ReadsContext): Promise<Finding[]> {
  const { options, progress } = context;
  const tallies: Tally[] = [];
  for (const contestant of contestants) tallies.push(await tallyOf(contestant, options));
  for (let round = 0; round < options.roundCount; round += 1) {
    const order = createRandom(round, "order of turns", 0).sample(tallies, tallies.length);
    for (const tally of order) await takeTurn(tally, context.databasePid);
    progress(`round ${round + 1} of ${options.roundCount}`);
  }
  return tallies.map(findingOf);
}

/**
 * What MySQL read for each of the first questions, on average. `pool` must have one connection; NaN when that
 * was lost on the way, and the session's counters with it.
 */
export async function countRowsRead(pool: DatabasePool, contestant: Contestant, runs: number): Promise<number> {
  const before = await handlerReads(pool);
  const idle = await handlerReads(pool);
  for (let place = 0; place < runs; place += 1) await contestant.run(place);
  const after = await handlerReads(pool);
  const own = idle.reads - before.reads;
  return after.connectionId === before.connectionId ? (after.reads - idle.reads - own) / runs : Number.NaN;
}

interface Tally {
  readonly contestant: Contestant;
  readonly turnRuns: number;
  readonly samplesMs: number[];
  place: number;
  mysqlCpuUs: number;
  nodeCpuUs: number;
}

/** How often one turn runs it: fast ones more often. */
async function tallyOf(contestant: Contestant, options: ItemLocationsOptions): Promise<Tally> {
  const { quick, turnMs, turnStatementsMin } = options;
  let fastestMs = Infinity;
  for (let place = 0; place < CALIBRATION_RUNS[quick ? "quick" : "full"]; place += 1) {
    fastestMs = Math.min(fastestMs, await timeMs(() => contestant.run(place)));
  }
  const turnRuns = Math.min(Math.max(Math.ceil(turnMs / fastestMs), turnStatementsMin), TURN_STATEMENTS_MAX);
  return { contestant, turnRuns, samplesMs: [], place: 0, mysqlCpuUs: 0, nodeCpuUs: 0 };
}

async function takeTurn(tally: Tally, databasePid: number): Promise<void> {
  const { contestant, turnRuns, samplesMs } = tally;
  const mysqlBeforeUs = threadCpuUs(databasePid);
  const nodeBefore = process.cpuUsage();
  for (let run = 0; run < turnRuns; run += 1) {
    const place = tally.place++;
    samplesMs.push(await timeMs(() => contestant.run(place)));
  }
  const node = process.cpuUsage(nodeBefore);
  tally.nodeCpuUs += node.user + node.system;
  tally.mysqlCpuUs += threadCpuUs(databasePid) - mysqlBeforeUs;
}

function findingOf({ contestant, samplesMs, mysqlCpuUs, nodeCpuUs }: Tally): Finding {
  const { variant, crowd, withinMeters, questions } = contestant;
  const { p50, p99 } = latencyOf(Float64Array.from(samplesMs));
  const asked = samplesMs.length * questions;
  return {
    variant,
    crowd,
    withinMeters,
    samples: samplesMs.length,
    p50Ms: p50 / questions,
    p99Ms: p99 / questions,
    mysqlCpuUs: mysqlCpuUs / asked,
    nodeCpuUs: nodeCpuUs / asked,
  };
}

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function handlerReads(pool: DatabasePool): Promise<{ connectionId: bigint; reads: number }> {
  const [session] = await pool.query<{ id: bigint }[]>("SELECT CONNECTION_ID() AS id");
  const rows = await pool.query<{ Value: string }[]>("SHOW SESSION STATUS LIKE 'Handler_read%'");
  return { connectionId: session!.id, reads: rows.reduce((sum, { Value }) => sum + Number(Value), 0) };
}
