// What `npm run bench -- <comparison> ...` understands. The defaults are those of the figures that budgets judge;
// `--quick` is the same walk in a minute.

import { parseArgs } from "node:util";
import { SetupError } from "../../scripts/setup-error.ts";

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
const COUNT_MAX = 10_000_000;

/** Reads the words behind the name. Throws a SetupError that says which is wrong, and the usage. */
export function comparisonOptionsOf(args: readonly string[]): ComparisonOptions {
  const values = parsed(args);
  const quick = values["quick"] === true;
  const count = (name: string, fallback: number, min: number) => {
    const text = values[name];
    const value = typeof text === "string" ? Number(text) : fallback;
    if (Number.isSafeInteger(value) && value >= min && value <= COUNT_MAX) return value;
    throw mistake(`--${name} must be a whole number from ${min} to ${COUNT_MAX}, got "${String(text)}"`);
  };
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

function parsed(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    const options = { players: text, rounds: text, seconds: text, quick: flag, yes: flag };
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw mistake(error instanceof Error ? error.message : String(error));
  }
}

function mistake(message: string): SetupError {
  return new SetupError(`${message}\n${USAGE}`);
}
