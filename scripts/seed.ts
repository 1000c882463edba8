// `npm run seed -- --players 200000 [--items N] [--seed N]`: migrates, tops the demo world up to so many
// players and items in total, and then proves over all of them that balances equal the ledger. Can be
// stopped and run again at any moment; what is committed stays, and the next run carries on there.
import { parseArgs } from "node:util";
import { BASIC_ITEM_COUNT, ITEM_COUNT_MAX } from "../prisma/seed/catalogue.ts";
import { DEFAULT_SEED, seedDemo, type SeedDemoOptions } from "../prisma/seed/demo.ts";
import { checkLedger, type LedgerCheck } from "../prisma/seed/ledger-check.ts";
import { migrate } from "./migrate.ts";
import { giveNewEpoch, type CacheUrls } from "./new-epoch.ts";
import { createProgressBar } from "./progress-bar.ts";
import { SetupError } from "./setup-error.ts";
import { withDatabase } from "./with-database.ts";

/** What the command line asks for. */
export interface SeedArguments {
  readonly playerCount: number;
  readonly itemCount: number;
  readonly seed: number;
}

const USAGE = "usage: npm run seed -- --players 200000 [--items 100] [--seed 1]";
const PLAYER_COUNT_MAX = 10_000_000;

/** Reads the command line. Throws a SetupError that says which argument is wrong, and the usage. */
export function seedArgumentsOf(args: readonly string[]): SeedArguments {
  const values = parsedValues(args);
  if (values.players === undefined) throw new SetupError(`--players is missing\n${USAGE}`);
  return {
    playerCount: wholeNumber("--players", values.players, 2, PLAYER_COUNT_MAX),
    itemCount: wholeNumber("--items", values.items ?? String(BASIC_ITEM_COUNT), BASIC_ITEM_COUNT, ITEM_COUNT_MAX),
    seed: wholeNumber("--seed", values.seed ?? String(DEFAULT_SEED), 0, Number.MAX_SAFE_INTEGER),
  };
}

/** The command. Throws a SetupError when the check at the end finds anything. */
export async function main(args: readonly string[]): Promise<void> {
  const { playerCount, itemCount, seed } = seedArgumentsOf(args);
  const say = (line: string): void => console.error(line);
  await withDatabase(async (urls) => {
    await migrate({ ...urls, progress: say });
    const startedMs = performance.now();
    const added = await seedWithBars({ ...urls, playerCount, itemCount, seed, progress: say });
    const seededMs = performance.now();
    if (added > 0) await tellServers(urls, say);
    const bar = createProgressBar("players checked", playerCount);
    const check = await checkLedger({ databaseUrl: urls.migratorDatabaseUrl, onAdvance: bar.advance });
    bar.end();
    const checkedMs = performance.now();
    console.log(`Added ${grouped(added)} players with seed ${seed} in ${seconds(seededMs - startedMs)}.`);
    assertSound(check);
    console.log(
      `Checked ${grouped(check.playerCount)} players and ${grouped(check.transactionCount)} transactions in ` +
        `${seconds(checkedMs - seededMs)}: every balance equals its ledger, every version its transaction count.`,
    );
  });
}

/** A server that runs beside this may have answered that somebody is not there. */
async function tellServers(urls: CacheUrls, say: (line: string) => void): Promise<void> {
  if (await giveNewEpoch(urls)) return;
  say("the cache Redis was not told (REDIS_URL): a running server may give answers from before for up to 30 s");
}

/** Items come before players; each has a bar of its own, which says nothing while nothing comes. */
async function seedWithBars(
  options: SeedDemoOptions & { itemCount: number; progress: (line: string) => void },
): Promise<number> {
  const bars = {
    items: createProgressBar("items", options.itemCount),
    players: createProgressBar("players", options.playerCount),
  };
  const { added } = await seedDemo({
    ...options,
    progress: (line) => {
      bars.items.end();
      options.progress(line);
    },
    onAdvance: (what, count) => bars[what].advance(count),
  });
  bars.players.end();
  return added;
}

function parsedValues(args: readonly string[]): { players?: string; items?: string; seed?: string } {
  try {
    const options = { players: { type: "string" }, items: { type: "string" }, seed: { type: "string" } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new SetupError(`${name} must be a whole number from ${min} to ${max}, got "${text}"\n${USAGE}`);
}

function assertSound({ mismatches, wrongVersions }: LedgerCheck): void {
  const lines = [
    ...mismatches.map(
      (row) => `player ${row.playerId}, item ${row.itemId}: balance ${row.balance}, ledger ${row.ledgerQuantity}`,
    ),
    ...wrongVersions.map(
      (row) => `player ${row.playerId}: version ${row.version}, ${row.transactionCount} transactions`,
    ),
  ];
  if (lines.length > 0) throw new SetupError(`the balances do not equal the ledger:\n${lines.join("\n")}`);
}

function grouped(count: number): string {
  return count.toLocaleString("en");
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
