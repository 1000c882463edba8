// `npm run token -- <player number> [--role player|service|admin] [--ttl 30d]`: a token signed with this
// clone's keys, alone on the last line, so that a shell can take it. Needs nothing to be running.
import { parseArgs } from "node:util";
import { type Role, signToken } from "../src/edge/token.ts";
import { dataDirectory } from "./clone.ts";
import { developmentSecrets } from "./secrets.ts";
import { SetupError } from "./setup-error.ts";

const USAGE = "npm run token -- <player number> [--role player|service|admin] [--ttl 30d]";
const ROLES = new Set<string>(["player", "service", "admin"] satisfies Role[]);
const SECONDS_BY_UNIT = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const TTL_SECONDS_MAX = 366 * SECONDS_BY_UNIT.d;
/** BIGINT UNSIGNED ids; the server accepts nineteen digits. */
const PLAYER_NUMBER = /^[1-9][0-9]{0,18}$/;

/** What a token is asked for. */
export interface TokenRequest {
  /** A player's number; for the other roles a mere label, of the same form. */
  readonly subject: string;
  readonly role: Role;
  readonly ttlSeconds: number;
}

/** The command. */
export async function main(args: readonly string[]): Promise<void> {
  const request = parseTokenRequest(args);
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_KEYS: ownKeys } = process.env;
  const keys = ownKeys || developmentSecrets(dataDirectory()).JWT_KEYS;
  console.log(signToken({ ...request, keys, ...(issuer ? { issuer } : {}), ...(audience ? { audience } : {}) }));
}

/** Reads the command line. Throws a SetupError that says what was expected and what came. */
export function parseTokenRequest(args: readonly string[]): TokenRequest {
  const { positionals, values } = parsed(args);
  const { role = "player", ttl = "30d" } = values;
  if (!isRole(role)) throw mistake(`--role must be player, service or admin, got "${role}"`);
  const [subject, ...more] = positionals;
  if (subject === undefined || !PLAYER_NUMBER.test(subject)) {
    throw mistake(`expected a player's number, 1 or higher, got ${subject === undefined ? "nothing" : `"${subject}"`}`);
  }
  if (more.length > 0) throw mistake(`expected one player's number, got ${positionals.length}`);
  return { subject, role, ttlSeconds: ttlSecondsOf(ttl) };
}

function parsed(args: readonly string[]): { positionals: string[]; values: { role?: string; ttl?: string } } {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { role: { type: "string" }, ttl: { type: "string" } },
    });
  } catch (error) {
    throw mistake(error instanceof Error ? error.message : String(error));
  }
}

function ttlSecondsOf(ttl: string): number {
  const [, count, unit] = /^([1-9]\d{0,8})([smhd])$/.exec(ttl) ?? [];
  const seconds = Number(count) * SECONDS_BY_UNIT[unit as keyof typeof SECONDS_BY_UNIT];
  if (seconds > 0 && seconds <= TTL_SECONDS_MAX) return seconds;
  throw mistake(`--ttl must be a number with s, m, h or d, at most 366d, got "${ttl}"`);
}

function isRole(role: string): role is Role {
  return ROLES.has(role);
}

function mistake(what: string): SetupError {
  return new SetupError(`${what}\nUsage: ${USAGE}`);
}
