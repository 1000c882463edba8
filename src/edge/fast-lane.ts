// The fast lane: registered queries, compiled once by graphql-jit into plain functions, with the same resolvers and
// context as the Yoga lane; registered writes, parsed and validated once, run by graphql-js itself, because what has
// been written cannot be tried again in the other lane. It answers what went well, and refuses what met an outage,
// which must not be asked for twice. Whatever has another error, be it a variable that does not fit or a field that
// failed, is answered by the Yoga lane, because compiled and interpreted execution differ in how they handle errors.

import { createHash } from "node:crypto";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import {
  execute,
  getOperationAST,
  getVariableValues,
  parse,
  printSchema,
  valueFromASTUntyped,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from "graphql";
import type { Context } from "../context.ts";
import type { RegisteredOperation } from "../operations/registry.ts";
import { must } from "../runtime/assert.ts";
import { limits } from "../runtime/limits.ts";
import { compileCachePlan, type CachePlan } from "./cache-plan.ts";
import { compileCost, type Cost } from "./cost.ts";
import { outageAmong } from "./outage.ts";
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
  readonly run: (context: Context, variables: Record<string, unknown>) => ExecutionResult | Promise<ExecutionResult>;
  readonly variableDefinitions: readonly VariableDefinitionNode[];
  /** As a client would have sent them. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly cost: Cost;
  readonly plan: CachePlan | null;
}

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
    prepare({ id, type }, variables) {
      const compiled = compiledById.get(id);
      const given = variables ?? {};
      if (compiled === undefined || typeof given !== "object" || Array.isArray(given)) return null;
      return prepared(schema, compiled, type === "mutation", given as Record<string, unknown>);
    },
  };
}

function prepared(
  schema: GraphQLSchema,
  compiled: CompiledOperation,
  isWrite: boolean,
  given: Record<string, unknown>,
): PreparedRequest | null {
  // Coerced by graphql-js, whose rules are the ones that count; jit then coerces what is right.
  const { coerced } = getVariableValues(schema, compiled.variableDefinitions, given, { maxErrors: 1 });
  const cost = coerced === undefined ? null : costOf(compiled, coerced);
  if (coerced === undefined || cost === null) return null;
  return {
    plan: compiled.plan,
    variables: coerced,
    async run(context) {
      // Compiled code knows no defaults of non-null variables: it would ask for those that were left out.
      const result = await compiled.run(context, { ...compiled.defaults, ...given });
      if (result.errors !== undefined) {
        return outageAmong(result.errors, context) ?? (isWrite ? { executed: result } : null);
      }
      const extensions = { ...costExtension(cost), ...idempotencyExtension(context.replays) };
      return JSON.stringify({ data: result.data, extensions });
    },
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
  const run = type === "mutation" ? interpreted(schema, document) : compiledByJit(schema, document, name);
  if (run === null) return null;
  const definition = must(getOperationAST(document, name), `operation ${name} is not in its own document`);
  return {
    run,
    variableDefinitions: definition.variableDefinitions ?? [],
    defaults: defaultsOf(definition.variableDefinitions ?? []),
    cost: compileCost(schema, document, definition),
    plan: compileCachePlan(schema, document, definition, { operationId: id, version }),
  };
}

function interpreted(schema: GraphQLSchema, document: DocumentNode): CompiledOperation["run"] {
  return (contextValue, variableValues) => execute({ schema, document, contextValue, variableValues });
}

/** Without jit's own JSON serialiser, which knows no custom scalars. */
function compiledByJit(schema: GraphQLSchema, document: DocumentNode, name: string): CompiledOperation["run"] | null {
  const query = compileQuery(schema, document, name, { disablingCapturingStackErrors: true });
  return isCompiledQuery(query) ? (context, variables) => query.query(undefined, context, variables) : null;
}

function defaultsOf(definitions: readonly VariableDefinitionNode[]): Record<string, unknown> {
  return Object.fromEntries(
    definitions.flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
}
