// What a failed transaction means for its commands: try again, give up with a 503, or a bug.

import type { GraphQLError } from "graphql";
import {
  DatabaseOverloadedError,
  DatabaseUnavailableError,
  StatementTimeoutError,
} from "../database/database-error.ts";
import { OutcomeUnknownError, TransactionTimeoutError } from "../database/transaction.ts";
import { outcomeUnknown, overloaded, timedOut, unavailable } from "../errors.ts";

/**
 * Deadlock, lock wait, a row that changed under a snapshot, a statement that was killed or whose table
 * was altered, and a duplicate key, which a twin in another process has written in between: the next
 * attempt finds its answer.
 */
const RETRYABLE_ERRNOS = new Set([1213, 1205, 1020, 1317, 1412, 1969, 1062, 3572]);

/** Somebody else holds rows that this write needs. */
export class RowsHeldError extends Error {
  constructor() {
    super("somebody else holds the rows");
    this.name = "RowsHeldError";
  }
}

/** Whether the same commands may well succeed a moment later. */
export function isRetryable(error: unknown): boolean {
  return isOutageOfDatabase(error) || isContention(error);
}

/** Whether rows were in the way, and MySQL is well. */
export function isContention(error: unknown): boolean {
  if (error instanceof TransactionTimeoutError || error instanceof StatementTimeoutError) return true;
  if (error instanceof RowsHeldError) return true;
  return RETRYABLE_ERRNOS.has((error as { errno?: number } | null)?.errno ?? 0);
}

/** Whether MySQL is away or did not answer; the outcome of a COMMIT may be open. */
export function isOutageOfDatabase(error: unknown): boolean {
  return (
    error instanceof OutcomeUnknownError ||
    error instanceof DatabaseUnavailableError ||
    error instanceof DatabaseOverloadedError
  );
}

/** What a caller is told whose command could not be decided in time. */
export function refusalAfter(error: unknown, isOutcomeOpen: boolean): GraphQLError {
  if (isOutcomeOpen || error instanceof OutcomeUnknownError) return outcomeUnknown();
  if (error instanceof DatabaseUnavailableError) return unavailable();
  return error instanceof DatabaseOverloadedError ? overloaded() : timedOut();
}
