// Counts every GraphQL request once, by operation and outcome, and how long it took. Operation names
// are those of the registry and otherwise "other": names that clients invent must not grow the metrics.

import { Kind, type DocumentNode, type ExecutionArgs } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { codeOf } from "../errors.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { RequestFacts } from "./request-facts.ts";

export function useRequestMetrics(metrics: Metrics, operationNames: ReadonlySet<string>): Plugin<object, RequestFacts> {
  return {
    onRequest({ serverContext }) {
      serverContext.startedAtMs = performance.now();
    },
    onParams({ params, context }) {
      const { operationName } = params;
      if (typeof operationName === "string" && operationNames.has(operationName)) {
        context.operation = operationName;
      }
    },
    onExecute({ args }) {
      const { contextValue, operationName, document } = args as ExecutionArgs;
      const name = operationName ?? soleOperationName(document);
      if (name !== undefined && operationNames.has(name)) (contextValue as RequestFacts).operation = name;
    },
    onResultProcess({ result, serverContext }) {
      if (Array.isArray(result) || isAsyncIterable(result)) return;
      const [error] = result.errors ?? [];
      serverContext.outcome = error === undefined ? "ok" : codeOf(error);
    },
    onResponse({ serverContext, response }) {
      const { startedAtMs, operation = "other", outcome = outcomeOf(response.status) } = serverContext ?? {};
      metrics.requests.inc({ operation, outcome });
      if (startedAtMs !== undefined) {
        metrics.requestSeconds.observe(operation, (performance.now() - startedAtMs) / 1000);
      }
    },
  };
}

function soleOperationName({ definitions }: DocumentNode): string | undefined {
  return definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)?.name?.value;
}

/** For answers without a GraphQL result: a refused token, GraphiQL's page, an unknown path. */
function outcomeOf(status: number): string {
  if (status === 401) return "UNAUTHENTICATED";
  return status < 400 ? "ok" : "BAD_REQUEST";
}
