// What a caller may see of a failure: errors with a code of ours as they are, an outage as the 503 it
// is, and of anything else only that it happened. Bugs are logged here, once, with the operation.

import { GraphQLError, Kind, type ExecutionResult } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import type { Context } from "../context.ts";
import { atPlaceOf, internalServerError, withCode } from "../errors.ts";
import { limits } from "../runtime/limits.ts";
import type { Logger } from "../runtime/logger.ts";
import { causeOf, outageAmong, outageOf } from "./outage.ts";
import type { RequestFacts } from "./request-facts.ts";

export function useMasking(logger: Logger): Plugin<object, RequestFacts> {
  return {
    onExecute({ args }) {
      const context = args.contextValue as unknown as RequestFacts & Context;
      const { operation = "other" } = context;
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result) || result.errors === undefined) return;
          setResult(
            masked(result, context, (error) =>
              logger.error({ operation, path: error.path, err: causeOf(error) }, "failed"),
            ),
          );
        },
      };
    },
    onResultProcess({ result, setResult }) {
      if (Array.isArray(result) || isAsyncIterable(result) || result.errors === undefined) return;
      setResult({ ...result, errors: result.errors.map(brief) });
    },
  };
}

/** Messages of graphql-js repeat names and values as long as they came. */
function brief(error: GraphQLError): GraphQLError {
  const { message } = error;
  if (message.length <= limits.errorMessageCharactersMax) return error;
  return new GraphQLError(`${message.slice(0, limits.errorMessageCharactersMax)} ...`, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: error.extensions,
  });
}

/** For errors outside execution (Yoga's own masking calls it): the same judgement. */
export function maskError(error: unknown): Error {
  return error instanceof GraphQLError ? judged(error, () => undefined) : (outageOf(error) ?? internalServerError());
}

function masked(result: ExecutionResult, context: Context, onBug: (error: GraphQLError) => void): ExecutionResult {
  const errors = result.errors ?? [];
  const outage = outageAmong(errors, context);
  return outage === null ? { ...result, errors: errors.map((error) => judged(error, onBug)) } : { errors: [outage] };
}

function judged(error: GraphQLError, onBug: (error: GraphQLError) => void): GraphQLError {
  const cause = causeOf(error);
  if (cause instanceof GraphQLError && cause.extensions["code"] !== undefined) return error;
  if (isArgumentMistake(cause)) return withCode(error, "BAD_USER_INPUT", { status: 400, spec: true });
  onBug(error);
  return atPlaceOf(error, internalServerError());
}

/**
 * A null that reached a non-null argument through a nullable variable: valid by the document, so
 * graphql-js finds it only now, and points at the argument's value. What else it throws while
 * executing (a value that its type cannot represent, say) points at a field or at nothing: our bug.
 */
function isArgumentMistake(cause: unknown): boolean {
  return cause instanceof GraphQLError && cause.nodes !== undefined && cause.nodes[0]?.kind !== Kind.FIELD;
}
