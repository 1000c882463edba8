// The one list of top-level error codes, and the errors that carry them. Three kinds: an expected
// refusal is not here but in a payload's userErrors; a caller's mistake is one of these with a 4xx;
// an outage is a 503 with Retry-After. Everything else is a bug: masked, logged once.

import { GraphQLError } from "graphql";

export const errorCodes = [
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "BAD_USER_INPUT",
  "BAD_CURSOR",
  // A request that is not one of GraphQL over HTTP: no query, a wrong method, unparsable JSON.
  "BAD_REQUEST",
  // More than one operation and no operationName that picks one.
  "OPERATION_RESOLUTION_FAILURE",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_NOT_REGISTERED",
  // Apollo's word for: send the text once, with its hash.
  "PERSISTED_QUERY_NOT_FOUND",
  "LIMIT_EXCEEDED",
  "IDEMPOTENCY_KEY_REQUIRED",
  "IDEMPOTENCY_KEY_REUSED",
  "IDEMPOTENCY_KEY_EXPIRED",
  "OUTCOME_UNKNOWN",
  "UNAVAILABLE",
  "OVERLOADED",
  "TIMEOUT",
  // For the metrics alone: there is nobody left to read it.
  "CLIENT_GONE",
  "INTERNAL_SERVER_ERROR",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * How an error shows in HTTP. `spec` marks the statuses that GraphQL over HTTP keeps at 200 for
 * clients that ask for `application/json`.
 */
interface HttpShape {
  readonly status: number;
  readonly spec?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Seconds a client should wait before it tries again after a 503. */
const RETRY_AFTER_SECONDS = 1;
const RETRY_SPREAD_SECONDS = 3;

/** The caller sent something that can never work: 400. */
export function badUserInput(message: string): GraphQLError {
  return codedError("BAD_USER_INPUT", message, { status: 400, spec: true });
}

/** The request is not one of GraphQL over HTTP; under every media type. */
export function badRequest(
  message: string,
  status = 400,
  headers: Readonly<Record<string, string>> = {},
): GraphQLError {
  return codedError("BAD_REQUEST", message, { status, headers });
}

/** The body has more bytes than it may: 413, and the connection closes under the rest of it. */
export function bodyTooLarge(bytesMax: number): GraphQLError {
  return codedError("LIMIT_EXCEEDED", `The body has more than ${bytesMax} bytes.`, {
    status: 413,
    headers: { Connection: "close" },
  });
}

/** The document is not in the registry, and here only registered ones run: 400 under every media type. */
export function operationNotRegistered(): GraphQLError {
  return codedError("OPERATION_NOT_REGISTERED", "The operation is not registered.", { status: 400 });
}

/**
 * No document is known under the hash, and the client may register it by sending the text too. With
 * 200, as Apollo's own server answers: its clients for phones do not read the body of a 4xx.
 */
export function persistedQueryNotFound(): GraphQLError {
  return codedError("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", { status: 200 });
}

/** The document asks for more than the named limit: 400 under every media type. */
export function limitExceeded(message: string): GraphQLError {
  return codedError("LIMIT_EXCEEDED", message, { status: 400 });
}

/** The cursor is not one of ours, or not one of this list: 400. */
export function badCursor(): GraphQLError {
  return codedError("BAD_CURSOR", "The cursor does not belong to this list.", { status: 400, spec: true });
}

/** The token is not entirely right: 401 for the whole request, and nothing about why. */
export function badToken(): GraphQLError {
  return codedError("UNAUTHENTICATED", "The token is not valid.", {
    status: 401,
    headers: { "WWW-Authenticate": "Bearer" },
  });
}

/** A private field asked for without a token; the rest of the answer stands. */
export function unauthenticated(): GraphQLError {
  return codedError("UNAUTHENTICATED", "This field needs a token.");
}

/** A private field of somebody else; the rest of the answer stands. */
export function forbidden(): GraphQLError {
  return codedError("FORBIDDEN", "This field is private to its player.");
}

/** A write on behalf of somebody else, or one that is not a player's to make. */
export function forbiddenWrite(): GraphQLError {
  return codedError("FORBIDDEN", "This write is not the caller's to make.");
}

/** MySQL cannot be reached or did not answer in time: 503. */
export function unavailable(): GraphQLError {
  return codedError("UNAVAILABLE", "The database cannot be reached.", retryLater());
}

/** A bounded queue is full: 503. */
export function overloaded(): GraphQLError {
  return withoutStack(() => codedError("OVERLOADED", "The server has more work than it can do.", retryLater()));
}

/** Where there is least time for it, an error should cost little. */
function withoutStack<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A deadline passed: 503, because trying again may well succeed. */
export function timedOut(): GraphQLError {
  return codedError("TIMEOUT", "The request took too long.", retryLater());
}

/** The connection closed before the answer. */
export function clientGone(): GraphQLError {
  return codedError("CLIENT_GONE", "The client is gone.");
}

/** A write without a key to tell its repetitions by: 400. */
export function idempotencyKeyRequired(): GraphQLError {
  return codedError("IDEMPOTENCY_KEY_REQUIRED", "Each write needs an idempotency key: @idempotent(key:).", {
    status: 400,
    spec: true,
  });
}

/** The key belongs to another request: 422, as the Idempotency-Key draft has it. */
export function idempotencyKeyReused(): GraphQLError {
  return codedError("IDEMPOTENCY_KEY_REUSED", "The idempotency key has been used for another request.", {
    status: 422,
    spec: true,
  });
}

/** A key that is older than answers are kept, or from the future: 400. */
export function idempotencyKeyExpired(): GraphQLError {
  return codedError("IDEMPOTENCY_KEY_EXPIRED", "The idempotency key is not of the last 30 days.", {
    status: 400,
    spec: true,
  });
}

/** The write took effect or not; whoever asks again with the same key is told: 503. */
export function outcomeUnknown(): GraphQLError {
  return codedError(
    "OUTCOME_UNKNOWN",
    "It is not known whether this took effect: ask again with the same key.",
    retryLater(),
  );
}

/** What a caller sees of a bug: nothing but that it is one. */
export function internalServerError(): GraphQLError {
  return codedError("INTERNAL_SERVER_ERROR", "Unexpected error.");
}

/** The code of an error's extensions, or INTERNAL_SERVER_ERROR where it has none of ours. */
export function codeOf(error: unknown): ErrorCode {
  const code = error instanceof GraphQLError ? error.extensions["code"] : undefined;
  return errorCodes.find((known) => known === code) ?? "INTERNAL_SERVER_ERROR";
}

/** `outcome` at the place of `error` in the document and the answer. */
export function atPlaceOf(error: GraphQLError, outcome: GraphQLError): GraphQLError {
  return new GraphQLError(outcome.message, {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions: outcome.extensions,
  });
}

/** `error` with a code added, its place in the document kept. For errors that graphql-js makes. */
export function withCode(error: GraphQLError, code: ErrorCode, http: HttpShape): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { ...error.extensions, code, http },
  });
}

function codedError(code: ErrorCode, message: string, http?: HttpShape): GraphQLError {
  return new GraphQLError(message, { extensions: http === undefined ? { code } : { code, http } });
}

/** Spread out, or those who are refused together come back together. */
function retryLater(): HttpShape {
  const seconds = RETRY_AFTER_SECONDS + Math.floor(Math.random() * RETRY_SPREAD_SECONDS);
  return { status: 503, headers: { "Retry-After": String(seconds) } };
}
