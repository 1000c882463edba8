// What the run under pressure leaves behind, as plain JSON, and what is wanted of it.

import type { Verdict } from "../budgets.ts";
import type { LoadResult } from "../load/job.ts";
import { median } from "../measure/statistics.ts";
import type { Surroundings } from "../results.ts";
import type { PressureOptions } from "./options.ts";
import type { GcPauses } from "./server-metrics.ts";

/** One measured stretch of load, and where the server says its answers came from. */
export interface Stretch {
  readonly load: LoadResult;
  readonly bySource: Readonly<Record<string, number>>;
  /** CPU of the server's process, without that of MySQL and the Redis. */
  readonly serverCpuSeconds: number;
}

export interface Overload extends Stretch {
  readonly wantedPerSecond: number;
  readonly sentPerSecond: number;
  /** Right answers a second, from the first arrival until the last right answer. */
  readonly usefulPerSecond: number;
  /** Errors that are not refusals. */
  readonly otherErrors: number;
  /** From the last arrival until a cold read is answered in time; null where that did not come. */
  readonly recoverySeconds: number | null;
}

/** An overload, and the peak just before it, which it is judged by: the machine of a minute ago may be another. */
export interface OverloadRound {
  readonly peak: Stretch;
  readonly overload: Overload;
}

export interface HotPlayers extends Stretch {
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly gcPauses: readonly GcPauses[];
}

export interface PressureResults extends Surroundings {
  readonly options: PressureOptions;
  /** Of cold reads, before everything else: Redis is taken away under half of it. */
  readonly peak: Stretch;
  readonly overloads: readonly OverloadRound[];
  readonly redisThere: Stretch;
  /** The cache Redis is stopped when the warm-up is over. */
  readonly redisFreezing: Stretch;
  /** It has been since before the warm-up. */
  readonly redisFrozen: Stretch;
  readonly hotPlayers: HotPlayers;
}

interface Bound {
  readonly budget: Verdict["budget"];
  figureOf(results: PressureResults): number | null;
}

const RECOVERY_SECONDS_MAX = 5;

const bounds: readonly Bound[] = [
  {
    budget: { title: "Errors at the peak", bound: "most", limit: 0, unit: "" },
    figureOf: ({ peak, overloads }) =>
      sum([peak, ...overloads.map((round) => round.peak)].map(({ load }) => load.errors)),
  },
  {
    budget: { title: "Useful answers under overload, to the peak before", bound: "least", limit: 0.9, unit: "x" },
    figureOf: ({ overloads }) => median(overloads.map(usefulShare)),
  },
  {
    budget: { title: "Errors under overload that are no refusals", bound: "most", limit: 0, unit: "" },
    figureOf: ({ overloads }) => sum(overloads.map(({ overload }) => overload.otherErrors)),
  },
  {
    budget: { title: "Recovery after overload, the slowest", bound: "most", limit: RECOVERY_SECONDS_MAX, unit: " s" },
    figureOf: ({ overloads }) =>
      Math.max(...overloads.map(({ overload }) => overload.recoverySeconds ?? Number.POSITIVE_INFINITY)),
  },
  {
    budget: { title: "Errors while the cache Redis freezes, and frozen", bound: "most", limit: 0, unit: "" },
    figureOf: ({ redisFreezing, redisFrozen }) => redisFreezing.load.errors + redisFrozen.load.errors,
  },
  {
    budget: { title: "p99 while the cache Redis freezes, to that with it", bound: "most", limit: 3, unit: "x" },
    figureOf: ({ redisThere, redisFreezing }) => redisFreezing.load.latencyMs.p99 / redisThere.load.latencyMs.p99,
  },
  {
    budget: { title: "p99 with the cache Redis frozen, to that with it", bound: "most", limit: 3, unit: "x" },
    figureOf: ({ redisThere, redisFrozen }) => redisFrozen.load.latencyMs.p99 / redisThere.load.latencyMs.p99,
  },
];

export function judgePressure(results: PressureResults): Verdict[] {
  return bounds.map(({ budget, figureOf }) => {
    const figure = figureOf(results);
    const isKept = figure === null ? null : budget.bound === "least" ? figure >= budget.limit : figure <= budget.limit;
    return { budget, figure, isKept };
  });
}

/** Answers a second, of whatever kind. */
export function perSecond({ answered, seconds }: LoadResult): number {
  return answered / seconds;
}

/** Of the peak just before. */
export function usefulShare({ peak, overload }: OverloadRound): number {
  return overload.usefulPerSecond / perSecond(peak.load);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
