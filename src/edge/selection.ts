// What a selection set comes to for one object type: its fields by response key, fragments opened, equal keys merged,
// @skip and @include applied. graphql-js does the same for each object of each answer; here it is done once for a
// query, before anybody asks it.

import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** Where selections are looked at. */
export interface SelectionScope {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Coerced; only those count that stand in @skip and @include. Null: as if these were not there. */
  readonly variables: Readonly<Record<string, unknown>> | null;
}

/** By name. */
export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
}

/** Nodes of one response key, in the order of the document. */
export type SelectedFields = ReadonlyMap<string, readonly FieldNode[]>;

/** Keys in the order of their first mention. Throws as graphql-js does where a condition has no value. */
export function selectedFields(
  scope: SelectionScope,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): SelectedFields {
  const fields = new Map<string, FieldNode[]>();
  const opened = new Set<string>();
  const gather = (selections: readonly SelectionNode[]): void => {
    for (const selection of selections) if (isIncluded(scope, selection)) gatherOne(selection);
  };
  const gatherOne = (selection: SelectionNode): void => {
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const nodes = fields.get(key);
      if (nodes === undefined) fields.set(key, [selection]);
      else nodes.push(selection);
      return;
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      if (isMeant(scope, type, selection.typeCondition?.name.value)) gather(selection.selectionSet.selections);
      return;
    }
    const name = selection.name.value;
    const fragment = scope.fragments.get(name);
    if (opened.has(name) || fragment === undefined) return;
    opened.add(name);
    if (isMeant(scope, type, fragment.typeCondition.name.value)) gather(fragment.selectionSet.selections);
  };
  for (const { selections } of selectionSets) gather(selections);
  return fields;
}

function isIncluded({ variables }: SelectionScope, selection: SelectionNode): boolean {
  if (variables === null || selection.directives === undefined || selection.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.["if"] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.["if"] !== false;
}

function isMeant({ schema }: SelectionScope, type: GraphQLObjectType, condition: string | undefined): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditionType = schema.getType(condition);
  return isAbstractType(conditionType) && schema.isSubType(conditionType, type);
}
