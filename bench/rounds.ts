// The measured part: all trials by all variants, round after round. One after the other within a round,
// so that what slows the machine for a while (a neighbour, the weather) meets all of them alike.

import type { LoadDriver } from "./load/driver.ts";
import type { DatabaseMeter } from "./measure/database-usage.ts";
import { measure, type Measurement } from "./measure/measurement.ts";
import type { BenchOptions } from "./options.ts";
import { figures, type OpenLoopResult, type TrialResult } from "./results.ts";
import type { ServerProcess } from "./server-process.ts";
import type { Trial } from "./trials.ts";
import type { VariantName } from "./variants/variants.ts";

export interface RoundsContext {
  readonly trials: readonly Trial[];
  /** All that run; a trial uses those of its world. */
  readonly servers: readonly ServerProcess[];
  readonly drivers: { readonly closed: LoadDriver; readonly open: LoadDriver };
  readonly meter: DatabaseMeter;
  readonly options: BenchOptions;
  readonly progress: (line: string) => void;
}

/** A variant leaves the open loop when it cannot follow any more. */
const LATE_P99_MS = 1_000;
const SOAK_STRETCH_SECONDS = 10;
const SEEDS_PER_ROUND = 100;
/** Beyond all seeds of rounds. */
const WARM_UP_SEED = 500_000;
const SOAK_SEED = 1_000_000;

/** The mix once by every server, thrown away: the first round must not be the one that compiles the code. */
export async function warmUpAll(context: RoundsContext): Promise<void> {
  const { trials, servers, progress } = context;
  progress("Warming up all servers ...");
  const mix = trials.find(({ name }) => name === "mix")!;
  for (const server of servers) {
    await closedLoop(context, { ...mix, world: server.world.name }, server, WARM_UP_SEED);
  }
}

/** Every closed loop, `roundCount` times. */
export async function runRounds(context: RoundsContext): Promise<TrialResult[]> {
  const { trials, servers, options, progress } = context;
  const results = trials.map((trial) => ({ trial, rounds: {} as Partial<Record<VariantName, Measurement[]>> }));
  for (let round = 0; round < options.roundCount; round += 1) {
    for (const [place, { trial, rounds }] of results.entries()) {
      progress(`Round ${round + 1} of ${options.roundCount}: ${trial.title}`);
      for (const server of serversOf(trial, servers)) {
        // The same seed for every variant: the same questions by the same players in the same order.
        const measurement = await closedLoop(context, trial, server, round * SEEDS_PER_ROUND + place);
        (rounds[server.variant.name] ??= []).push(measurement);
        progress(measurementLine(server.variant.name, measurement));
      }
    }
  }
  return results;
}

/** Constant arrivals, slow to fast. PlayerState by all, NearbyItems by Satchel alone. */
export async function runOpenLoops(context: RoundsContext): Promise<OpenLoopResult[]> {
  const { trials, servers, options, progress } = context;
  const results: OpenLoopResult[] = [];
  const exhausted = new Set<string>();
  const entrants = trials
    .filter(({ name }) => OPEN_LOOP_TRIALS.has(name))
    .flatMap((trial) =>
      serversOf(trial, servers)
        .filter(({ variant }) => trial.name === "player-state" || variant.name === "satchel")
        .map((server) => ({ trial, server, key: `${trial.name} ${server.variant.name}` })),
    );
  for (const perSecond of options.openLoopRates) {
    const running = entrants.filter(({ key }) => !exhausted.has(key));
    if (running.length > 0) progress(`Open loop: ${perSecond} arrivals a second`);
    for (const { trial, server, key } of running) {
      const measurement = await openLoop(context, trial, server, perSecond);
      results.push({ trial: trial.name, variant: server.variant.name, perSecond, measurement });
      progress(`${measurementLine(server.variant.name, measurement)}  ${trial.scenario}`);
      if (measurement.errors > 0 || measurement.latencyMs.p99 > LATE_P99_MS) exhausted.add(key);
    }
  }
  return results;
}

/** The mix for `soakMinutes` on one server, in stretches with a look at memory after each. */
export async function runSoak(context: RoundsContext, server: ServerProcess): Promise<Measurement[]> {
  const { trials, options, progress } = context;
  const mix = trials.find(({ name }) => name === "mix")!;
  progress(`The mix on a fresh server for ${options.soakMinutes} minutes`);
  const results: Measurement[] = [];
  const endMs = performance.now() + options.soakMinutes * 60_000;
  while (performance.now() < endMs) {
    const seed = SOAK_SEED + results.length;
    const measuredSeconds = Math.min(SOAK_STRETCH_SECONDS, options.soakMinutes * 60);
    const longer = { ...context, options: { ...options, measuredSeconds, warmUpSeconds: 0.1 } };
    const measurement = await closedLoop(longer, mix, server, seed);
    results.push(measurement);
    progress(measurementLine(`soak ${results.length}`, measurement));
  }
  return results;
}

const OPEN_LOOP_TRIALS: ReadonlySet<string> = new Set(["player-state", "nearby-items", "nearby-items-heavy"]);

function serversOf({ world, isCompared }: Trial, servers: readonly ServerProcess[]): ServerProcess[] {
  return servers.filter((server) => server.world.name === world && (isCompared || server.variant.name === "satchel"));
}

function closedLoop(
  { drivers, meter, options }: RoundsContext,
  { scenario, playerId, connections }: Trial,
  server: ServerProcess,
  seed: number,
): Promise<Measurement> {
  const { warmUpSeconds, measuredSeconds } = options;
  const arrivals = { loop: "closed", connections } as const;
  return measure({
    server,
    driver: drivers.closed,
    meter,
    scenario,
    playerId,
    arrivals,
    seed,
    warmUpSeconds,
    measuredSeconds,
  });
}

function openLoop(
  { drivers, meter, options }: RoundsContext,
  { scenario, playerId }: Trial,
  server: ServerProcess,
  perSecond: number,
): Promise<Measurement> {
  const arrivals = { loop: "open", perSecond } as const;
  const { warmUpSeconds, openLoopSeconds: measuredSeconds } = options;
  return measure({
    server,
    driver: drivers.open,
    meter,
    scenario,
    playerId,
    arrivals,
    seed: perSecond,
    warmUpSeconds: warmUpSeconds / 2,
    measuredSeconds,
  });
}

function measurementLine(name: string, measurement: Measurement): string {
  const { throughput, latencyMs, serverCpuUs, mysqlCpuUs, statementsPerRequest, errors } = measurement;
  return [
    `  ${name.padEnd(10)}`,
    `${throughput.toFixed(0).padStart(6)}/s`,
    `p50 ${latencyMs.p50.toFixed(1)} ms`,
    `p99 ${latencyMs.p99.toFixed(1)} ms`,
    `server ${serverCpuUs.toFixed(0)} us`,
    `MySQL ${mysqlCpuUs.toFixed(0)} us`,
    `${statementsPerRequest.toFixed(3)} statements`,
    `${figures.residentMegabytes(measurement).toFixed(0)} MB`,
    ...(errors === 0 ? [] : [`${errors} ERRORS`]),
  ].join("  ");
}
