// One trial of freshness: a load over the processes of a site, a fault in the midst of it, and the judgement.

import { until } from "../../kit/until.ts";
import type { CacheFault } from "./cache-faults.ts";
import { startFreshLoad, type FreshVerdict } from "./fresh-load.ts";
import type { Site } from "./site.ts";

export interface FreshTrial {
  readonly seed: number;
  readonly writers: number;
  readonly readers: number;
  /** Write-read pairs before the fault, and in all. */
  readonly pairsBefore: number;
  readonly pairs: number;
  readonly fault?: CacheFault | undefined;
}

const PAIRS_MS_MAX = 120_000;

/** Everything that is wrong, `law: sentence` each, and what was done. */
export async function tryFreshness(
  site: Site,
  { seed, writers, readers, pairsBefore, pairs, fault }: FreshTrial,
): Promise<{ readonly wrong: readonly string[]; readonly verdict: FreshVerdict }> {
  const { world, processes: servers, doubts } = site;
  const load = await startFreshLoad({ world, servers, doubts, seed, writers, readers });
  const found: string[] = [];
  const reach = (count: number) =>
    until(
      () => load.pairs() >= count,
      () => `${load.pairs()} pairs of ${count}`,
      PAIRS_MS_MAX,
    );
  const reads = (count: number) => {
    const goal = load.readings.length + count;
    return until(
      () => load.readings.length >= goal,
      () => "reads go on",
    );
  };
  try {
    await reach(pairsBefore);
    await fault?.({ site, load, reads, found });
    await reach(pairs);
  } catch (error) {
    await load.end().catch(() => undefined);
    throw error;
  }
  const verdict = await load.end();
  const { sentences, violations, mismatches } = verdict;
  const books = violations.map(({ law, sentence }) => `${law}: ${sentence}`);
  return { wrong: [...found, ...sentences, ...books, ...mismatches], verdict };
}
