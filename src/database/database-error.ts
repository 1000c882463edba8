// What can go wrong between us and MySQL, told apart by what it means for the caller: the server is
// away (try later), the pool is full (too much work), this statement was too slow, or we have a bug.

/** MySQL cannot be reached, refused us, or did not answer in time. */
export class DatabaseUnavailableError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`database unavailable: ${reason}`, options);
    this.name = "DatabaseUnavailableError";
  }
}

/** No connection of the pool came free in time. */
export class DatabaseOverloadedError extends Error {
  constructor(options?: ErrorOptions) {
    super("no database connection came free in time", options);
    this.name = "DatabaseOverloadedError";
  }
}

/** The server ended the statement at its time limit: it is alive, the work was too much. */
export class StatementTimeoutError extends Error {
  constructor(options?: ErrorOptions) {
    super("the database ended a statement at its time limit", options);
    this.name = "StatementTimeoutError";
  }
}

/** 1969 is MariaDB's, 3024 MySQL's code for a statement past its time limit. */
const STATEMENT_TIMEOUT_ERRNOS = new Set([1969, 3024]);

/** Server going down, restarting or read-only, too many connections, access or database not there (yet). */
const UNAVAILABLE_ERRNOS = new Set([
  1040, 1044, 1045, 1049, 1053, 1077, 1079, 1152, 1159, 1160, 1161, 1203, 1290, 1792, 1836, 1927,
]);

const POOL_TIMEOUT_CODE = "ER_GET_CONNECTION_TIMEOUT";

interface DriverError {
  readonly errno?: number;
  readonly code?: string | null;
  readonly fatal?: boolean;
  readonly cause?: unknown;
}

/** The error by its meaning; unchanged where it is none of the known ones, which makes it a bug. */
export function asDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { errno = 0, code, fatal, cause } = error as DriverError;
  if (code === POOL_TIMEOUT_CODE) {
    // The driver adds the reason when connections cannot even be opened.
    return cause === undefined
      ? new DatabaseOverloadedError({ cause: error })
      : new DatabaseUnavailableError("no connection", { cause: error });
  }
  if (STATEMENT_TIMEOUT_ERRNOS.has(errno)) return new StatementTimeoutError({ cause: error });
  if (fatal === true || UNAVAILABLE_ERRNOS.has(errno)) {
    return new DatabaseUnavailableError("connection lost", { cause: error });
  }
  return error;
}

/** Whether MySQL itself is away, so that nothing else can be answered either. */
export function isOutage(error: unknown): error is DatabaseUnavailableError {
  return error instanceof DatabaseUnavailableError;
}

/** Whether the transaction was chosen to end, so that another one that waited for it goes on. */
export function isDeadlock(error: unknown): boolean {
  return (error as { errno?: number } | null)?.errno === DEADLOCK_ERRNO;
}

const DEADLOCK_ERRNO = 1213;

/** Whether splitting a batch could help: the server is there, something in this statement is not right. */
export function isStatementFault(error: unknown): boolean {
  return !(isOutage(error) || error instanceof DatabaseOverloadedError);
}
