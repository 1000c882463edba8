// What `npm run bench -- pressure ...` understands.

import { parseArgs } from "node:util";
import { SetupError } from "../../scripts/setup-error.ts";

export interface PressureOptions {
  /** Written beside the database and not judged: its numbers are too few. */
  readonly quick: boolean;
  readonly playerCount: number;
  /** Of each part. */
  readonly measuredSeconds: number;
  readonly warmUpSeconds: number;
  /** Until all hot players have been asked for. */
  readonly hotWarmUpSeconds: number;
}

const USAGE = "usage: npm run bench -- pressure [--quick] [--players 200000] [--seconds 10] [--yes]";
const COUNT_MAX = 10_000_000;

/** Reads the words behind the name. Throws a SetupError that says which is wrong, and the usage. */
export function pressureOptionsOf(args: readonly string[]): PressureOptions {
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
    measuredSeconds: count("seconds", quick ? 2 : 10, 1),
    warmUpSeconds: quick ? 1 : 3,
    hotWarmUpSeconds: quick ? 3 : 10,
  };
}

function parsed(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    const options = { players: text, seconds: text, quick: flag, yes: flag };
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw mistake(error instanceof Error ? error.message : String(error));
  }
}

function mistake(message: string): SetupError {
  return new SetupError(`${message}\n${USAGE}`);
}
