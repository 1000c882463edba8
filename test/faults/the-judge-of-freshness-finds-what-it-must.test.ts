// The judge of freshness is proven: every cache with one of the known mistakes is found out, by what the mistake does.
// (That the real one passes under the same faults: no-read-is-older-than-what-was-told.test.ts.)

import { afterAll, beforeAll, expect, it } from "vitest";
import { changedSource } from "./kit/changed-source.ts";
import { chosenOf, seed } from "./kit/counts.ts";
import { freshMutants, patience, type FreshMutant } from "./kit/fresh-mutants.ts";
import { tryFreshness } from "./kit/fresh-trial.ts";
import { startRedisProcess, type RedisProcess } from "./kit/redis-process.ts";
import { report } from "./kit/report.ts";
import { expectFit } from "./kit/server-here.ts";
import { openSite } from "./kit/site.ts";

/** Few, so that many ask for the same; each writes alone but for transfers, so that what is old is not soon made new. */
const PLAYERS = 6;
const WRITERS = 6;
const READERS = 12;
const PAIRS_A_SLICE = 60;
const SLICES_MAX = 8;

let redis: RedisProcess;
beforeAll(async () => {
  redis = await startRedisProcess();
});
afterAll(async () => {
  await redis.close();
});

it("tries mistakes that fit the code, all of them in the drill", () => {
  for (const { edits } of freshMutants) expectFit(edits);
});

it.each(chosenOf(freshMutants).map((mutant) => [mutant.name, mutant] as const))(
  "finds out a server that %s",
  async (name, mutant) => {
    const { wrong, slices } = await findOut(mutant);
    report("the-judge-of-freshness-finds-what-it-must", { [name]: `found in slice ${slices}` });
    const matching = wrong.filter((line) => mutant.found.test(line));
    expect(matching.length > 0 ? matching : wrong.slice(0, 10)).toEqual(matching);
    expect(matching).not.toEqual([]);
  },
  180_000,
);

async function findOut({ edits, weather, fault, found }: FreshMutant) {
  const site = await openSite({ processes: 2, players: PLAYERS, script: changedSource([...edits, patience]), redis });
  try {
    weather?.(site);
    let wrong: readonly string[] = [];
    let slices = 0;
    while (!wrong.some((line) => found.test(line)) && slices < SLICES_MAX) {
      slices += 1;
      const load = { seed: seed + slices, writers: WRITERS, readers: READERS };
      ({ wrong } = await tryFreshness(site, { ...load, pairsBefore: PAIRS_A_SLICE / 2, pairs: PAIRS_A_SLICE, fault }));
    }
    return { wrong, slices };
  } finally {
    await site.close();
  }
}
