// The pools of MySQL connections: one for reads, which the loaders' statements and Prisma's share, and one
// for transactions that write. Every statement
// passes `query` here, so each is counted, timed and has a deadline on our side too: a frozen or
// unreachable server would otherwise hold its caller for ever.

import type { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createPool, type Pool, type PoolConnection, type QueryOptions } from "mariadb";
import { limits } from "../runtime/limits.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { databaseAddressOf, type DatabaseAddress } from "./address.ts";
import { withDeadline } from "../runtime/deadline.ts";
import { VigilantSocket } from "./vigilant-socket.ts";
import { DatabaseUnavailableError, asDatabaseError } from "./database-error.ts";

/** A statement with its options, as the driver takes it. */
export type Statement = string | QueryOptions;

export interface DatabasePool {
  /** Runs one read statement. Throws a DatabaseError when the server cannot be reached in time. */
  query<Rows>(statement: Statement, values?: unknown): Promise<Rows>;
  /** The same from a server that prepares statements; here only text is used, so it is `query`. */
  execute<Rows>(statement: Statement, values?: unknown): Promise<Rows>;
  /** A connection of one's own, for a transaction. Release or destroy it. */
  getConnection(): Promise<PoolConnection>;
  /** `query` on a connection of one's own. Its caller has the deadline. */
  queryOn<Rows>(connection: PoolConnection, statement: Statement, values?: unknown): Promise<Rows>;
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
  /** Reads run a statement each; writes run transactions. */
  readonly purpose: "read" | "write";
  readonly metrics: Metrics;
  readonly onStatement?: StatementListener;
  /** Called with each failure to open a connection, for the log. */
  readonly onConnectionError: (error: { readonly code?: string | null; readonly message: string }) => void;
}

/**
 * UTC, and the server's own limits, in each dialect: MariaDB runs what stands in M! comments, MySQL what
 * stands in comments with its version. Writes have autocommit off: after a deadlock, which ends the
 * transaction, a statement that was sent behind it must not commit by itself.
 */
const SESSION_SETTINGS = {
  read:
    `SET SESSION time_zone = '+00:00'` +
    `/*M! , max_statement_time = ${limits.readStatementMs / 1000} */` +
    `/*!80000 , max_execution_time = ${limits.readStatementMs} */`,
  write:
    `SET SESSION time_zone = '+00:00', autocommit = 0, innodb_lock_wait_timeout = ${limits.lockWaitSeconds}` +
    `/*M! , tx_isolation = 'READ-COMMITTED', max_statement_time = ${limits.writeTransactionMs / 1000} */` +
    `/*!80000 , transaction_isolation = 'READ-COMMITTED' */`,
} as const;

const SILENCE_MS = { read: limits.readStatementClientMs, write: limits.writeSilenceMs } as const;

export function createDatabasePool(options: PoolOptions): DatabasePool {
  const pool = openPool(options);
  const observe = observer(options);
  const query = <Rows>(statement: Statement, values?: unknown): Promise<Rows> =>
    observe(statement, values, () => queryWithin(pool, statement, values));
  return {
    query,
    execute: query,
    getConnection: () => pool.getConnection().catch(rethrow),
    queryOn: (connection, statement, values) =>
      observe(statement, values, () => connection.query(statement as string, values)),
    occupancy: () => ({
      active: pool.activeConnections(),
      idle: pool.idleConnections(),
      waiting: pool.taskQueueSize(),
    }),
    warm: () => openAll(pool, options.connectionsMax),
    end: () => pool.end(),
  };
}

function openPool({ url, connectionsMax, purpose, onConnectionError }: PoolOptions): Pool {
  const { ssl, ...address } = databaseAddressOf(url);
  const pool = createPool({
    ...address,
    ...(ssl ? { ssl } : {}),
    connectionLimit: connectionsMax,
    minimumIdle: connectionsMax,
    // The driver's own way is a ROLLBACK behind each COMMIT. A connection on which anything is left open never
    // comes back to this pool: transaction.ts.
    noControlAfterUse: purpose === "write",
    acquireTimeout: limits.poolWaitMs,
    connectTimeout: limits.connectMs,
    stream: (use) => use(undefined, connectSocket(address, SILENCE_MS[purpose])),
    initSql: SESSION_SETTINGS[purpose],
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

function connectSocket({ host, port }: Pick<DatabaseAddress, "host" | "port">, silenceMs: number): VigilantSocket {
  return new VigilantSocket(silenceMs).connect(port, host);
}

async function openAll(pool: Pool, connectionsMax: number): Promise<void> {
  const deadlineMs = performance.now() + limits.poolWarmMs;
  while (pool.totalConnections() < connectionsMax && performance.now() < deadlineMs) await delay(10);
}

function observer({ metrics, onStatement }: PoolOptions) {
  // Looked up once, and not for each statement.
  const ok = metrics.statements.labels({ outcome: "ok" });
  const failed = metrics.statements.labels({ outcome: "error" });
  return async <Rows>(statement: Statement, values: unknown, run: () => Promise<Rows>): Promise<Rows> => {
    onStatement?.(typeof statement === "string" ? statement : statement.sql, values);
    const startedAtMs = performance.now();
    try {
      const rows = await run();
      ok.inc();
      return rows;
    } catch (error) {
      failed.inc();
      return rethrow(error);
    } finally {
      metrics.statementSeconds.observe((performance.now() - startedAtMs) / 1000);
    }
  };
}

/**
 * The caller hears within the deadline; the connection goes back to the pool only when its statement
 * has ended, because an answer that comes late must not meet the next statement.
 */
async function queryWithin<Rows>(pool: Pool, statement: Statement, values: unknown): Promise<Rows> {
  return withDeadline(
    pool.query<Rows>(statement as string, values),
    limits.poolWaitMs + limits.readStatementClientMs,
    () => new DatabaseUnavailableError("no answer in time"),
  );
}

function rethrow(error: unknown): never {
  throw asDatabaseError(error);
}
