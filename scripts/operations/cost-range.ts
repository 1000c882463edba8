// What an operation can cost, before anybody has sent variables for it: between the smallest and the
// largest sizes that its variables may ask for. The server itself counts each request with the variables
// that came (src/edge/cost.ts, which does the arithmetic here too).

import {
  getNamedType,
  getNullableType,
  getOperationAST,
  isListType,
  typeFromAST,
  valueFromAST,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type NamedTypeNode,
  type VariableDefinitionNode,
} from "graphql";
import { compileCost } from "../../src/edge/cost.ts";
import { limits } from "../../src/runtime/limits.ts";

/** Costs by @cost and @listSize. */
export interface CostRange {
  /** Sizes at their own defaults, those without one at 1: what no request that sends only what it must can go below. */
  readonly least: number;
  /** Sizes at their own defaults, those without one at their maximum, as the schema assumes. */
  readonly usual: number;
  /** All sizes at their maximum. */
  readonly most: number;
}

/**
 * Of a valid document with one operation. Throws the server's own BAD_USER_INPUT where the document or a
 * default asks for a list out of bounds.
 */
export function costRangeOf(schema: GraphQLSchema, document: DocumentNode): CostRange {
  const operation = getOperationAST(document);
  if (!operation) throw new Error("expected a document with one operation");
  const cost = compileCost(schema, document, operation);
  const definitions = operation.variableDefinitions ?? [];
  const of = (valueOf: (definition: VariableDefinitionNode, type: GraphQLInputType) => unknown) =>
    cost(
      Object.fromEntries(
        definitions.map((definition) => [
          definition.variable.name.value,
          valueOf(definition, typeFromAST(schema, definition.type as NamedTypeNode) as GraphQLInputType),
        ]),
      ),
    );
  return {
    least: of((definition, type) => defaultOf(definition, type) ?? sized(type, 1, 1)),
    usual: of((definition, type) => defaultOf(definition, type) ?? largest(type)),
    most: of((_, type) => largest(type)),
  };
}

function defaultOf({ defaultValue }: VariableDefinitionNode, type: GraphQLInputType): unknown {
  return defaultValue === undefined ? undefined : valueFromAST(defaultValue, type);
}

function largest(type: GraphQLInputType): unknown {
  return sized(type, limits.pageEntriesMax, limits.nodeIdsMax);
}

/** A value that asks for so many: a number, or a list; undefined for what is not a size. */
function sized(type: GraphQLInputType, count: number, entryCount: number): unknown {
  if (isListType(getNullableType(type))) return Array.from({ length: entryCount }, () => null);
  return getNamedType(type).name === "Int" ? count : undefined;
}
