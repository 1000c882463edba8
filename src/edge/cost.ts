// What an operation costs, before it runs: by the Cost Directives specification (IBM), with @cost and
// @listSize in the SDL. Every object that an answer could hold weighs 1 unless its field says
// otherwise; lists count as many as their slicing argument allows. Compiled once per document into a
// function of the variables, because only those change from request to request.

import {
  Kind,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { badUserInput } from "../errors.ts";
import { limits } from "../runtime/limits.ts";
import { fragmentsOf } from "./selection.ts";

/** The cost for the given, coerced variables. Throws BAD_USER_INPUT for a list size out of bounds. */
export type Cost = (variables: Readonly<Record<string, unknown>>) => number;

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** Compiles the cost of a valid operation. */
export function compileCost(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const fragments = fragmentsOf(document);
  const root = schema.getRootType(operation.operation);
  return root ? selectionCost(schema, fragments, root, operation.selectionSet, NO_SIZES) : () => 0;
}

/** Sizes that a field hands to fields of its own selection: a connection's to `edges` and `nodes`. */
type InheritedSizes = ReadonlyMap<string, Cost>;
const NO_SIZES: InheritedSizes = new Map();

function selectionCost(
  schema: GraphQLSchema,
  fragments: Fragments,
  type: GraphQLNamedType,
  { selections }: SelectionSetNode,
  sizes: InheritedSizes,
): Cost {
  const parts = selections.map((selection): Cost => {
    if (selection.kind === Kind.FIELD) return fieldCost(schema, fragments, type, selection, sizes);
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    if (fragment === undefined) return () => 0;
    const condition = fragment.typeCondition?.name.value;
    const narrowed = condition === undefined ? type : (schema.getType(condition) ?? type);
    return selectionCost(schema, fragments, narrowed, fragment.selectionSet, sizes);
  });
  return (variables) => parts.reduce((sum, part) => sum + part(variables), 0);
}

function fieldCost(
  schema: GraphQLSchema,
  fragments: Fragments,
  parent: GraphQLNamedType,
  node: FieldNode,
  sizes: InheritedSizes,
): Cost {
  const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
  // Introspection fields and __typename cost nothing.
  if (field === undefined) return () => 0;
  const type = getNamedType(field.type);
  const weight = weightOf(field, type);
  const listSize = directive(field, "listSize");
  const size = listSize === undefined ? undefined : sizeOf(listSize, node);
  const sizedFields = listSize === undefined ? [] : stringList(listSize, "sizedFields");
  // A size meant for fields below is not one of this field itself.
  const own = sizes.get(node.name.value) ?? (sizedFields.length === 0 ? size : undefined);
  const handedOn = size === undefined ? NO_SIZES : new Map(sizedFields.map((name) => [name, size] as const));
  const below =
    node.selectionSet === undefined ? () => 0 : selectionCost(schema, fragments, type, node.selectionSet, handedOn);
  return (variables) => (own?.(variables) ?? 1) * (weight + below(variables));
}

function weightOf(field: GraphQLField<unknown, unknown>, type: GraphQLNamedType): number {
  const cost = directive(field, "cost");
  const weight = cost === undefined ? undefined : argument(cost, "weight");
  if (weight?.kind === Kind.STRING) return Number(weight.value);
  return isCompositeType(type) ? 1 : 0;
}

/** By the first slicing argument that is given, else as the schema assumes. */
function sizeOf(listSize: DirectiveNode, node: FieldNode): Cost {
  const assumed = argument(listSize, "assumedSize");
  const assumedSize = assumed?.kind === Kind.INT ? Number(assumed.value) : limits.pageEntriesMax;
  for (const name of stringList(listSize, "slicingArguments")) {
    const given = node.arguments?.find((candidate) => candidate.name.value === name)?.value;
    if (given?.kind === Kind.VARIABLE) {
      const variable = given.name.value;
      return (variables) => sizeOfArgument(name, variables[variable], assumedSize);
    }
    if (given?.kind === Kind.INT) return () => sizeOfArgument(name, Number(given.value), assumedSize);
    if (given?.kind === Kind.LIST) return () => sizeOfArgument(name, given.values, assumedSize);
  }
  return () => assumedSize;
}

/** Refuses sizes out of bounds here, where nothing has run yet. */
function sizeOfArgument(name: string, value: unknown, assumedSize: number): number {
  if (Array.isArray(value)) {
    if (value.length > limits.nodeIdsMax) throw badUserInput(`${name} must be at most ${limits.nodeIdsMax}.`);
    return value.length;
  }
  if (typeof value !== "number") return assumedSize;
  if (value < 1 || value > limits.pageEntriesMax) {
    throw badUserInput(`${name} must be from 1 to ${limits.pageEntriesMax}.`);
  }
  return value;
}

function directive(field: GraphQLField<unknown, unknown>, name: string): DirectiveNode | undefined {
  return field.astNode?.directives?.find((candidate) => candidate.name.value === name);
}

function argument(node: DirectiveNode, name: string) {
  return node.arguments?.find((candidate) => candidate.name.value === name)?.value;
}

function stringList(node: DirectiveNode, name: string): string[] {
  const list = argument(node, name);
  return list?.kind === Kind.LIST
    ? list.values.flatMap((value) => (value.kind === Kind.STRING ? [value.value] : []))
    : [];
}
