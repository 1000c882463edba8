// The Yoga lane's bounds on what a document may ask for, in the order in which they cost us: tokens
// while it is read, its shape before validation, one validation error and no more, its cost before any
// resolver runs. The answer says what the operation cost.

import {
  GraphQLError,
  getOperationAST,
  parse,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  type Source,
  type ValidationRule,
} from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { codeOf, limitExceeded } from "../errors.ts";
import { limits } from "../runtime/limits.ts";
import { compileCost } from "./cost.ts";
import { refusalOfDocument } from "./document-limits.ts";
import type { RequestFacts } from "./request-facts.ts";

/** One error is enough to mend a document by, and keeps the answer to a hostile one small. */
const VALIDATION_ERRORS_MAX = 1;

export interface DocumentLimits {
  /** Introspects, and suggests names of the schema that the caller does not know. */
  readonly development: boolean;
}

export function useDocumentLimits({ development }: DocumentLimits): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source) => parseBounded(source, development));
    },
    onValidate({ setValidationFn }) {
      const options = { maxErrors: VALIDATION_ERRORS_MAX, hideSuggestions: !development };
      // A second error would only say that there were more.
      setValidationFn((schema: GraphQLSchema, document: DocumentNode, rules?: readonly ValidationRule[]) =>
        validate(schema, document, rules, options).slice(0, VALIDATION_ERRORS_MAX),
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
    onResultProcess({ result, setResult }) {
      if (Array.isArray(result) || isAsyncIterable(result)) return;
      const [error] = result.errors ?? [];
      // What was thrown while it parsed, Yoga has marked as an error of those that may keep 200.
      if (codeOf(error) === "LIMIT_EXCEEDED") setResult({ errors: [limitExceeded(error!.message)] });
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

function boundedCost({ schema, document, operationName, contextValue }: ExecutionArgs): number {
  const operation = getOperationAST(document, operationName);
  if (!operation) return 0;
  // useCoercion stands before this plugin, and has refused what does not fit.
  const { coercedVariables = {} } = contextValue as RequestFacts;
  const cost = compileCost(schema, document, operation)(coercedVariables);
  if (cost > limits.costMax) throw limitExceeded(`The operation costs ${cost}, more than ${limits.costMax}.`);
  return cost;
}
