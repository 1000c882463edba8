// One trial of freshness: a load over the processes of a site, a fault in the midst of it, and the judgement.

import { limits } from "../../../src/runtime/limits.ts";
import { until } from "../../kit/until.ts";
import type { CacheFault } from "./cache-faults.ts";
import { startFreshLoad, type FreshVerdict, type Pauses } from "./fresh-load.ts";
import type { Site } from "./site.ts";

export interface FreshTrial {
  readonly seed: number;
  readonly writers: number;
  readonly readers: number;
  /** Write-read pairs before the fault, and in all. */
  readonly pairsBefore: number;
  readonly pairs: number;
  readonly fault?: CacheFault | undefined;
  /** As `startFreshLoad` takes them. */
  readonly pauses?: Pauses | undefined;
}

/** Answers from the cache after a fault: what it left behind that is old is there to be told. */
const HITS_AFTER = 50;
/** For as long the tags stay open that a dead writer has opened, and a slow machine takes its time then. */
const HITS_MS_MAX = limits.fenceOpenMs + 30_000;
/** Each look makes every process sum up its metrics. */
const HITS_POLL_MS = 100;

/** How long so many pairs may take: ten times what they take on two cores of their own. */
export function pairsMsMax(count: number): number {
  return 20_000 + count * 20;
}

/** Everything that is wrong, `law: sentence` each, and what was done. */
export async function tryFreshness(
  site: Site,
  { seed, writers, readers, pairsBefore, pairs, fault, pauses }: FreshTrial,
): Promise<{ readonly wrong: readonly string[]; readonly verdict: FreshVerdict }> {
  const { world, processes: servers, doubts } = site;
  const load = await startFreshLoad({ world, servers, doubts, seed, writers, readers, pauses });
  const found: string[] = [];
  const reach = (count: number) =>
    until(
      () => load.pairs() >= count,
      () => `${load.pairs()} pairs of ${count}`,
      pairsMsMax(count),
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
    if (fault !== undefined) {
      await fault({ site, load, reads, found });
      await untilHits(site, HITS_AFTER);
    }
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

async function untilHits(site: Site, count: number): Promise<void> {
  const before = await site.hits();
  await until(
    async () => (await site.hits()) >= before + count,
    () => "the cache is not used again",
    HITS_MS_MAX,
    HITS_POLL_MS,
  );
}
