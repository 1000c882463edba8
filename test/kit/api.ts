// The real server for one test file: a database of its own with the vectors in it, the app wired as
// main.ts wires it, listening on a free port. Requests go over a socket, as an app's do. Whatever the file
// did, at its end ledger, balances, versions and places agree, or the file fails.

import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import { verifyLedger } from "../../scripts/verify/verify-ledger.ts";
import { createApp, type App } from "../../src/app.ts";
import { readConfig, type Config } from "../../src/config.ts";
import { signToken, type Role } from "../../src/edge/token.ts";
import { createLogger } from "../../src/runtime/logger.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { giveNewEpoch } from "./cache-redis.ts";
import { withoutCost } from "./cost.ts";
import { createTestDatabase, seedVectors, type TestDatabase } from "./database.ts";

export interface SentStatement {
  readonly sql: string;
  readonly values: unknown;
}

/** A line of the server's log: what pino wrote, parsed. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [name: string]: unknown;
}

/** An answer of POST /graphql, without its cost. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    // oxlint-disable-next-line typescript/no-explicit-any -- the shape is what the test's query asks for
    readonly data?: any;
    readonly errors?: readonly { message: string; path?: readonly (string | number)[]; extensions: { code: string } }[];
  };
}

export interface Asked {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  /** Bearer token; none for an anonymous request. */
  readonly token?: string | undefined;
  readonly accept?: string;
}

export interface TestApi {
  readonly url: string;
  readonly app: App;
  readonly config: Config;
  readonly database: TestDatabase;
  /** Every statement the server has sent, in order; empty it with `statements.length = 0`. */
  readonly statements: SentStatement[];
  /** Every line the server has logged (errors only, unless LOG_LEVEL says more), in order. */
  readonly logLines: LogLine[];
  /** POSTs a GraphQL request. */
  ask(asked: Asked): Promise<Answer>;
  /** `ask`, for requests that must succeed: the data, or a failure that shows the errors. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the shape is what the test's query asks for
  read(asked: Asked): Promise<any>;
  /** A token as `npm run token` makes it. */
  tokenFor(subject: string | number, role?: Role): string;
  /** After rows were written behind the server's back: no answer from before is told from the cache. */
  forgetAnswers(): Promise<void>;
  /** Stops the server and drops the database. Throws what `npm run verify` would have found in it. */
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** The deadline of a request, for tests that cannot wait for the real one. */
  readonly requestMs?: number;
  /** Where the server finds the database, for tests that put something between the two. */
  readonly route?: (databaseUrl: string) => Promise<string>;
  /** The same for the cache Redis. */
  readonly redisRoute?: (redisUrl: string) => Promise<string>;
  /** A second server of the same database, with the same keys and a memory of its own. Closed before the first. */
  readonly twinOf?: TestApi;
  /** Runs after the vectors are in, before the server starts. */
  readonly fill?: (database: TestDatabase) => Promise<unknown>;
  /** For tests whose own rows contradict each other on purpose: `close` looks at none of them. */
  readonly isLedgerWrong?: boolean;
}

export async function startApi(options: TestApiOptions = {}): Promise<TestApi> {
  const { environment = {}, clock, requestMs, route, redisRoute, twinOf, isLedgerWrong = false } = options;
  const redisUrl = process.env["SATCHEL_TEST_REDIS_URL"]!;
  const database = twinOf?.database ?? (await filledDatabase(options));
  const settings = readConfig({
    DATABASE_URL: (await route?.(database.databaseUrl)) ?? database.databaseUrl,
    REDIS_URL: (await redisRoute?.(redisUrl)) ?? redisUrl,
    JWT_KEYS: newKeys(),
    CURSOR_KEYS: newKeys(),
    IDEMPOTENCY_KEYS: newKeys(),
    LOG_LEVEL: "error",
    PORT: "0",
    ...environment,
  });
  const { tokenKeys, cursorKeys, idempotencyKeys } = twinOf?.config ?? settings;
  const config = { ...settings, tokenKeys, cursorKeys, idempotencyKeys };
  const statements: SentStatement[] = [];
  const logLines: LogLine[] = [];
  const app = createApp({
    config,
    logger: createLogger(config.logLevel, linesInto(logLines)),
    onStatement: (sql, values) => statements.push({ sql, values }),
    ...(clock === undefined ? {} : { clock }),
    ...(requestMs === undefined ? {} : { requestMs }),
  });
  const url = `http://127.0.0.1:${await app.start()}`;
  const ask = (asked: Asked) => post(url, asked);
  return {
    url,
    app,
    config,
    database,
    statements,
    logLines,
    ask,
    read: (asked) => ask(asked).then((answer) => dataOf(answer, logLines)),
    tokenFor: (subject, role = "player") =>
      signToken({ keys: config.tokenKeys, subject: String(subject), role, ttlSeconds: 3600 + secondsAhead(clock) }),
    forgetAnswers: () => giveNewEpoch(database.databaseUrl),
    async close() {
      await app.stop();
      if (twinOf !== undefined) return;
      try {
        if (!isLedgerWrong) await verify(database);
      } finally {
        await database.drop();
      }
    },
  };
}

/** With the vectors in it. */
async function filledDatabase({ fill }: TestApiOptions): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await seedVectors(database.migratorDatabaseUrl);
  await fill?.(database);
  // Answers are cached from the first on: an epoch that is missing would be shut for some seconds.
  await giveNewEpoch(database.databaseUrl);
  return database;
}

function newKeys(): string {
  return `dev-test:${randomBytes(32).toString("base64url")}`;
}

async function post(url: string, { query, variables, operationName, token, accept }: Asked): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: accept ?? "application/graphql-response+json",
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables, operationName }),
  });
  const body = JSON.parse(withoutCost(await response.text())) as Answer["body"];
  return { status: response.status, headers: response.headers, body };
}

function dataOf({ status, body }: Answer, logLines: readonly LogLine[]): unknown {
  if (status !== 200 || body.errors !== undefined) {
    const log = logLines.map((line) => `\n  log: ${JSON.stringify(line)}`).join("");
    throw new Error(`expected an answer without errors, got ${status}: ${JSON.stringify(body.errors)}${log}`);
  }
  return body.data;
}

/** Over the migrator's own connections: a proxy of the test stands only in the server's way. */
async function verify({ migratorDatabaseUrl }: TestDatabase): Promise<void> {
  const found: string[] = [];
  await verifyLedger({ databaseUrl: migratorDatabaseUrl, onMismatch: (line) => found.push(line) });
  if (found.length > 0) throw new Error(`the database contradicts itself:\n  ${found.join("\n  ")}`);
}

/** How far the test's own clock is ahead of the real one, from which tokens count their life. */
function secondsAhead(clock: Clock | undefined): number {
  return clock === undefined ? 0 : Math.max(0, Math.ceil((clock.nowMs() - Date.now()) / 1000));
}

/** pino writes one line a call. */
function linesInto(logLines: LogLine[]): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      logLines.push(JSON.parse(chunk.toString()) as LogLine);
      done();
    },
  });
}
