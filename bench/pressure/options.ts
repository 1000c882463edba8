// What `npm run bench -- pressure ...` understands.

import { readCommandOptions } from "../command-options.ts";

export interface PressureOptions {
  /** Written beside the database and not judged: its numbers are too few. */
  readonly quick: boolean;
  readonly playerCount: number;
  /** Overloads, each behind a peak of its own. */
  readonly rounds: number;
  /** Of each part. */
  readonly measuredSeconds: number;
  readonly warmUpSeconds: number;
  /** Until all hot players have been asked for. */
  readonly hotWarmUpSeconds: number;
}

const USAGE = "usage: npm run bench -- pressure [--quick] [--rounds 3] [--players 200000] [--seconds 10] [--yes]";

/** Reads the words behind the name. Throws a SetupError that says which is wrong, and the usage. */
export function pressureOptionsOf(args: readonly string[]): PressureOptions {
  const { quick, count } = readCommandOptions(args, ["rounds", "players", "seconds"], USAGE);
  return {
    quick,
    playerCount: count("players", quick ? 5_000 : 200_000, 1_000),
    rounds: count("rounds", quick ? 1 : 3, 1),
    measuredSeconds: count("seconds", quick ? 2 : 10, 1),
    warmUpSeconds: quick ? 1 : 3,
    hotWarmUpSeconds: quick ? 3 : 10,
  };
}
