// The arithmetic of the bench, and nothing else: percentiles, medians, ratios between rounds.

/** Latencies of one measurement, in milliseconds. */
export interface LatencyMs {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/**
 * The smallest value that at least `share` of all values do not exceed (nearest rank), so always one that
 * was really measured. `ascending` must be sorted; NaN when it is empty.
 */
export function percentile(ascending: ArrayLike<number>, share: number): number {
  const rank = Math.max(1, Math.ceil(share * ascending.length));
  return ascending[rank - 1] ?? Number.NaN;
}

/** Sorts `samples` in place. */
export function latencyOf(samples: Float64Array): LatencyMs {
  samples.sort();
  return {
    p50: percentile(samples, 0.5),
    p99: percentile(samples, 0.99),
    p999: percentile(samples, 0.999),
    max: percentile(samples, 1),
  };
}

/** The middle value, or the mean of the middle two; NaN when there is none. */
export function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const middle = ascending.length >> 1;
  const upper = ascending[middle] ?? Number.NaN;
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A ratio over rounds: the median, and how far single rounds lie from it. */
export interface Ratio {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * `ours` to `theirs`, round by round. The two were measured one after the other in each round, so what
 * slows the whole machine for a while slows both, and their ratio stays.
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Ratio {
  if (ours.length !== theirs.length) throw new RangeError(`${ours.length} rounds against ${theirs.length}`);
  const ratios = ours.map((value, round) => value / theirs[round]!);
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
}

/** How much `values` grew: the median of their last third over that of their first third. */
export function growthOf(values: readonly number[]): number {
  const third = Math.max(1, Math.floor(values.length / 3));
  return median(values.slice(-third)) / median(values.slice(0, third));
}
