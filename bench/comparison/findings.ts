// What a comparison leaves behind, as plain JSON; tables and verdicts are computed from it.

import type { Measurement } from "../measure/measurement.ts";
import { median, ratioOf } from "../measure/statistics.ts";
import type { Figure, Surroundings } from "../results.ts";
import type { ComparisonOptions } from "./options.ts";

/** One row of figures for each variant: a scenario with a number of connections. */
export interface ComparisonTrial {
  readonly name: string;
  readonly title: string;
  readonly scenario: string;
  readonly connections: number;
  /** Only this player asks; null for random players. */
  readonly playerId: number | null;
  /** Only these are measured; all where not given. */
  readonly variants?: readonly string[];
  /** How many players ask, from the first on; all of the world where not given. */
  readonly askingPlayers?: number;
  /** Where caches have to fill before anything is measured; as in the options where not given. */
  readonly warmUpSeconds?: number;
}

export interface PoolSizeResult {
  readonly variant: string;
  readonly poolSize: number;
  readonly throughput: number;
}

export interface ComparisonTrialResult {
  readonly trial: ComparisonTrial;
  /** By variant, one measurement a round, in the order of the rounds. */
  readonly rounds: Readonly<Record<string, readonly Measurement[]>>;
}

export interface ComparisonResults<Extra extends object = object> extends Surroundings {
  readonly options: ComparisonOptions;
  readonly sweep: readonly PoolSizeResult[];
  /** Null is the server's own default. */
  readonly poolSizes: Readonly<Record<string, number | null>>;
  readonly trials: readonly ComparisonTrialResult[];
  /** What only this comparison measures. */
  readonly extra: Extra;
}

/** A variant's measurements in a trial, empty where it was not measured. */
export function roundsIn({ trials }: ComparisonResults, name: string, variant: string): readonly Measurement[] {
  return trials.find(({ trial }) => trial.name === name)?.rounds[variant] ?? [];
}

/** The median over the rounds; null where it was not measured. */
export function medianIn(results: ComparisonResults, trial: string, variant: string, figure: Figure): number | null {
  return numberOrNull(median(roundsIn(results, trial, variant).map(figure)));
}

/** Satchel's figure to the variant's, the median of the rounds' own ratios; null where either was not measured. */
export function ratioIn(results: ComparisonResults, trial: string, variant: string, figure: Figure): number | null {
  const [ours, theirs] = [roundsIn(results, trial, "satchel"), roundsIn(results, trial, variant)];
  if (ours.length === 0 || theirs.length === 0) return null;
  return numberOrNull(ratioOf(ours.map(figure), theirs.map(figure)).median);
}

function numberOrNull(figure: number): number | null {
  return Number.isFinite(figure) ? figure : null;
}
