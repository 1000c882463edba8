// Transactions that write, on connections of their own, so that reads cannot starve them. READ COMMITTED:
// every statement sees what is committed when it runs, and no gap is locked. A connection on which a statement
// failed is never used again: whatever it still holds ends with it.

import type { PoolConnection } from "mariadb";
import { limits } from "../runtime/limits.ts";
import { startDeadline } from "../runtime/deadline.ts";
import { DatabaseUnavailableError } from "./database-error.ts";
import type { DatabasePool, Statement } from "./pool.ts";

export interface Transaction {
  /**
   * Runs one statement; rows are arrays of cells. Statements given without waiting for one another travel together. Throws a
   * DatabaseError where the server cannot be reached, else what the driver throws.
   */
  query<Rows>(sql: string, values?: unknown): Promise<Rows>;
}

/** The transaction took longer than it may hold its locks, and was rolled back. */
export class TransactionTimeoutError extends Error {
  constructor() {
    super("a transaction took too long");
    this.name = "TransactionTimeoutError";
  }
}

/**
 * COMMIT was sent and its answer never came: the work is done or not, and only looking again can
 * tell.
 */
export class OutcomeUnknownError extends Error {
  constructor(options?: ErrorOptions) {
    super("the outcome of a COMMIT is not known", options);
    this.name = "OutcomeUnknownError";
  }
}

/**
 * Runs `work` in one transaction and commits it through `around`, which is where fences stand. Rolls
 * back whole on any error and throws it; throws an OutcomeUnknownError when the answer to COMMIT was lost.
 */
export async function inTransaction<T>(
  pool: DatabasePool,
  work: (transaction: Transaction) => Promise<T>,
  around: (result: T, commitNow: () => Promise<void>) => Promise<void> = (_, commitNow) => commitNow(),
): Promise<T> {
  const connection = await pool.getConnection();
  let isCommitted = false;
  let isOver = false;
  /** Statements that failed, or are out still. */
  let unansweredCount = 0;
  const inTime = createTripDeadline(limits.writeSilenceMs);
  const send = async <Rows>(statement: Statement, values?: unknown): Promise<Rows> => {
    // By then the connection may be another transaction's.
    if (isOver) throw new Error("the transaction is over");
    unansweredCount += 1;
    const rows = await inTime(pool.queryOn<Rows>(connection, statement, values));
    unansweredCount -= 1;
    return rows;
  };
  try {
    const startedAtMs = performance.now();
    const result = await work({
      // Sessions have autocommit off: the first statement begins the transaction.
      query: (sql, values) => send({ sql, rowsAsArray: true }, values),
    });
    if (performance.now() - startedAtMs > limits.writeTransactionMs) throw new TransactionTimeoutError();
    await around(result, async () => {
      await commit(send("COMMIT"));
      isCommitted = true;
      isOver = true;
      // What stands around the commit needs no connection. It cannot fail: nothing is sent.
      void connection.release();
    });
    return result;
  } finally {
    isOver = true;
    if (!isCommitted && unansweredCount === 0) void rollBack(connection);
    else if (!isCommitted) void discard(connection);
  }
}

async function commit(answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    throw new OutcomeUnknownError({ cause: error });
  }
}

/** The work gave up, and the connection is well: it serves the next transaction. */
async function rollBack(connection: PoolConnection): Promise<void> {
  try {
    await connection.query("ROLLBACK");
    void connection.release();
  } catch {
    // Who gave up has been told why; what the connection held ends with it.
    connection.destroy();
  }
}

/**
 * Waits for what is still on its way (each statement has an end), because the driver, told to destroy a
 * busy connection, opens another to kill it. What the connection held ends with it, rolled back or not.
 */
async function discard(connection: PoolConnection): Promise<void> {
  await connection.query("ROLLBACK").catch(() => undefined);
  connection.destroy();
}

/**
 * A deadline for statements that are out together, from the first of them until none is out; one for all, since most
 * of a transaction's statements travel in company. A server that fell silent amid its answers is noticed too.
 */
function createTripDeadline(ms: number): <T>(answer: Promise<T>) => Promise<T> {
  const waiting = new Set<(error: Error) => void>();
  let cancel = (): void => undefined;
  return (answer) =>
    new Promise((resolve, reject) => {
      if (waiting.size === 0) {
        cancel = startDeadline(ms, () => {
          for (const fail of waiting) fail(new DatabaseUnavailableError("no answer in time"));
        });
      }
      waiting.add(reject);
      answer.then(resolve, reject).finally(() => {
        waiting.delete(reject);
        if (waiting.size === 0) cancel();
      });
    });
}
