// The fast lane: registered queries, compiled once into plain functions, with the same resolvers and context as the
// Yoga lane; registered writes, parsed and validated once, run by graphql-js itself, because what has been written
// cannot be tried again in the other lane. It answers what went well, and refuses what met an outage, which must not
// be asked for twice. Whatever has another error, be it a variable that does not fit or a field that failed, is
// answered by the Yoga lane, which alone knows how errors are put.

import { createHash } from "node:crypto";
import {
  execute,
  getOperationAST,
  getVariableValues,
  parse,
  printSchema,
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import type { Context } from "../context.ts";
import type { RegisteredOperation } from "../operations/registry.ts";
import { sharedTypes } from "../resolvers/index.ts";
import { must } from "../runtime/assert.ts";
import { limits } from "../runtime/limits.ts";
import { compileCachePlan, type CachePlan } from "./cache-plan.ts";
import { compileQuery } from "./compiled-query.ts";
import { compileCost, type Cost } from "./cost.ts";
import { compilePlainVariables, type CoerceVariables } from "./plain-variables.ts";
import { causeOf, outageAmong, outageOf } from "./outage.ts";
import { costExtension } from "./use-document-limits.ts";
import { idempotencyExtension } from "./use-idempotency.ts";
import type { Logger } from "../runtime/logger.ts";

export interface FastLane {
  /** Checks the variables; null where the Yoga lane must say what is wrong with the request. Reads nothing. */
  prepare(operation: RegisteredOperation, variables: unknown): PreparedRequest | null;
}

export interface PreparedRequest {
  /** Null where answers of the operation are not cached. */
  readonly plan: CachePlan | null;
  /** As graphql-js coerces them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /**
   * The answer's JSON, or the outage to refuse the request with, or null where the Yoga lane must
   * execute the request, or what a write came to where the Yoga lane must put it into words. Reads
   * nothing that the Yoga lane would not read, so that answering there is only a second try.
   */
  run(context: Context): Promise<FastAnswer>;
}

export type FastAnswer = string | GraphQLError | { readonly executed: ExecutionResult } | null;

interface CompiledOperation {
  readonly run: Run;
  readonly coerce: CoerceVariables;
  readonly cost: Cost;
  readonly plan: CachePlan | null;
}

/** An operation's variables in both spellings. */
interface GivenVariables {
  readonly given: Record<string, unknown>;
  readonly coerced: Record<string, unknown>;
}

type Run = (context: Context, variables: GivenVariables, cost: number) => Promise<FastAnswer>;

/** Compiles every registered query; what does not compile is left to the Yoga lane, with a warning. */
export function createFastLane(
  schema: GraphQLSchema,
  operations: readonly RegisteredOperation[],
  logger: Logger,
): FastLane {
  const compiledById = new Map<string, CompiledOperation>();
  // Answers that an older build has left in Redis may have another shape.
  const version = createHash("sha256").update(printSchema(schema)).digest("base64url").slice(0, 12);
  for (const operation of operations) {
    const compiled = compiledOperation(schema, operation, version);
    if (compiled !== null) compiledById.set(operation.id, compiled);
    else logger.warn({ operation: operation.name }, "not compiled, the Yoga lane answers");
  }
  return {
    prepare({ id }, variables) {
      const compiled = compiledById.get(id);
      const given = variables ?? {};
      if (compiled === undefined || typeof given !== "object" || Array.isArray(given)) return null;
      return prepared(compiled, given as Record<string, unknown>);
    },
  };
}

function prepared(compiled: CompiledOperation, given: Record<string, unknown>): PreparedRequest | null {
  const coerced = compiled.coerce(given);
  const cost = coerced === null ? null : costOf(compiled, coerced);
  if (coerced === null || cost === null) return null;
  return {
    plan: compiled.plan,
    variables: coerced,
    run: (context) => compiled.run(context, { given, coerced }, cost),
  };
}

/** Null where the operation costs too much, or asks for pages out of bounds. */
function costOf({ cost }: CompiledOperation, variables: Readonly<Record<string, unknown>>): number | null {
  try {
    const sum = cost(variables);
    return sum > limits.costMax ? null : sum;
  } catch {
    // The other lane throws it again, and says it.
    return null;
  }
}

function compiledOperation(
  schema: GraphQLSchema,
  { id, name, type, body }: RegisteredOperation,
  version: string,
): CompiledOperation | null {
  // Errors of a write say where they are as the other lane's do; of a query that lane says them itself.
  const document = parse(body, { noLocation: type !== "mutation" });
  const definition = must(getOperationAST(document, name), `operation ${name} is not in its own document`);
  const run = type === "mutation" ? interpretedRun(schema, document) : compiledRun(schema, document, definition);
  if (run === null) return null;
  return {
    run,
    coerce: coercionOf(schema, definition),
    cost: compileCost(schema, document, definition),
    plan: compileCachePlan(schema, document, definition, { operationId: id, version }),
  };
}

/** By the rules of graphql-js, which are the ones that count. */
function coercionOf(schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode): CoerceVariables {
  const plain = compilePlainVariables(schema, variableDefinitions);
  return plain ?? ((given) => getVariableValues(schema, variableDefinitions, given, { maxErrors: 1 }).coerced ?? null);
}

function interpretedRun(schema: GraphQLSchema, document: DocumentNode): Run {
  return async (contextValue, { given }, cost) => {
    const executed = await execute({ schema, document, contextValue, variableValues: given });
    if (executed.errors !== undefined) return outageAmong(executed.errors, contextValue) ?? { executed };
    const extensions = { ...costExtension(cost), ...idempotencyExtension(contextValue.replays) };
    return JSON.stringify({ data: executed.data, extensions });
  };
}

function compiledRun(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Run | null {
  const query = compileQuery({ schema, document, operation, sharedTypes });
  if (query === null) return null;
  return (context, { coerced }, cost) =>
    query(context, coerced).then(
      (data) => `{"data":${data},"extensions":${JSON.stringify(costExtension(cost))}}`,
      (thrown: unknown) => outageOf(thrown instanceof GraphQLError ? causeOf(thrown) : thrown),
    );
}
