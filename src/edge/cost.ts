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
import { limits } from "../runtime/limits.ts";

/** The cost for the given, coerced variables. */
export type Cost = (variables: Readonly<Record<string, unknown>>) => number;

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** Compiles the cost of a valid operation. */
export function compileCost(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const fragments: Fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
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
  const size = listSize === undefined ? undefined : sizeOf(listSize, field, node);
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
function sizeOf(listSize: DirectiveNode, field: GraphQLField<unknown, unknown>, node: FieldNode): Cost {
  const assumed = argument(listSize, "assumedSize");
  const assumedSize = assumed?.kind === Kind.INT ? Number(assumed.value) : limits.pageEntriesMax;
  for (const name of stringList(listSize, "slicingArguments")) {
    const given = node.arguments?.find((candidate) => candidate.name.value === name)?.value;
    const fallback = field.args.find((candidate) => candidate.name === name)?.defaultValue;
    if (given?.kind === Kind.VARIABLE) {
      const variable = given.name.value;
      return (variables) => sizeOfValue(variables[variable] ?? fallback, assumedSize);
    }
    if (given?.kind === Kind.INT) return constant(Number(given.value));
    if (given?.kind === Kind.LIST) return constant(given.values.length);
    if (typeof fallback === "number") return constant(fallback);
  }
  return constant(assumedSize);
}

/** Sizes that the resolver will refuse (negative, past the page's bound) count as they are written. */
function sizeOfValue(value: unknown, assumedSize: number): number {
  if (typeof value === "number") return Math.max(value, 0);
  return Array.isArray(value) ? value.length : assumedSize;
}

function constant(size: number): Cost {
  return () => Math.max(size, 0);
}

function directive(field: GraphQLField<unknown, unknown>, name: string): DirectiveNode | undefined {
  return field.astNode?.directives?.find((candidate) => candidate.name.value === name);
}

function argument(node: DirectiveNode, name: string) {
  return node.arguments?.find((candidate) => candidate.name.value === name)?.value;
}

function stringList(node: DirectiveNode, name: string): string[] {
  const list = argument(node, name);
  return list?.kind === Kind.LIST ? list.values.flatMap((value) => (value.kind === Kind.STRING ? [value.value] : [])) : [];
}
