// src/operations/costs.json: what each registered operation costs, committed so that a change of the
// schema or of a weight that makes one dearer shows in review. The server does not read it: it counts
// with the variables of each request.

import type { GraphQLSchema } from "graphql";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { costRangeOf } from "../operations/cost-range.ts";
import { bodyDocument } from "../operations/judgement.ts";

/** Beside the registry, in its order. */
export const COSTS_FILE = "src/operations/costs.json";

/** The text of the file. Each operation must be one that judgement.ts passes. */
export function costsText(schema: GraphQLSchema, operations: readonly RegisteredOperation[]): string {
  const costs = operations.map(({ id, name, body }) => {
    const { usual, most } = costRangeOf(schema, bodyDocument(body));
    return { id, name, cost: usual, costMax: most };
  });
  return `${JSON.stringify({ operations: costs }, null, 2)}\n`;
}
