// The words behind the name of a benchmark: flags, and whole numbers with a default. Each benchmark says which it
// knows, and what they mean.

import { parseArgs } from "node:util";
import { SetupError } from "../scripts/setup-error.ts";

const COUNT_MAX = 10_000_000;

export interface CommandOptions {
  /** The same walk with few numbers, which are not judged. */
  readonly quick: boolean;
  /** A whole number from `min` up; `fallback` where it is not given. Throws a SetupError that says what is wrong. */
  count(name: string, fallback: number, min: number): number;
}

/** Knows `--quick`, `--yes` and `--<name> <number>`. Throws a SetupError for any other word, with `usage`. */
export function readCommandOptions(args: readonly string[], names: readonly string[], usage: string): CommandOptions {
  const mistake = (message: string): SetupError => new SetupError(`${message}\n${usage}`);
  const parsed = (): Readonly<Record<string, string | boolean | undefined>> => {
    const counts = Object.fromEntries(names.map((name) => [name, { type: "string" } as const]));
    const flag = { type: "boolean" } as const;
    try {
      return parseArgs({ args: [...args], options: { ...counts, quick: flag, yes: flag } }).values;
    } catch (error) {
      throw mistake(error instanceof Error ? error.message : String(error));
    }
  };
  const values = parsed();
  return {
    quick: values["quick"] === true,
    count(name, fallback, min) {
      const text = values[name];
      const value = typeof text === "string" ? Number(text) : fallback;
      if (Number.isSafeInteger(value) && value >= min && value <= COUNT_MAX) return value;
      throw mistake(`--${name} must be a whole number from ${min} to ${COUNT_MAX}, got "${String(text)}"`);
    },
  };
}
