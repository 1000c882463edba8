// The Yoga lane's share in ending requests: an execution whose request is over is answered at once with
// the reason, whatever it still waits for.

import type { ExecutionArgs, ExecutionResult } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { RequestFacts } from "./request-facts.ts";

export function useCancellation(): Plugin<object, RequestFacts> {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { cancellation } = args.contextValue as RequestFacts;
      if (cancellation === undefined) return;
      const executed = async (given: ExecutionArgs) => executeFn(given) as Promise<ExecutionResult>;
      setExecuteFn((given: ExecutionArgs) =>
        cancellation.reason !== null
          ? { errors: [cancellation.reason] }
          : cancellation.race(executed(given)).catch((error: unknown) => {
              if (error !== cancellation.reason) throw error;
              return { errors: [error] };
            }),
      );
    },
  };
}
