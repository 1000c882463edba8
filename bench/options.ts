// What `npm run bench -- ...` understands: how much, how long, which variants and scenarios. The defaults
// are those of the figures that the budgets judge; `--quick` is the same walk in about a minute.

import { parseArgs } from "node:util";
import { SetupError } from "../scripts/setup-error.ts";
import { variantNames, type VariantName } from "./variants/variants.ts";

export interface BenchOptions {
  /** A smoke run: small worlds, short rounds, budgets shown but not judged. */
  readonly quick: boolean;
  /** Players of the world that the scenarios run on. */
  readonly playerCount: number;
  /** Players of the world that growth is measured against. */
  readonly smallPlayerCount: number;
  /** Items of the large catalogue; the other worlds have the seed's hundred. */
  readonly catalogueItemCount: number;
  /** Item locations of the one player with many. */
  readonly heavyItemLocationCount: number;
  readonly variants: readonly VariantName[];
  readonly roundCount: number;
  readonly measuredSeconds: number;
  readonly warmUpSeconds: number;
  readonly connectionCount: number;
  /** Connections where statements per request are counted. */
  readonly manyConnectionCount: number;
  /** Pool sizes that the sweep tries; a single one means no sweep. */
  readonly poolSizes: readonly number[];
  readonly sweepSeconds: number;
  /** Arrivals a second of the open loop, ascending; empty leaves the open loop out. */
  readonly openLoopRates: readonly number[];
  readonly openLoopSeconds: number;
  /** Minutes of the mix at the end, to see memory. */
  readonly soakMinutes: number;
}

const USAGE = `usage: npm run bench -- [--quick] [--players 200000] [--small-players 20000] [--items 100000]
  [--heavy 50000] [--variants ${variantNames.join(",")}] [--rounds 5] [--seconds 5] [--warm-up 1.5]
  [--connections 64] [--many-connections 1000] [--pool-sizes 2,4,8,16,32] [--rates 250,500,...] [--soak 10] [--yes]
   or: npm run bench -- item-locations [--quick] [--players 200000] [--heavy 50000] [--rounds 20] [--yes]
   or: npm run bench -- writes [--quick] [--players 200000] [--rounds 5] [--seconds 5] [--yes]`;

const COUNT_MAX = 10_000_000;
const SOAK_MINUTES = "10";

/** By option name: the default, and the default of a quick run. */
const counts = {
  players: [200_000, 2_000],
  "small-players": [20_000, 500],
  items: [100_000, 2_000],
  heavy: [50_000, 2_000],
  rounds: [5, 1],
  connections: [64, 16],
  "many-connections": [1_000, 100],
} as const;

const seconds = { seconds: [5, 1], "warm-up": [1.5, 0.5] } as const;

const lists = {
  "pool-sizes": [
    [2, 4, 8, 16, 32],
    [4, 16],
  ],
  rates: [
    [125, 250, 500, 750, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000],
    [50, 100],
  ],
} as const;

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** Reads the command line. Throws a SetupError that says which argument is wrong, and the usage. */
export function benchOptionsOf(args: readonly string[]): BenchOptions {
  const values = parsedValues(args);
  const quick = values["quick"] === true;
  const column = quick ? 1 : 0;
  const count = (name: keyof typeof counts) => numberOf(values, name, counts[name][column], 1, COUNT_MAX, true);
  const duration = (name: keyof typeof seconds) => numberOf(values, name, seconds[name][column], 0.1, 3_600, false);
  return {
    quick,
    playerCount: count("players"),
    smallPlayerCount: count("small-players"),
    catalogueItemCount: count("items"),
    heavyItemLocationCount: count("heavy"),
    variants: variantsOf(values["variants"]),
    roundCount: count("rounds"),
    measuredSeconds: duration("seconds"),
    warmUpSeconds: duration("warm-up"),
    connectionCount: count("connections"),
    manyConnectionCount: count("many-connections"),
    poolSizes: listOf(values, "pool-sizes", lists["pool-sizes"][column]),
    sweepSeconds: quick ? 0.5 : 3,
    openLoopRates: values["rates"] === "none" ? [] : listOf(values, "rates", lists.rates[column]),
    openLoopSeconds: quick ? 1 : 5,
    soakMinutes: numberOf(values, "soak", quick ? 0.05 : Number(SOAK_MINUTES), 0.01, 1_440, false),
  };
}

function parsedValues(args: readonly string[]): Values {
  const names = [...Object.keys(counts), ...Object.keys(seconds), ...Object.keys(lists), "variants"];
  const flags = ["quick", "yes"];
  try {
    return parseArgs({
      // `--soak` alone means its default; parseArgs knows no option with an optional value.
      args: args.map((arg, place) => (arg === "--soak" && !isNumber(args[place + 1]) ? `--soak=${SOAK_MINUTES}` : arg)),
      options: {
        ...Object.fromEntries([...names, "soak"].map((name) => [name, { type: "string" } as const])),
        ...Object.fromEntries(flags.map((name) => [name, { type: "boolean" } as const])),
      },
      allowPositionals: false,
    }).values;
  } catch (error) {
    throw mistake(error instanceof Error ? error.message : String(error));
  }
}

function variantsOf(text: Values[string]): readonly VariantName[] {
  if (typeof text !== "string") return variantNames;
  const asked = text.split(",");
  const unknown = asked.find((name) => !(variantNames as readonly string[]).includes(name));
  if (unknown !== undefined) throw mistake(`--variants knows no "${unknown}"`);
  // In the order of the list, and Satchel always: it is what the others are compared with.
  return variantNames.filter((name) => name === "satchel" || asked.includes(name));
}

function numberOf(
  values: Values,
  name: string,
  fallback: number,
  ...[min, max, isWhole]: [number, number, boolean]
): number {
  const text = values[name];
  const value = typeof text === "string" ? Number(text) : fallback;
  if (value >= min && value <= max && (!isWhole || Number.isSafeInteger(value))) return value;
  throw mistake(`--${name} must be ${isWhole ? "a whole" : "a"} number from ${min} to ${max}, got "${String(text)}"`);
}

function listOf(values: Values, name: string, fallback: readonly number[]): readonly number[] {
  const text = values[name];
  if (typeof text !== "string") return fallback;
  const list = text.split(",").map(Number);
  if (list.every((value) => Number.isSafeInteger(value) && value > 0)) return list.toSorted((a, b) => a - b);
  throw mistake(`--${name} must be whole numbers with commas between, got "${text}"`);
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^[0-9.]+$/.test(text);
}

function mistake(message: string): SetupError {
  return new SetupError(`${message}\n${USAGE}`);
}
