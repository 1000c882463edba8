// A registered query as functions that write JSON: what graphql-js finds out for each object of each answer (fields,
// fragments, types, arguments) is found out once, and text is put together where the other lane builds objects to be
// read again. It knows only answers without errors: the first one ends it, and the Yoga lane puts it into words.
// What several answers show of one row (a page of the catalogue) is written once.

import {
  defaultFieldResolver,
  getArgumentValues,
  GraphQLError,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import type { Context } from "../context.ts";
import { must } from "../runtime/assert.ts";
import { BoundedMap } from "../runtime/bounded-map.ts";
import { limits } from "../runtime/limits.ts";
import {
  writeLeaf,
  writeList,
  writeNullable,
  writeObject,
  writePresent,
  written,
  writtenOnce,
  type Asking,
  type IsShared,
  type Texts,
  type Write,
  type WrittenField,
  type WrittenValue,
} from "./answer-text.ts";
import { fragmentsOf, selectedFields, type SelectionScope } from "./selection.ts";

type Variables = Readonly<Record<string, unknown>>;

/** The JSON of `data`; rejects with the first error. `variables` are coerced already. */
export type CompiledQuery = (context: Context, variables: Variables) => Promise<string>;

export interface QuerySource {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Types whose rows many answers share, with which of their rows these are. */
  readonly sharedTypes: ReadonlyMap<string, IsShared>;
}

type Resolve = (parent: unknown, given: Record<string, unknown>, context: Context) => unknown;

class NotCompiledError extends Error {
  override readonly name = "NotCompiledError";
}

/** Null for what only the Yoga lane can answer. */
export function compileQuery(source: QuerySource): CompiledQuery | null {
  const conditions = conditionVariables(source.document);
  // One for each set of fields that the conditions leave.
  const compiled = new BoundedMap<string, Write>({ weightMax: limits.compiledSelectionsMax });
  const writeFor = (variables: Variables): Write => {
    const key = conditions.map((name) => String(variables[name])).join(" ");
    let write = compiled.get(key);
    if (write === undefined) compiled.set(key, (write = compiler(source, variables).root()));
    return write;
  };
  try {
    // Whatever the conditions leave is part of this.
    compiler(source, null).root();
  } catch (error) {
    // What graphql-js finds wrong with the document itself is its own to say.
    if (error instanceof NotCompiledError || error instanceof GraphQLError) return null;
    throw error;
  }
  return async (context, variables) => writeFor(variables)(undefined, { context, variables, argumentsOf: [] });
}

/** Of @skip and @include. */
function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: given = [] }) => {
      if (name.value !== "skip" && name.value !== "include") return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].toSorted();
}

