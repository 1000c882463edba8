// Whether an operation may be in the registry: its id and name are its own, and the server would run it,
// by today's schema and today's limits, with what the server itself judges requests by. Everything that
// enters or stands in the registry passes here: generated, imported from an app, or checked again.

import { createHash } from "node:crypto";
import {
  GraphQLError,
  Kind,
  getOperationAST,
  parse,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { CachePlanError, compileCachePlan } from "../../src/edge/cache-plan.ts";
import { refusalOfDocument } from "../../src/edge/document-limits.ts";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { must } from "../../src/runtime/assert.ts";
import { limits } from "../../src/runtime/limits.ts";
import { costRangeOf } from "./cost-range.ts";

/** One line for each operation that may not be registered, and for each id that is there twice. */
export function problemsOfOperations(schema: GraphQLSchema, operations: readonly RegisteredOperation[]): string[] {
  const seen = new Set<string>();
  return operations.flatMap((operation) => {
    const problem = seen.has(operation.id) ? "has an id that an earlier entry has" : problemOf(schema, operation);
    seen.add(operation.id);
    return problem === null ? [] : [`operation ${labelOf(operation)} ${problem}`];
  });
}

/** How messages and tables name an operation: names may be shared, and ids are long. */
export function labelOf({ id, name }: RegisteredOperation): string {
  return `${name || "without a name"} (${shortId(id)})`;
}

/** As many digits of an id as tell operations apart at a glance. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** A body as syntax, read within the server's bound. Throws a GraphQLError. */
export function bodyDocument(body: string): DocumentNode {
  return parse(body, { maxLexicalTokens: limits.documentTokensMax });
}

/** The first thing that is wrong, as the end of a sentence; the server would not get to the next. */
function problemOf(schema: GraphQLSchema, operation: RegisteredOperation): string | null {
  const { id, body } = operation;
  const hash = createHash("sha256").update(body).digest("hex");
  if (id !== hash) return `has an id that is not the sha256 of its body: that is ${hash}`;
  let document: DocumentNode;
  try {
    document = bodyDocument(body);
  } catch (error) {
    const { message } = error as Error;
    const isTooLong = message.includes("Parsing aborted");
    return isTooLong
      ? `would be refused by the server: more than ${limits.documentTokensMax} tokens`
      : `does not parse: ${oneLine(message)}`;
  }
  return problemOfName(operation, document) ?? problemOfDocument(schema, document);
}

function problemOfName({ name, type }: RegisteredOperation, document: DocumentNode): string | null {
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation] = operations;
  if (operation === undefined || operations.length > 1) {
    return `has ${operations.length} operations in its body, expected one`;
  }
  if (operation.name === undefined) return "has no name in its body";
  if (operation.name.value !== name) return `is called ${operation.name.value} in its body`;
  const written: string = operation.operation;
  if (written !== type) return `is a ${written} in its body, not a ${oneLine(type)}`;
  return null;
}

/** Shape, then validity, then cost, as the server does. */
function problemOfDocument(schema: GraphQLSchema, document: DocumentNode): string | null {
  // Production grants introspection no exemption, and apps talk to production.
  const refusal = refusalOfDocument(document, { introspectionExempt: false });
  if (refusal !== null) return `would be refused by the server: ${oneLine(refusal.message)}`;
  const [error] = [...absentRoots(schema, document), ...validate(schema, document)];
  if (error !== undefined) return `does not fit the schema: ${oneLine(error.message)}`;
  return problemOfCost(schema, document) ?? problemOfCachePlan(schema, document);
}

function problemOfCost(schema: GraphQLSchema, document: DocumentNode): string | null {
  try {
    const { least } = costRangeOf(schema, document);
    return least > limits.costMax
      ? `would be refused by the server: it costs ${least}, more than ${limits.costMax}`
      : null;
  } catch (sizeError) {
    if (sizeError instanceof GraphQLError) return `would be refused by the server: ${oneLine(sizeError.message)}`;
    throw sizeError;
  }
}

/** A server that finds no plan for it does not start. */
function problemOfCachePlan(schema: GraphQLSchema, document: DocumentNode): string | null {
  const operation = must(getOperationAST(document), "a document with one operation");
  try {
    compileCachePlan(schema, document, operation, { operationId: "", version: "" });
    return null;
  } catch (planError) {
    if (planError instanceof CachePlanError) return `cannot be cached safely: ${oneLine(planError.message)}`;
    throw planError;
  }
}

/** graphql-js lets any document pass whose kind of operation the schema does not have at all. */
function absentRoots(schema: GraphQLSchema, { definitions }: DocumentNode): { message: string }[] {
  return definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && !schema.getRootType(definition.operation)
      ? [{ message: `The schema has no ${definition.operation}.` }]
      : [],
  );
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > limits.errorMessageCharactersMax ? `${line.slice(0, limits.errorMessageCharactersMax)} …` : line;
}
