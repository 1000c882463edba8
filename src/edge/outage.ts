// An outage ends the whole request: MySQL away, too much work, a deadline. Half an answer would come
// with a 503 that tells every client to throw it away and ask again, so there is none, in either lane.

import { GraphQLError } from "graphql";
import {
  DatabaseOverloadedError,
  DatabaseUnavailableError,
  StatementTimeoutError,
} from "../database/database-error.ts";
import type { Context } from "../context.ts";
import { codeOf, outcomeUnknown, overloaded, timedOut, unavailable, type ErrorCode } from "../errors.ts";

const OUTAGE_CODES: ReadonlySet<ErrorCode> = new Set([
  "UNAVAILABLE",
  "OVERLOADED",
  "TIMEOUT",
  "OUTCOME_UNKNOWN",
  "CLIENT_GONE",
]);

/**
 * The first outage among the errors of an execution, as what to refuse the request with; null if none.
 * A request of which a write has been answered has had its effect, and must not read as if it had not.
 */
export function outageAmong(
  errors: readonly GraphQLError[],
  { replays }: Pick<Context, "replays">,
): GraphQLError | null {
  for (const error of errors) {
    const outage = outageOf(causeOf(error));
    if (outage !== null) return replays.size === 0 ? outage : outcomeUnknown();
  }
  return null;
}

/** What to refuse a write with that was cut short by `reason`: it may be on its way. */
export function outageOfWrite(reason: Error): Error {
  return codeOf(reason) === "TIMEOUT" ? outcomeUnknown() : reason;
}

/** `cause` as the outage that it is, or null for anything else. */
export function outageOf(cause: unknown): GraphQLError | null {
  if (cause instanceof GraphQLError) return OUTAGE_CODES.has(codeOf(cause)) ? cause : null;
  if (cause instanceof DatabaseUnavailableError) return unavailable();
  if (cause instanceof DatabaseOverloadedError) return overloaded();
  if (cause instanceof StatementTimeoutError) return timedOut();
  return null;
}

/** The innermost error: each level of execution may wrap what it caught. */
export function causeOf(error: GraphQLError): Error {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}
