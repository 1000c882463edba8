// The one file that reads the environment: parsed once, into typed settings, with every mistake
// named in one error. Production refuses development secrets and has no defaults for secrets.

import { availableParallelism } from "node:os";
import { z } from "zod";
import { redisAddressOf } from "./runtime/redis-address.ts";
import { DEVELOPMENT_KID_PREFIX, parseSigningKeys, type SigningKeys } from "./runtime/signing-keys.ts";

export interface Config {
  readonly environment: "development" | "production";
  /** Address that the server listens on. */
  readonly host: string;
  /** Port that the server listens on; 0 lets the system pick. */
  readonly port: number;
  /** API processes that share the port. */
  readonly workers: number;
  /** Port for the worker's health and metrics; 0 lets the system pick. */
  readonly workerPort: number;
  /** mysql:// or mariadb:// URL of the app's user. */
  readonly databaseUrl: string;
  /** Connections of the MySQL pool. */
  readonly databasePoolSize: number;
  /** redis://, rediss:// or unix:// URL of the cache Redis. */
  readonly redisUrl: string;
  /** Who issues tokens (`iss`). */
  readonly tokenIssuer: string;
  /** Whom tokens are for (`aud`). */
  readonly tokenAudience: string;
  /** Keys of the HMACs of requests with an idempotency key. */
  readonly idempotencyKeys: SigningKeys;
  /** Whether players may use up their own items. */
  readonly playerMaySpend: boolean;
  /** How near a player must be to what it collects. */
  readonly collectReachMeters: number;
  /** HS256 keys of bearer tokens. */
  readonly tokenKeys: SigningKeys;
  /** Keys that sign connection cursors. */
  readonly cursorKeys: SigningKeys;
  /** pino level. */
  readonly logLevel: string;
}

/** Defaults that scripts need too, when they sign tokens without a server. */
export const tokenDefaults = { issuer: "satchel", audience: "satchel" } as const;

const signingKeys = z.string().transform((text, context) => {
  try {
    return parseSigningKeys(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
});

const databaseUrl = z
  .string()
  .regex(/^(mysql|mariadb):\/\/[^/]+\/[A-Za-z0-9_$-]+(\?.*)?$/, "expected mysql://user:password@host:port/database");

const redisUrl = z
  .string()
  .refine(
    (url) => redisAddressOf(url) !== null,
    "expected redis://:password@host:port, or unix://:password@/path/to/socket",
  );

const environmentShape = z.object({
  NODE_ENV: z.enum(["development", "production"]).default("development"),
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  WORKERS: z.coerce.number().int().min(1).max(256).optional(),
  WORKER_PORT: z.coerce.number().int().min(0).max(65_535).default(4001),
  DATABASE_URL: databaseUrl,
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
  REDIS_URL: redisUrl,
  JWT_ISSUER: z.string().min(1).default(tokenDefaults.issuer),
  JWT_AUDIENCE: z.string().min(1).default(tokenDefaults.audience),
  JWT_KEYS: signingKeys,
  CURSOR_KEYS: signingKeys,
  IDEMPOTENCY_KEYS: signingKeys,
  PLAYER_MAY_SPEND: z.enum(["true", "false"]).default("true"),
  COLLECT_REACH_METERS: z.coerce.number().positive().max(100_000).default(50),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

/** Settings from `environment`; throws a ConfigError that lists every mistake, a line each. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environmentShape.safeParse(environment);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`));
  }
  const settings = parsed.data;
  const config: Config = {
    environment: settings.NODE_ENV,
    host: settings.HOST,
    port: settings.PORT,
    workers: settings.WORKERS ?? (settings.NODE_ENV === "production" ? availableParallelism() : 1),
    workerPort: settings.WORKER_PORT,
    databaseUrl: settings.DATABASE_URL,
    databasePoolSize: settings.DATABASE_POOL_SIZE,
    redisUrl: settings.REDIS_URL,
    tokenIssuer: settings.JWT_ISSUER,
    tokenAudience: settings.JWT_AUDIENCE,
    tokenKeys: settings.JWT_KEYS,
    cursorKeys: settings.CURSOR_KEYS,
    idempotencyKeys: settings.IDEMPOTENCY_KEYS,
    playerMaySpend: settings.PLAYER_MAY_SPEND === "true",
    collectReachMeters: settings.COLLECT_REACH_METERS,
    logLevel: settings.LOG_LEVEL,
  };
  refuseDevelopmentSecrets(config);
  return config;
}

/** The names of all settings, for the test that finds each of them in the README. */
export const configKeys = Object.keys(environmentShape.shape);

export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "ConfigError";
  }
}

function refuseDevelopmentSecrets(config: Config): void {
  if (config.environment !== "production") return;
  const problems = [
    ...developmentKeysIn("JWT_KEYS", config.tokenKeys),
    ...developmentKeysIn("CURSOR_KEYS", config.cursorKeys),
    ...developmentKeysIn("IDEMPOTENCY_KEYS", config.idempotencyKeys),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

function developmentKeysIn(name: string, keys: SigningKeys): string[] {
  return keys
    .filter(({ kid }) => kid.startsWith(DEVELOPMENT_KID_PREFIX))
    .map(({ kid }) => `${name}: ${kid} is a development key; production needs its own`);
}
