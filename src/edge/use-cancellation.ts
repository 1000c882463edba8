// The Yoga lane's share in ending requests: an execution whose request is over is answered at once with
// the reason, whatever it still waits for, and one that has not begun by then never does. A write that is
// cut short may yet take effect, and says so.

import { OperationTypeNode, getOperationAST, type ExecutionArgs, type ExecutionResult } from "graphql";
import type { Plugin } from "graphql-yoga";
import { outageOfWrite } from "./outage.ts";
import type { RequestFacts } from "./request-facts.ts";

export function useCancellation(): Plugin<object, RequestFacts> {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { cancellation, executed } = args.contextValue as RequestFacts;
      if (executed !== undefined) setExecuteFn(() => executed);
      if (executed !== undefined || cancellation === undefined) return;
      const started = async (given: ExecutionArgs) => executeFn(given) as Promise<ExecutionResult>;
      setExecuteFn((given: ExecutionArgs) =>
        cancellation.reason !== null
          ? { errors: [cancellation.reason] }
          : cancellation.race(started(given)).catch((error: unknown) => {
              if (error !== cancellation.reason) throw error;
              return { errors: [isWrite(given) ? outageOfWrite(cancellation.reason!) : error] };
            }),
      );
    },
  };
}

function isWrite({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.MUTATION;
}