function compiler({ schema, document, operation, sharedTypes }: QuerySource, variables: Variables | null) {
  const scope: SelectionScope = { schema, fragments: fragmentsOf(document), variables };
  let slots = 0;

  const objectOf = (
    type: GraphQLObjectType,
    nodes: readonly { selectionSet?: FieldNode["selectionSet"] }[],
  ): WrittenValue => {
    // It asks each value whether it is one, which nothing here does.
    if (type.isTypeOf) throw new NotCompiledError(`${type.name} has isTypeOf`);
    const selectionSets = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
    const fields = [...selectedFields(scope, type, selectionSets)].map(([key, fieldNodes], place) => {
      const opening = `${place === 0 ? "{" : ","}${JSON.stringify(key)}:`;
      return fieldOf(type, fieldNodes, opening);
    });
    const isOfRowAlone = fields.every((field) => field.isOfRowAlone);
    const isShared = sharedTypes.get(type.name);
    const write = writeObject(fields);
    if (isShared === undefined || !isOfRowAlone) return { write, isOfRowAlone, texts: null };
    const texts: Texts = new WeakMap();
    return { write: writtenOnce(write, texts, isShared), isOfRowAlone, texts };
  };

  const fieldOf = (type: GraphQLObjectType, nodes: readonly FieldNode[], opening: string): WrittenField => {
    const [node] = nodes as [FieldNode];
    const name = node.name.value;
    if (name === "__typename") {
      const text = JSON.stringify(type.name);
      return { opening, write: () => text, isOfRowAlone: true };
    }
    const field = type.getFields()[name];
    if (field === undefined) throw new NotCompiledError(`${type.name}.${name} is about the schema`);
    const { resolve = defaultFieldResolver } = field;
    const isRead = resolve === defaultFieldResolver;
    // Nobody could tell it where it stands.
    if (!isRead && resolve.length > 3) throw new NotCompiledError(`${type.name}.${name} asks for GraphQLResolveInfo`);
    const { write, isOfRowAlone } = valueOf(field.type, nodes);
    if (field.args.length === 0 && isRead) {
      const read: WrittenField["write"] = (parent, asking) => written(write, propertyOf(parent, name), asking);
      return { opening, write: read, isOfRowAlone };
    }
    // Also where nobody looks at them: they may be wrong.
    const argumentsFor = argumentsOf(field, node);
    const valueFor: Resolve = isRead
      ? (parent) => propertyOf(parent, name)
      : (parent, given, context) => resolve(parent, given, context, undefined as never);
    return {
      opening,
      write: (parent, asking) => written(write, valueFor(parent, argumentsFor(asking), asking.context), asking),
      isOfRowAlone: !isRead && resolve.length <= 1 && isLeaf(field.type),
    };
  };

  /** Once for all requests where no variable stands in them, else once for each. */
  const argumentsOf = (field: GraphQLField<unknown, unknown>, node: FieldNode) => {
    if (!holdsVariables(node)) {
      const always = Object.freeze(getArgumentValues(field, node, {}));
      return () => always;
    }
    const slot = slots++;
    return ({ argumentsOf: known, variables: given }: Asking) =>
      (known[slot] ??= getArgumentValues(field, node, given));
  };

  const valueOf = (type: GraphQLOutputType, nodes: readonly FieldNode[]): WrittenValue => {
    const isNonNull = isNonNullType(type);
    const value = presentOf(isNonNull ? type.ofType : type, nodes);
    return { ...value, write: isNonNull ? writePresent(value.write) : writeNullable(value.write) };
  };

  /** Of what is not null. */
  const presentOf = (type: GraphQLOutputType, nodes: readonly FieldNode[]): WrittenValue => {
    if (isListType(type)) return { write: writeList(valueOf(type.ofType, nodes)), isOfRowAlone: false, texts: null };
    if (isLeafType(type)) return { write: writeLeaf(type), isOfRowAlone: true, texts: null };
    if (isObjectType(type)) return objectOf(type, nodes);
    if (isAbstractType(type)) return { write: abstractOf(type, nodes), isOfRowAlone: false, texts: null };
    throw new NotCompiledError(`${String(type)} is no type of values`);
  };

  const abstractOf = (type: GraphQLAbstractType, nodes: readonly FieldNode[]): Write => {
    const { resolveType } = type;
    if (!resolveType || resolveType.length > 2) throw new NotCompiledError(`${type.name} cannot be told by its value`);
    const writes = new Map(
      schema.getPossibleTypes(type).map((possible) => [possible.name, objectOf(possible, nodes).write]),
    );
    return (value, asking) => {
      const name = resolveType(value, asking.context, undefined as never, type);
      const write = typeof name === "string" ? writes.get(name) : undefined;
      return must(write, `a value of ${type.name} is of none of its types`)(value, asking);
    };
  };

  return { root: () => objectOf(must(schema.getQueryType(), "a schema without queries"), [operation]).write };
}

function propertyOf(parent: unknown, name: string): unknown {
  if (typeof parent !== "object" || parent === null) return undefined;
  const value = (parent as Record<string, unknown>)[name];
  if (typeof value === "function") throw new TypeError(`${name} is a method, which only graphql-js calls`);
  return value;
}

function isLeaf(type: GraphQLOutputType): boolean {
  return isLeafType(isNonNullType(type) ? type.ofType : type);
}

function holdsVariables(node: FieldNode): boolean {
  let isHeld = false;
  for (const argument of node.arguments ?? []) visit(argument, { Variable: () => void (isHeld = true) });
  return isHeld;
}
