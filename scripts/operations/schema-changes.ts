// What a change of the schema breaks: the changes that can make a document of an app wrong, each with the
// registered operations that touch the place. Builds of an app that are out there cannot be changed.

import {
  TypeInfo,
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  getNamedType,
  isInputObjectType,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type GraphQLNamedType,
  type GraphQLSchema,
  type NamedTypeNode,
} from "graphql";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { SetupError } from "../setup-error.ts";
import { bodyDocument, labelOf } from "./judgement.ts";

/** What adds a choice and takes none away. Optional arguments and input fields are nobody's concern. */
const NOTED = new Set(["VALUE_ADDED_TO_ENUM", "TYPE_ADDED_TO_UNION", "ARG_DEFAULT_VALUE_CHANGE"]);

/** The built schema. Throws a SetupError that names where the text is from. */
export function schemaOf(sdl: string, name: string): GraphQLSchema {
  try {
    return buildSchema(sdl);
  } catch (error) {
    throw new SetupError(`${name} is no schema: ${(error as Error).message}`);
  }
}

/** One sentence for each breaking change, with the operations that it breaks. */
export function breakingChanges(
  before: GraphQLSchema,
  after: GraphQLSchema,
  operations: readonly RegisteredOperation[],
): string[] {
  const usesByLabel = operations.map((operation) => [labelOf(operation), usesOf(before, operation)] as const);
  return findBreakingChanges(before, after).map(({ description }) => {
    const place = placeOf(description);
    const users = usesByLabel.filter(([, uses]) => uses.has(place)).map(([label]) => label);
    return `${description} ${users.length > 0 ? `This breaks ${users.join(", ")}.` : "No registered operation uses it."}`;
  });
}

/** One sentence for each change that no document breaks by, but that an app may be surprised by. */
export function surprisingChanges(before: GraphQLSchema, after: GraphQLSchema): string[] {
  return findDangerousChanges(before, after)
    .filter(({ type }) => NOTED.has(type))
    .map(({ description }) => description);
}

/** What of the schema an operation rests on: "Item", "Item.kind", "Query.items(first)". Empty where it does not parse. */
function usesOf(schema: GraphQLSchema, { body }: RegisteredOperation): ReadonlySet<string> {
  const uses = new Set<string>();
  const types = new TypeInfo(schema);
  try {
    visit(
      bodyDocument(body),
      visitWithTypeInfo(types, {
        Field({ name }) {
          const type = types.getType();
          uses.add(`${types.getParentType()?.name}.${name.value}`);
          if (type) uses.add(getNamedType(type).name);
        },
        Argument({ name }) {
          uses.add(`${types.getParentType()?.name}.${types.getFieldDef()?.name}(${name.value})`);
        },
        VariableDefinition({ type }) {
          addInput(uses, getNamedType(typeFromAST(schema, type as NamedTypeNode)));
        },
        InlineFragment({ typeCondition }) {
          if (typeCondition) uses.add(typeCondition.name.value);
        },
        Directive({ name }) {
          uses.add(`@${name.value}`);
        },
      }),
    );
  } catch {
    // Said by judgement.ts, in its own words.
  }
  return uses;
}

/** An input type with all that can be sent in it. */
function addInput(uses: Set<string>, type: GraphQLNamedType | undefined): void {
  if (type === undefined || uses.has(type.name)) return;
  uses.add(type.name);
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    uses.add(`${type.name}.${field.name}`);
    addInput(uses, getNamedType(field.type));
  }
}

/** The place that one of graphql-js's sentences speaks of, as `usesOf` spells it. */
function placeOf(description: string): string {
  const field = /\b(\w+\.\w+)\b/.exec(description)?.[1];
  const argument = /^\w+\.\w+ arg (\w+) /.exec(description)?.[1];
  if (field !== undefined) return argument === undefined ? field : `${field}(${argument})`;
  return /(?:enum type|union type|input type) (\w+)/.exec(description)?.[1] ?? /^@?\w+/.exec(description)?.[0] ?? "";
}
