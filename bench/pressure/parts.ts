// The parts of the run under pressure: the peak, five times the peak, half of it without the cache Redis, and more
// hot players than one process keeps answers for. Each takes the server's own counts around its load.

import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "../../prisma/seed/random.ts";
import { onStop } from "../../scripts/stopping.ts";
import { until } from "../../test/kit/until.ts";
import type { LoadDriver } from "../load/driver.ts";
import type { Arrivals, LoadResult } from "../load/job.ts";
import { createSignToken } from "../load/requests.ts";
import { playerState } from "../scenarios/player-state.ts";
import type { ServerProcess } from "../server-process.ts";
import { wireRequest } from "../variants/wire.ts";
import { perSecond, type HotPlayers, type Overload, type OverloadRound, type Stretch } from "./findings.ts";
import type { PressureOptions } from "./options.ts";
import { answersBySource, gaugeOf, gcPausesOf, readServerMetrics } from "./server-metrics.ts";

export interface Ground {
  readonly options: PressureOptions;
  readonly server: ServerProcess<string>;
  readonly closed: LoadDriver;
  readonly open: LoadDriver;
  readonly tokenKeys: string;
}

const CONNECTIONS = 64;
const OVERLOAD_TIMES = 5;
/** More than the server computes at the same time: beyond them it is bound to refuse. */
const OVERLOAD_CONNECTIONS = 6_000;
const HOT_PLAYERS = 20_000;
const CPU_SECONDS = "process_cpu_seconds_total";
const CACHING_MS_MAX = 30_000;
const RECOVERED_MS_MAX = 100;
const RECOVERY_MS_MAX = 30_000;
const PROBE_MS_MAX = 1_000;
const PROBE_PAUSE_MS = 20;
/** Beyond the vector players. */
const PLAYER_ID_MIN = 3;

/**
 * Resolves when the server keeps its answers: a cache whose epoch is new is shut at first, and reads are cheaper
 * then than they are in production.
 */
export async function untilCaching(ground: Ground): Promise<void> {
  const probe = createProbe(ground, 0);
  const before = await readServerMetrics(ground.server.origin);
  const isCaching = async () => {
    await probe();
    const { computed = 0 } = answersBySource(before, await readServerMetrics(ground.server.origin));
    return computed > 0;
  };
  await until(isCaching, () => "the server keeps no answers", CACHING_MS_MAX);
}

/** The most that it does. */
export async function measurePeak(ground: Ground, seed = 1): Promise<Stretch> {
  const { stretch } = await load(ground, { arrivals: { loop: "closed", connections: CONNECTIONS }, seed });
  return stretch;
}

/** Peak and overload in turns, so that a machine that is slow for a while is slow for both. */
export async function measureOverloads(ground: Ground): Promise<OverloadRound[]> {
  const rounds: OverloadRound[] = [];
  for (let round = 1; round <= ground.options.rounds; round += 1) {
    await untilCaching(ground);
    // Players in an order of its own: what one round has asked for is not to be found by the next.
    const peak = await measurePeak(ground, 10 * round);
    rounds.push({ peak, overload: await measureOverload(ground, peak, 10 * round + 1) });
  }
  return rounds;
}

/** Many times of that at a clock's pace, then the wait for the first read that is answered in time. */
async function measureOverload(ground: Ground, peak: Stretch, seed: number): Promise<Overload> {
  const wantedPerSecond = Math.round(perSecond(peak.load) * OVERLOAD_TIMES);
  const arrivals = { loop: "open", perSecond: wantedPerSecond, connections: OVERLOAD_CONNECTIONS } as const;
  // The probes come at once: what the server still works on is what they wait behind.
  const probed = { recoveryMs: null as number | null };
  const { stretch } = await load(ground, {
    arrivals,
    seed,
    onEnd: async () => {
      probed.recoveryMs = await recovery(ground);
    },
  });
  const { sent, answered, errors, seconds, refused = 0, unsent = 0, rightSeconds = seconds } = stretch.load;
  // Requests without an answer are among the errors, and among what was sent.
  const right = answered - Math.max(0, errors - (sent - answered));
  const arrivalSeconds = (sent + unsent) / wantedPerSecond;
  return {
    ...stretch,
    wantedPerSecond,
    sentPerSecond: sent / arrivalSeconds,
    usefulPerSecond: right / Math.max(rightSeconds, arrivalSeconds),
    otherErrors: errors - refused,
    // The load process has waited for late answers meanwhile.
    recoverySeconds:
      probed.recoveryMs === null ? null : Math.max(0, seconds - arrivalSeconds) + probed.recoveryMs / 1000,
  };
}

