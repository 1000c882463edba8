// `npm run bench -- writes`: what a committed write costs. The same exchanges by Satchel, by a transaction of
// Prisma's each, and by a plain transaction each; beside them the bare INSERTs. Ends with a comparison of ledger
// and balances over the whole world, which all of them have written to.

import { BASIC_ITEM_COUNT } from "../../prisma/seed/catalogue.ts";
import { connectTo } from "../../scripts/migrations/connection.ts";
import type { Stack } from "../../scripts/stack/stack.ts";
import { verifyLedger, type LedgerVerdict } from "../../scripts/verify/verify-ledger.ts";
import { medianIn, ratioIn, roundsIn, type ComparisonTrial } from "../comparison/findings.ts";
import type { ComparisonOptions } from "../comparison/options.ts";
import { runComparison, type Comparison } from "../comparison/run.ts";
import { figures } from "../results.ts";
import { openWorld, type World } from "../world.ts";
import { measureBareInserts, type BareFinding } from "./bare-inserts.ts";
import { stockPlayers } from "./stock.ts";
import { writeVariants } from "./variants.ts";

/** The command. Resolves to the exit code: 1 when a budget is broken, or ledger and balances disagree. */
export function benchWrites(args: readonly string[]): Promise<number> {
  return runComparison(writes, args);
}

interface WritesExtra {
  /** Multi-row INSERTs of the same rows without any logic. */
  readonly bare: BareFinding;
  /** Ledger against balances over the whole world. */
  readonly verdict: LedgerVerdict;
}

const TRANSACTION = "one Prisma transaction per write";

const writes: Comparison<WritesExtra> = {
  name: "writes",
  variants: writeVariants,
  trialsOf: writeTrialsOf,
  openWorld: openWritesWorld,
  async measureExtra({ world, meter, options }) {
    const seconds = options.measuredSeconds;
    const bare = await measureBareInserts(world.databaseAdminUrl, { ...options, meter, seconds });
    console.error("Comparing ledger and balances of the whole world ...");
    const onMismatch = (line: string) => console.error(`  ${line}`);
    return { bare, verdict: await verifyLedger({ databaseUrl: world.databaseAdminUrl, onMismatch }) };
  },
  closingLines: ({ extra: { bare, verdict } }) => [
    `Bare multi-row INSERTs of the same rows: ${bare.throughput.toFixed(0)}/s, MySQL ${bare.mysqlCpuUs.toFixed(0)} us`,
    `Ledger against balances: ${verdict.mismatchCount} mismatches in ${verdict.entryCount} entries`,
  ],
  isBroken: ({ extra }) => extra.verdict.mismatchCount > 0,
  budgets: [
    {
      title: `Throughput, to ${TRANSACTION}`,
      bound: "least",
      limit: 10,
      unit: "x",
      figureOf: (results) => ratioIn(results, "many", "prisma-transaction", figures.throughput),
    },
    {
      title: `MySQL CPU per write, to ${TRANSACTION}`,
      bound: "most",
      limit: 0.2,
      unit: "x",
      figureOf: (results) => ratioIn(results, "many", "prisma-transaction", figures.mysqlCpuUs),
    },
    {
      title: `p99 with fewer connections, to ${TRANSACTION}`,
      bound: "most",
      limit: 1,
      unit: "x",
      figureOf: (results) => ratioIn(results, "fewer", "prisma-transaction", figures.p99),
    },
    {
      title: "One hot player",
      bound: "least",
      limit: 2_000,
      unit: "/s",
      figureOf: (results) => medianIn(results, "hot-player", "satchel", figures.throughput),
    },
    {
      title: "p50 of a write alone, to a single plain transaction",
      bound: "most",
      limit: 1.5,
      unit: "x",
      figureOf: (results) => ratioIn(results, "alone", "plain-transaction", figures.p50),
    },
    {
      title: "Errors",
      bound: "most",
      limit: 0,
      unit: "",
      figureOf: (results) =>
        results.trials
          .flatMap(({ trial }) => roundsIn(results, trial.name, "satchel"))
          .reduce((sum, round) => sum + figures.errors(round), 0),
    },
  ],
};

/** Beyond the vector players, whose state other tests know. */
const HOT_PLAYER_ID = 777;

function writeTrialsOf({ connectionCount, fewerConnectionCount, playerCount }: ComparisonOptions): ComparisonTrial[] {
  const players = `${playerCount.toLocaleString("en")} players`;
  const trial = (name: string, whose: string, connections: number, playerId: number | null = null) => ({
    name,
    title: `ExchangeItems, ${whose}, ${connections} connection${connections === 1 ? "" : "s"}`,
    scenario: "exchange-items",
    connections,
    playerId,
  });
  return [
    trial("many", players, connectionCount),
    trial("fewer", players, fewerConnectionCount),
    trial("hot-player", "one player", fewerConnectionCount, HOT_PLAYER_ID),
    trial("alone", players, 1),
  ];
}

async function openWritesWorld(
  stack: Stack,
  { playerCount }: ComparisonOptions,
  progress: (line: string) => void,
): Promise<World> {
  const size = { name: "writes", playerCount, itemCount: BASIC_ITEM_COUNT, heavyItemLocationCount: 0 } as const;
  const world = await openWorld(stack, size, progress);
  progress("Stocking every player ...");
  const connection = await connectTo(world.databaseAdminUrl);
  try {
    await stockPlayers(connection, playerCount);
    await connection.query("ANALYZE TABLE player_item, item_transaction, item_transaction_line, idempotency");
  } finally {
    await connection.end();
  }
  return world;
}
