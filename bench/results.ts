// What a run leaves behind: everything that was measured and on what, as plain JSON. The tables, the
// report and the budgets are all computed from it, and an old file can be looked at again.

import type { Measurement } from "./measure/measurement.ts";
import { median, ratioOf, type Ratio } from "./measure/statistics.ts";
import type { BenchOptions } from "./options.ts";
import type { Trial, TrialName } from "./trials.ts";
import type { VariantName } from "./variants/variants.ts";

/** Where and of what. */
export interface Surroundings {
  /** RFC 3339. */
  readonly startedAt: string;
  readonly commit: string;
  /** Whether files differed from the commit. */
  readonly isModified: boolean;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly kernel: string;
    /** Processes that wanted to run before the bench began: above 0.5, others took part. */
    readonly loadAverage: number;
  };
  /** By program or package. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface TrialResult {
  readonly trial: Trial;
  /** One measurement a round, in the order of the rounds. */
  readonly rounds: Readonly<Partial<Record<VariantName, readonly Measurement[]>>>;
}

/** One stretch of constant arrivals. */
export interface OpenLoopResult {
  readonly trial: TrialName;
  readonly variant: VariantName;
  readonly perSecond: number;
  readonly measurement: Measurement;
}

export interface SweepResult {
  readonly variant: VariantName;
  readonly poolSize: number;
  readonly throughput: number;
}

export interface BenchResults extends Surroundings {
  readonly options: BenchOptions;
  /** Answers of each variant that were compared with Satchel's. */
  readonly comparedAnswers: number;
  readonly sweep: readonly SweepResult[];
  /** Null is the server's own default. */
  readonly poolSizes: Readonly<Partial<Record<VariantName, number | null>>>;
  readonly trials: readonly TrialResult[];
  readonly openLoop: readonly OpenLoopResult[];
  /** A fresh Satchel under the mix, stretch after stretch. */
  readonly soak: readonly Measurement[];
}

/** A figure of one measurement. */
export type Figure = (measurement: Measurement) => number;

export const figures = {
  throughput: (measurement) => measurement.throughput,
  p50: ({ latencyMs }) => latencyMs.p50,
  p99: ({ latencyMs }) => latencyMs.p99,
  p999: ({ latencyMs }) => latencyMs.p999,
  serverCpuUs: (measurement) => measurement.serverCpuUs,
  mysqlCpuUs: (measurement) => measurement.mysqlCpuUs,
  totalCpuUs: ({ serverCpuUs, mysqlCpuUs }) => serverCpuUs + mysqlCpuUs,
  loadCpuUs: (measurement) => measurement.loadCpuUs,
  statements: (measurement) => measurement.statementsPerRequest,
  /** The stricter count: those cut off at the end had their statements too. */
  statementsPerAnswer: ({ statementsPerRequest, requests, answers }) => (statementsPerRequest * requests) / answers,
  errors: (measurement) => measurement.errors,
  residentMegabytes: ({ residentBytesAfter }) => residentBytesAfter / 1_000_000,
} satisfies Record<string, Figure>;

/** A trial's measurements of one variant, empty where it was not measured. */
export function roundsOf(results: BenchResults, trial: TrialName, variant: VariantName): readonly Measurement[] {
  return results.trials.find((result) => result.trial.name === trial)?.rounds[variant] ?? [];
}

/** The median over the rounds; NaN where it was not measured. */
export function medianOf(results: BenchResults, trial: TrialName, variant: VariantName, figure: Figure): number {
  return median(roundsOf(results, trial, variant).map(figure));
}

/** Satchel's figure to the variant's, round by round; null where either was not measured. */
export function ratioTo(results: BenchResults, trial: TrialName, variant: VariantName, figure: Figure): Ratio | null {
  const ours = roundsOf(results, trial, "satchel");
  const theirs = roundsOf(results, trial, variant);
  return ours.length === 0 || theirs.length === 0 ? null : ratioOf(ours.map(figure), theirs.map(figure));
}

/** Satchel's figure in one trial to its own in another. */
export function ratioBetween(
  results: BenchResults,
  trial: TrialName,
  reference: TrialName,
  figure: Figure,
): Ratio | null {
  const measured = roundsOf(results, trial, "satchel");
  const compared = roundsOf(results, reference, "satchel");
  return measured.length === 0 || compared.length === 0 ? null : ratioOf(measured.map(figure), compared.map(figure));
}
