// Variables that do not fit their types end the request before it runs, with a code and a 400. The
// executor would find them too, but as errors without a code, and one for each of them.

import { getOperationAST, getVariableValues, type ExecutionArgs } from "graphql";
import type { Plugin } from "graphql-yoga";
import { withCode } from "../errors.ts";
import type { RequestFacts } from "./request-facts.ts";

/** One error is enough to mend a request by, and keeps the answer to hostile input small. */
const ERRORS_MAX = 1;

/** `development` suggests names of the schema that the caller does not know. */
export function useCoercion({ development }: { readonly development: boolean }): Plugin<object, RequestFacts> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { schema, document, operationName, variableValues } = args as ExecutionArgs;
      const operation = getOperationAST(document, operationName);
      if (!operation) return;
      const { errors, coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {}, {
        maxErrors: ERRORS_MAX,
        hideSuggestions: !development,
      });
      const [first] = errors ?? [];
      if (first === undefined) {
        (args.contextValue as RequestFacts).coercedVariables = coerced ?? {};
        return;
      }
      setResultAndStopExecution({ errors: [withCode(first, "BAD_USER_INPUT", { status: 400, spec: true })] });
    },
  };
}
