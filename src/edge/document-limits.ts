// Bounds on the shape of a document, judged on the parsed text before validation: validation's own
// work grows with hostile documents, and so must never see one. Fragments count as often as they are
// spread, by arithmetic, so that a chain of fragments that doubles costs no more to judge than to write.

import {
  Kind,
  OperationTypeNode,
  GraphQLError,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { limitExceeded, withCode } from "../errors.ts";
import { limits } from "../runtime/limits.ts";

export interface DocumentLimitOptions {
  /** Operations that only introspect may be deeper (GraphiQL's is 15 deep). */
  readonly introspectionExempt: boolean;
}

/** The first limit that the document exceeds, as the error to refuse it with; null if none. */
export function refusalOfDocument(document: DocumentNode, options: DocumentLimitOptions): GraphQLError | null {
  return refusalOfDirectives(document) ?? refusalOfSelections(document, options);
}

/** What a selection set amounts to, with its fragments. */
interface Extent {
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
  /** Fields of the set itself, those of fragments as often as they are spread. */
  readonly roots: number;
}

const EMPTY: Extent = { depth: 0, aliases: 0, fields: 0, roots: 0 };

function refusalOfSelections(
  document: DocumentNode,
  { introspectionExempt }: DocumentLimitOptions,
): GraphQLError | null {
  const extentOf = extentMeter(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (definition.operation === OperationTypeNode.SUBSCRIPTION) return noSubscriptions();
    const { depth, aliases, fields, roots } = extentOf(definition.selectionSet);
    if (depth > limits.depthMax && !(introspectionExempt && isIntrospection(definition.selectionSet))) {
      return limitExceeded(`The operation is more than ${limits.depthMax} fields deep.`);
    }
    if (aliases > limits.aliasesMax) return limitExceeded(`The operation has more than ${limits.aliasesMax} aliases.`);
    if (fields > limits.fieldsMax) return limitExceeded(`The operation has more than ${limits.fieldsMax} fields.`);
    if (definition.operation === OperationTypeNode.MUTATION && roots > limits.mutationsMax) {
      return limitExceeded(`The operation has more than ${limits.mutationsMax} mutations.`);
    }
  }
  return null;
}

/** Validation takes a subscription of a schema without any for valid, and the executor for a bug. */
function noSubscriptions(): GraphQLError {
  const error = new GraphQLError("Subscriptions are not offered.");
  return withCode(error, "GRAPHQL_VALIDATION_FAILED", { status: 400, spec: true });
}

/** Measures each fragment once. A fragment that spreads itself is validation's to refuse; here it ends. */
function extentMeter(document: DocumentNode): (selectionSet: SelectionSetNode) => Extent {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Extent>();

  const ofFragment = (name: string): Extent => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, EMPTY);
    const fragment = fragments.get(name);
    const extent = fragment === undefined ? EMPTY : ofSelections(fragment.selectionSet);
    measured.set(name, extent);
    return extent;
  };
  const ofSelections = ({ selections }: SelectionSetNode): Extent => {
    let depth = 0;
    let aliases = 0;
    let fields = 0;
    let roots = 0;
    for (const selection of selections) {
      let extent: Extent;
      if (selection.kind === Kind.FRAGMENT_SPREAD) extent = ofFragment(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) extent = ofSelections(selection.selectionSet);
      else {
        const below = selection.selectionSet === undefined ? EMPTY : ofSelections(selection.selectionSet);
        const aliasCount = selection.alias === undefined ? 0 : 1;
        extent = { depth: below.depth + 1, aliases: below.aliases + aliasCount, fields: below.fields + 1, roots: 1 };
      }
      depth = Math.max(depth, extent.depth);
      aliases += extent.aliases;
      fields += extent.fields;
      roots += extent.roots;
    }
    return { depth, aliases, fields, roots };
  };
  return ofSelections;
}

function isIntrospection({ selections }: SelectionSetNode): boolean {
  return selections.every((selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith("__"));
}

/** Counts as written, wherever a directive may stand. */
function refusalOfDirectives(document: DocumentNode): GraphQLError | null {
  let total = 0;
  const nodes: unknown[] = [document];
  while (nodes.length > 0) {
    const node = nodes.pop();
    if (Array.isArray(node)) {
      nodes.push(...(node as unknown[]));
      continue;
    }
    if (typeof node !== "object" || node === null) continue;
    const { directives = [] } = node as { directives?: readonly unknown[] };
    total += directives.length;
    if (directives.length > limits.fieldDirectivesMax) {
      return limitExceeded(`One place has more than ${limits.fieldDirectivesMax} directives.`);
    }
    if (total > limits.directivesMax)
      return limitExceeded(`The document has more than ${limits.directivesMax} directives.`);
    for (const [key, value] of Object.entries(node)) if (key !== "loc") nodes.push(value);
  }
  return null;
}
