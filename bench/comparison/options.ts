// What `npm run bench -- <comparison> ...` understands. The defaults are those of the figures that budgets judge;
// `--quick` is the same walk in a minute.

import { readCommandOptions } from "../command-options.ts";

export interface ComparisonOptions {
  /** Written beside the database and not judged: its numbers are too few. */
  readonly quick: boolean;
  readonly playerCount: number;
  readonly roundCount: number;
  readonly measuredSeconds: number;
  readonly warmUpSeconds: number;
  /** Connections of the trials of throughput and of waiting. */
  readonly connectionCount: number;
  readonly fewerConnectionCount: number;
  /** Pool sizes that the sweep tries. */
  readonly poolSizes: readonly number[];
  readonly sweepSeconds: number;
}

const USAGE = "usage: npm run bench -- <name> [--quick] [--players 200000] [--rounds 5] [--seconds 5] [--yes]";

/** Reads the words behind the name. Throws a SetupError that says which is wrong, and the usage. */
export function comparisonOptionsOf(args: readonly string[]): ComparisonOptions {
  const { quick, count } = readCommandOptions(args, ["players", "rounds", "seconds"], USAGE);
  return {
    quick,
    playerCount: count("players", quick ? 5_000 : 200_000, 1_000),
    roundCount: count("rounds", quick ? 1 : 5, 1),
    measuredSeconds: count("seconds", quick ? 1 : 5, 1),
    warmUpSeconds: quick ? 0.5 : 1.5,
    connectionCount: 256,
    fewerConnectionCount: 64,
    poolSizes: quick ? [16] : [8, 16, 32, 64],
    sweepSeconds: 3,
  };
}
