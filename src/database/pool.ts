// The one pool of MySQL connections; the loaders' statements and Prisma's share it. Every statement
// passes `query` here, so each is counted, timed and has a deadline on our side too: a frozen or
// unreachable server would otherwise hold its caller for ever. A connection whose statement ran out
// of time is destroyed, never handed on, because its answer may still come.

import type { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createPool, type Pool, type PoolConnection, type QueryOptions } from "mariadb";
import { limits } from "../runtime/limits.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { DatabaseUnavailableError, asDatabaseError } from "./database-error.ts";

/** A statement with its options, as the driver takes it. */
export type Statement = string | QueryOptions;

export interface DatabasePool {
  /** Runs one read statement. Throws a DatabaseError when the server cannot be reached in time. */
  query<Rows>(statement: Statement, values?: unknown): Promise<Rows>;
  /** The same from a server that prepares statements; here only text is used, so it is `query`. */
  execute<Rows>(statement: Statement, values?: unknown): Promise<Rows>;
  /** A connection of one's own, for a transaction. Release it. */
  getConnection(): Promise<PoolConnection>;
  /** Connections by state, and callers waiting for one. */
  occupancy(): { active: number; idle: number; waiting: number };
  /**
   * Resolves once every connection is open, or after a bounded wait without: a burst that meets a
   * pool still opening its connections would wait for them one by one.
   */
  warm(): Promise<void>;
  /** Closes every connection. */
  end(): Promise<void>;
}

/** Watches statements, for the tests that count and explain them. */
export type StatementListener = (sql: string, values: unknown) => void;

export interface PoolOptions {
  readonly url: string;
  readonly connectionsMax: number;
  readonly metrics: Metrics;
  readonly onStatement?: StatementListener;
  /** Called with each failure to open a connection, for the log. */
  readonly onConnectionError: (error: unknown) => void;
}

/**
 * UTC, and the server's own limit for a read statement, in each dialect: MariaDB runs what stands
 * in M! comments, MySQL what stands in comments with its version.
 */
const SESSION_SETTINGS =
  `SET SESSION time_zone = '+00:00'` +
  `/*M! , max_statement_time = ${limits.readStatementMs / 1000} */` +
  `/*!80000 , max_execution_time = ${limits.readStatementMs} */`;

export function createDatabasePool(options: PoolOptions): DatabasePool {
  const pool = openPool(options);
  const observe = observer(options);
  const query = <Rows>(statement: Statement, values?: unknown): Promise<Rows> =>
    observe(statement, values, () => queryWithin(pool, statement, values));
  return {
    query,
    execute: query,
    getConnection: () => pool.getConnection().catch(rethrow),
    occupancy: () => ({
      active: pool.activeConnections(),
      idle: pool.idleConnections(),
      waiting: pool.taskQueueSize(),
    }),
    warm: () => openAll(pool, options.connectionsMax),
    end: () => pool.end(),
  };
}

function openPool({ url, connectionsMax, onConnectionError }: PoolOptions): Pool {
  const { protocol, hostname, port, username, password, pathname, searchParams } = new URL(url);
  const pool = createPool({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    // MySQL 8+ without TLS asks for its public key once; a server across a network should use TLS.
    allowPublicKeyRetrieval: protocol === "mysql:" && searchParams.get("ssl") === null,
    ...(searchParams.get("ssl") === "true" ? { ssl: true } : {}),
    connectionLimit: connectionsMax,
    minimumIdle: connectionsMax,
    acquireTimeout: limits.poolWaitMs,
    connectTimeout: limits.connectMs,
    initSql: SESSION_SETTINGS,
    charset: "utf8mb4",
    // Local dates would shift; the database keeps UTC and repositories read the text.
    dateStrings: true,
    // What a statement holds is never written into error messages, which may reach a log.
    logParam: false,
    logger: { error: () => undefined },
  });
  // Without a listener a failed connection attempt would end the process. The driver's types do not
  // know this event.
  (pool as unknown as EventEmitter).on("error", onConnectionError);
  return pool;
}

async function openAll(pool: Pool, connectionsMax: number): Promise<void> {
  const deadlineMs = performance.now() + limits.poolWarmMs;
  while (pool.totalConnections() < connectionsMax && performance.now() < deadlineMs) await delay(10);
}

function observer({ metrics, onStatement }: PoolOptions) {
  return async <Rows>(statement: Statement, values: unknown, run: () => Promise<Rows>): Promise<Rows> => {
    onStatement?.(typeof statement === "string" ? statement : statement.sql, values);
    const endTimer = metrics.statementSeconds.startTimer();
    try {
      const rows = await run();
      metrics.statements.inc({ outcome: "ok" });
      return rows;
    } catch (error) {
      metrics.statements.inc({ outcome: "error" });
      return rethrow(error);
    } finally {
      endTimer();
    }
  };
}

async function queryWithin<Rows>(pool: Pool, statement: Statement, values: unknown): Promise<Rows> {
  const connection = await pool.getConnection();
  let timer: NodeJS.Timeout | undefined;
  let late = false;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new DatabaseUnavailableError("no answer in time"));
    }, limits.readStatementClientMs);
  });
  try {
    return await Promise.race([connection.query<Rows>(statement as string, values), deadline]);
  } finally {
    clearTimeout(timer);
    if (late) connection.destroy();
    else void connection.release();
  }
}

function rethrow(error: unknown): never {
  throw asDatabaseError(error);
}
