// The promise of the cache, over processes that share one: whoever has been told of a write is never told an older state
// by any of them, over either lane, and never what is another's, whatever happens to writers and to Redis meanwhile.

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { cacheFaults, type CacheFault } from "./kit/cache-faults.ts";
import { counts, seed, timeoutFor } from "./kit/counts.ts";
import type { FreshVerdict } from "./kit/fresh-load.ts";
import { pairsMsMax, tryFreshness } from "./kit/fresh-trial.ts";
import { report } from "./kit/report.ts";
import { openSite, type Site } from "./kit/site.ts";

const NAME = "no-read-is-older-than-what-was-told";
const PLAYERS = 48;
const WRITERS = 64;
const READERS = 6;
/** One judgement holds so many at most in memory. */
const PAIRS_A_ROUND = 10_000;
/** Quiet, and the judgement; a fault and what recovers from it. */
const JUDGEMENT_MS = 60_000;
const FAULT_MS = 120_000;

let site: Site;
beforeAll(async () => {
  site = await openSite({ processes: counts.cachingProcesses, players: PLAYERS });
}, 60_000);
afterEach(() => site.recover());
afterAll(async () => {
  await site.close();
});

it(
  `tells nothing old and nothing of others', ${counts.freshPairs} times`,
  async () => {
    let pairs = 0;
    for (let round = 0; pairs < counts.freshPairs; round += 1) {
      pairs += (await expectFresh(round, Math.min(PAIRS_A_ROUND, counts.freshPairs - pairs))).pairs;
    }
    // Without this a cache that is never used would pass.
    expect(await site.hits()).toBeGreaterThan(counts.freshPairs / 20);
    report(NAME, { "write-read pairs": pairs, hits: await site.hits() });
  },
  timeoutFor(Math.ceil(counts.freshPairs / PAIRS_A_ROUND), pairsMsMax(PAIRS_A_ROUND) + JUDGEMENT_MS),
);

it.each(Object.entries(cacheFaults))(
  "tells nothing old when %s",
  async (name, fault) => {
    const { pairs, excused } = await expectFresh(name.length, counts.freshPairsPerFault, fault);
    report(NAME, { [name]: `${pairs} pairs, ${excused} reads excused` });
  },
  timeoutFor(1, 2 * pairsMsMax(counts.freshPairsPerFault) + FAULT_MS + JUDGEMENT_MS),
);

/** A load of so many pairs, a quarter of them before the fault; nothing may be wrong. */
async function expectFresh(round: number, pairs: number, fault?: CacheFault): Promise<FreshVerdict> {
  const pauses = fault === undefined ? undefined : counts.freshPausesAtFaults;
  const load = { seed: seed + round, writers: WRITERS, readers: READERS, pauses };
  const { wrong, verdict } = await tryFreshness(site, { ...load, pairsBefore: pairs / 4, pairs, fault });
  expect(wrong.slice(0, 20)).toEqual([]);
  return verdict;
}
