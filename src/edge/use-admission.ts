// The Yoga lane's share in admission: reads that are computed here count and are refused like those of the fast
// lane. Writes pass.

import { OperationTypeNode, getOperationAST, type ExecutionArgs, type ExecutionResult } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Admission } from "./admission.ts";
import { outageOf } from "./outage.ts";
import type { RequestFacts } from "./request-facts.ts";

export function useAdmission(admission: Admission): Plugin {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { document, operationName } = args as ExecutionArgs;
      if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.QUERY) return;
      setExecuteFn(async (given: ExecutionArgs): Promise<ExecutionResult> => {
        try {
          const { cancellation, isAdmitted } = given.contextValue as RequestFacts;
          const read = async () => executeFn(given) as Promise<ExecutionResult>;
          return await (isAdmitted === true ? admission.runAgain(read) : admission.run(read, cancellation));
        } catch (error) {
          const outage = outageOf(error);
          if (outage === null) throw error;
          return { errors: [outage] };
        }
      });
    },
  };
}
