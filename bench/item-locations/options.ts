// What `npm run bench -- item-locations ...` understands. The defaults are those of the numbers in
// docs/item-locations.md; `--quick` is the same walk through a tenth of the world, for trying.

import { readCommandOptions } from "../command-options.ts";

export interface ItemLocationsOptions {
  /** Written beside the database and not into docs/: its numbers are too few. */
  readonly quick: boolean;
  /** Players of the world, ten item locations each. */
  readonly playerCount: number;
  /** Item locations of each of the two players with most. */
  readonly heavyCount: number;
  /** Places of the dense map for each of the seed's. */
  readonly density: number;
  /** In each round every measurement has one turn, in a new order. */
  readonly roundCount: number;
  /** Statements of a turn: enough for `turnMs`, but not fewer than this. */
  readonly turnStatementsMin: number;
  readonly turnMs: number;
  /** INSERTs of 500 rows into each table. */
  readonly insertCount: number;
}

const USAGE = `usage: npm run bench -- item-locations [--quick] [--players 200000] [--heavy 50000] [--rounds 20] [--yes]`;
/** Two are made by hand in every world, and the first after them is the one with many. */
const PLAYERS_MIN = 1_000;

/** Reads the words behind `item-locations`. Throws a SetupError that says which is wrong, and the usage. */
export function itemLocationsOptionsOf(args: readonly string[]): ItemLocationsOptions {
  const { quick, count } = readCommandOptions(args, ["players", "heavy", "rounds"], USAGE);
  return {
    quick,
    playerCount: count("players", quick ? 20_000 : 200_000, PLAYERS_MIN),
    heavyCount: count("heavy", 50_000, 1),
    density: quick ? 10 : 100,
    roundCount: count("rounds", quick ? 2 : 20, 1),
    turnStatementsMin: quick ? 1 : 3,
    turnMs: quick ? 10 : 60,
    insertCount: quick ? 5 : 60,
  };
}
