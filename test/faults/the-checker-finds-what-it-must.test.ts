// The checker is proven: the real server passes under the very faults that bring mistakes to light, and every server
// with one of them is found out, by the law that it breaks.

import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { connectTo } from "../../scripts/migrations/connection.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { until } from "../kit/until.ts";
import { chosenOf, seed } from "./kit/counts.ts";
import type { History } from "./kit/history.ts";
import type { Mix } from "./kit/load.ts";
import { mutants, type Mutant } from "./kit/mutants.ts";
import { report } from "./kit/report.ts";
import { expectFit, startServersHere } from "./kit/server-here.ts";
import { createTestWorld } from "./kit/test-world.ts";
import { expectSoundUnderLoad, tryOut, type Verdict } from "./kit/trial.ts";
import type { World } from "./kit/world.ts";

/** A slice of load, and how many of them a mistake has to show itself. */
const SLICE_MS = 400;
const SLICES_MAX = 12;
const PLAYERS = 4;
/** A server with a mistake may never come to an answer. */
const RESOLVE_MS = 2_500;
/** Between two lost COMMITs: most must pass. */
const LOST_COMMIT_EVERY_MS = 40;
/** Longer than a command is skipped before it waits. */
const ROWS_HELD_MS = 150;
const ROWS_FREE_MS = 30;

it("finds nothing wrong with the server as it is, under the same faults", async () => {
  await runMutant({ name: "is as it is", edits: [], found: /^$/ }, async (trial) => {
    for (const fault of ["lost commits", "failing statements", "held rows"] as const) {
      expectSoundUnderLoad(await trial(fault));
    }
  });
}, 120_000);

it("tries mistakes that fit the code, all of them in the drill", () => {
  for (const { edits } of mutants) expectFit(edits);
});

it.each(chosenOf(mutants))(
  "finds out a server that $name",
  async (mutant) => {
    await runMutant(mutant, async (trial) => {
      let found: string[] = [];
      let slices = 0;
      while (!found.some((line) => mutant.found.test(line)) && slices < SLICES_MAX) {
        found = linesOf(await trial());
        slices += 1;
      }
      report("the-checker-finds-what-it-must", { [mutant.name]: `found in slice ${slices}` });
      const matching = found.filter((line) => mutant.found.test(line));
      expect(matching.length > 0 ? matching : fewOf(found)).toEqual(matching);
    });
  },
  120_000,
);

/** A slice of load under a fault: the mutant's own where not given. */
type Trial = (fault?: Mutant["fault"]) => Promise<Verdict>;

/** Starts two such servers in a world of their own, and lets `work` run slices of load over them. */
async function runMutant(mutant: Mutant, work: (trial: Trial) => Promise<void>): Promise<void> {
  let proxy: FaultProxy | undefined;
  const { world, drop } = await createTestWorld({
    playerCount: PLAYERS,
    route: async (databaseUrl) => (proxy = await startFaultProxy(databaseUrl)).url,
  });
  const { servers, stop } = await startServersHere(world, mutant.edits);
  const { kinds, twinShare } = mutant;
  const load = {
    ...(kinds === undefined ? {} : { mix: mixOf(kinds) }),
    ...(twinShare === undefined ? {} : { twinShare }),
  };
  let slice = 0;
  try {
    await work((fault = mutant.fault) => {
      slice += 1;
      return tryOut({ world, servers, seed: seed + slice, resolveMs: RESOLVE_MS, ...load }, async (history) => {
        await makeFault(fault, proxy!, world);
        // On a busy machine a slice may be over before anybody was refused anything.
        if (mutant.edits.length === 0) await untilLoaded(history);
      });
    });
  } finally {
    await stop();
    await proxy!.close();
    await drop();
  }
}

/** Things were done and things were refused. A server with a mistake may never come to that. */
function untilLoaded(history: History): Promise<void> {
  return until(
    () => history.count().ok > 0 && history.count().refused > 0,
    () => `the load came to ${JSON.stringify(history.count())}`,
  );
}

/** A slice's time, with the fault in it. */
async function makeFault(fault: Mutant["fault"], proxy: FaultProxy, world: World): Promise<void> {
  const startedAtMs = performance.now();
  const isOver = () => performance.now() - startedAtMs >= SLICE_MS;
  if (fault === undefined) await delay(SLICE_MS);
  else if (fault === "lost commits") await loseCommits(proxy, isOver);
  else if (fault === "held rows") await holdRows(world, isOver);
  else await failStatements(world);
}

async function loseCommits(proxy: FaultProxy, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await Promise.race([proxy.cutBefore("COMMIT"), delay(SLICE_MS)]);
    await delay(LOST_COMMIT_EVERY_MS);
  }
}

/** Somebody holds all players now and then, so that both servers wait for them at once. */
async function holdRows({ adminUrl }: World, isOver: () => boolean): Promise<void> {
  const holder = await connectTo(adminUrl);
  try {
    while (!isOver()) {
      await holder.query("BEGIN");
      await holder.query("SELECT id FROM player FOR UPDATE");
      await delay(ROWS_HELD_MS);
      await holder.query("ROLLBACK");
      await delay(ROWS_FREE_MS);
    }
  } finally {
    await holder.end();
  }
}

/** What a lock wait inside a transaction looks like: that statement alone is rolled back. */
async function failStatements({ query }: World): Promise<void> {
  await query(
    "CREATE TRIGGER failing BEFORE INSERT ON idempotency FOR EACH ROW IF RAND() < 0.03 THEN " +
      "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205, MESSAGE_TEXT = 'made to fail'; END IF",
  );
  await delay(SLICE_MS);
  await query("DROP TRIGGER failing");
}

function mixOf(kinds: NonNullable<Mutant["kinds"]>): Mix {
  const share = (kind: (typeof kinds)[number]) => (kinds.includes(kind) ? 1 : 0);
  return {
    GrantItems: share("GrantItems"),
    SpendItems: share("SpendItems"),
    ExchangeItems: share("ExchangeItems"),
    TransferItems: share("TransferItems"),
    CollectItem: share("CollectItem"),
    PlayerState: share("PlayerState"),
  };
}

function linesOf({ violations, mismatches }: Verdict): string[] {
  return [...violations.map(({ law, sentence }) => `${law}: ${sentence}`), ...mismatches];
}

/** At most three of each law, for a reader. */
function fewOf(found: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return found.filter((line) => {
    const law = line.split(/[:,]/, 1)[0]!;
    seen.set(law, (seen.get(law) ?? 0) + 1);
    return seen.get(law)! <= 3;
  });
}
