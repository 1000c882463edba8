// What `npm run bench -- profile ...` understands.

import { SetupError } from "../../scripts/setup-error.ts";
import { readCommandOptions } from "../command-options.ts";

const KINDS = ["cold", "hot", "catalogue"] as const;

export type ProfileKind = (typeof KINDS)[number];

export interface ProfileOptions {
  /** PlayerState of random players, of a thousand hot ones, or Catalogue. */
  readonly kind: ProfileKind;
  readonly playerCount: number;
  readonly measuredSeconds: number;
  readonly connections: number;
  /** Lines of the table. */
  readonly lineCount: number;
}

const USAGE =
  "usage: npm run bench -- profile [cold|hot|catalogue] [--players 200000] [--seconds 15] [--connections 64] " +
  "[--lines 50] [--yes]";

/** Reads the words behind `profile`. Throws a SetupError that says which is wrong, and the usage. */
export function profileOptionsOf(args: readonly string[]): ProfileOptions {
  const [first, ...rest] = args;
  const isNamed = first !== undefined && !first.startsWith("-");
  const kind = isNamed ? KINDS.find((known) => known === first) : "cold";
  if (kind === undefined) throw new SetupError(`profile knows no "${first}"\n${USAGE}`);
  const names = ["players", "seconds", "connections", "lines"];
  const { count } = readCommandOptions(isNamed ? rest : args, names, USAGE);
  return {
    kind,
    playerCount: count("players", 200_000, 1_000),
    measuredSeconds: count("seconds", 15, 1),
    connections: count("connections", 64, 1),
    lineCount: count("lines", 50, 1),
  };
}
