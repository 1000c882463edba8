// The Yoga lane's bounds on what a document may ask for, in the order in which they cost us: tokens
// while it is read, its shape before validation, one validation error and no more, its cost before any
// resolver runs. The answer says what the operation cost.

import {
  GraphQLError,
  getOperationAST,
  getVariableValues,
  parse,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  type Source,
  type ValidationRule,
} from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { limitExceeded, withCode } from "../errors.ts";
import { limits } from "../runtime/limits.ts";
import { compileCost } from "./cost.ts";
import { refusalOfDocument } from "./document-limits.ts";

/** One error is enough to mend a document by, and keeps the answer to a hostile one small. */
const VALIDATION_ERRORS_MAX = 1;

export interface DocumentLimits {
  readonly development: boolean;
}

export function useDocumentLimits({ development }: DocumentLimits): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source) => parseBounded(source, development));
    },
    onValidate({ setValidationFn }) {
      setValidationFn((schema: GraphQLSchema, document: DocumentNode, rules?: readonly ValidationRule[]) =>
        validate(schema, document, rules, { maxErrors: VALIDATION_ERRORS_MAX }).map((error) =>
          development ? error : withoutSuggestion(error),
        ),
      );
    },
    onExecute({ args, setResultAndStopExecution }) {
      let cost: number;
      try {
        cost = boundedCost(args);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        setResultAndStopExecution({ errors: [error] });
        return;
      }
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) return;
          setResult({ ...result, extensions: { ...result.extensions, ...costExtension(cost) } });
        },
      };
    },
  };
}

/** What an answer says of its cost; both lanes say it so. */
export function costExtension(cost: number): { cost: { requestedQueryCost: number; maximumQueryCost: number } } {
  return { cost: { requestedQueryCost: cost, maximumQueryCost: limits.costMax } };
}

function parseBounded(source: string | Source, introspectionExempt: boolean): DocumentNode {
  let document: DocumentNode;
  try {
    document = parse(source, { maxLexicalTokens: limits.documentTokensMax });
  } catch (error) {
    if (error instanceof GraphQLError && error.message.includes("Parsing aborted")) {
      throw limitExceeded(`The document has more than ${limits.documentTokensMax} tokens.`);
    }
    throw error;
  }
  const refusal = refusalOfDocument(document, { introspectionExempt });
  if (refusal !== null) throw refusal;
  return document;
}

function boundedCost({ schema, document, operationName, variableValues }: ExecutionArgs): number {
  const operation = getOperationAST(document, operationName);
  if (!operation) return 0;
  // With their defaults; useCoercion has refused what does not fit.
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  const cost = compileCost(schema, document, operation)(coerced);
  if (cost > limits.costMax) throw limitExceeded(`The operation costs ${cost}, more than ${limits.costMax}.`);
  return cost;
}

/** Suggestions spell out names of the schema that the caller does not know. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const [start = error.message] = error.message.split(" Did you mean");
  return start === error.message
    ? error
    : withCode(new GraphQLError(start, { nodes: error.nodes ?? null }), "GRAPHQL_VALIDATION_FAILED", {
        status: 400,
        spec: true,
      });
}