/** Half the peak: with the cache Redis, while it stops answering, and with it silent throughout. */
export async function measureRedisAway(
  ground: Ground,
  peak: Stretch,
  redisPid: number,
): Promise<{ redisThere: Stretch; redisFreezing: Stretch; redisFrozen: Stretch }> {
  const arrivals = { loop: "open", perSecond: Math.max(1, Math.round(perSecond(peak.load) / 2)) } as const;
  const redisThere = (await load(ground, { arrivals, seed: 3 })).stretch;
  const thaw = onStop(async () => void process.kill(redisPid, "SIGCONT"));
  try {
    const freeze = () => process.kill(redisPid, "SIGSTOP");
    const redisFreezing = (await load(ground, { arrivals, seed: 4, onWarm: freeze })).stretch;
    const redisFrozen = (await load(ground, { arrivals, seed: 5 })).stretch;
    return { redisThere, redisFreezing, redisFrozen };
  } finally {
    await thaw();
  }
}

/** On a fresh server, since its memory is looked at. */
export async function measureHotPlayers(ground: Ground): Promise<HotPlayers> {
  const { stretch, before, after } = await load(ground, {
    arrivals: { loop: "closed", connections: CONNECTIONS },
    seed: 6,
    askingPlayers: HOT_PLAYERS,
    warmUpSeconds: ground.options.hotWarmUpSeconds,
  });
  return {
    ...stretch,
    residentBytes: gaugeOf(after, "process_resident_memory_bytes"),
    heapUsedBytes: gaugeOf(after, "nodejs_heap_size_used_bytes"),
    gcPauses: gcPausesOf(before, after),
  };
}

interface LoadPlan {
  readonly arrivals: Arrivals;
  readonly seed: number;
  readonly askingPlayers?: number;
  readonly warmUpSeconds?: number;
  /** Between the warm-up and what is measured. */
  readonly onWarm?: () => unknown;
  /** As soon as the load process is done. */
  readonly onEnd?: () => Promise<void>;
}

/** The server's counts are those of the measured stretch, the warm-up left out. */
async function load(
  { options, server, closed, open }: Ground,
  { arrivals, seed, askingPlayers, warmUpSeconds = options.warmUpSeconds, onWarm, onEnd }: LoadPlan,
): Promise<{ stretch: Stretch; before: Metrics; after: Metrics }> {
  let before: Metrics = new Map();
  const job = {
    origin: server.origin,
    form: server.variant.form,
    scenario: playerState.name,
    world: server.world.name,
    playerId: null,
    askingPlayers: askingPlayers ?? null,
    seed,
    arrivals,
    warmUpSeconds,
    measuredSeconds: options.measuredSeconds,
  };
  const result: LoadResult = await (arrivals.loop === "closed" ? closed : open).run(job, async () => {
    before = await readServerMetrics(server.origin);
    await onWarm?.();
  });
  await onEnd?.();
  const after = await readServerMetrics(server.origin);
  const serverCpuSeconds = gaugeOf(after, CPU_SECONDS) - gaugeOf(before, CPU_SECONDS);
  return { stretch: { load: result, bySource: answersBySource(before, after), serverCpuSeconds }, before, after };
}

type Metrics = Awaited<ReturnType<typeof readServerMetrics>>;

/** Milliseconds until a read of a random player is answered in time; null where that does not come. */
async function recovery(ground: Ground): Promise<number | null> {
  // Other players than those that were asked for before the peak: these are to be cold.
  const probe = createProbe(ground, 1);
  const startedMs = performance.now();
  while (performance.now() - startedMs < RECOVERY_MS_MAX) {
    const probeMs = performance.now();
    const isRight = await probe();
    if (isRight && performance.now() - probeMs <= RECOVERED_MS_MAX) return performance.now() - startedMs;
    await delay(PROBE_PAUSE_MS);
  }
  return null;
}

/** Reads the state of a random player; whether it was answered. */
function createProbe({ options, server, tokenKeys }: Ground, seed: number): () => Promise<boolean> {
  const signToken = createSignToken(tokenKeys);
  const random = createRandom(seed, "pressure probes", 0);
  return () => {
    const playerId = random.integer(PLAYER_ID_MIN, options.playerCount);
    const asked = playerState.ask({ playerId, cityIndex: 0 }, random);
    return isAnswered(server.origin, wireRequest(server.variant.form, asked, signToken(playerId)));
  };
}

async function isAnswered(origin: string, request: ReturnType<typeof wireRequest>): Promise<boolean> {
  const { method, path, headers, body = "" } = request;
  try {
    const signal = AbortSignal.timeout(PROBE_MS_MAX);
    const response = await fetch(`${origin}${path}`, { method, headers, body, signal });
    return response.status === 200 && !(await response.text()).includes('"errors":');
  } catch {
    // Not answered in time: asked again.
    return false;
  }
}
