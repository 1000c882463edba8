// Where a write's idempotency key stands in a request: in the field's @idempotent directive, or in the header
// of a request with one mutation.

import { Kind, getDirectiveValues, type GraphQLResolveInfo, type SelectionSetNode } from "graphql";
import { idempotencyOf, type Idempotency, type IdempotencyScope } from "../commands/idempotency.ts";
import type { Context } from "../context.ts";
import { badUserInput, idempotencyKeyRequired } from "../errors.ts";
import { must } from "../runtime/assert.ts";

export type MutationInfo = Pick<
  GraphQLResolveInfo,
  "fieldName" | "fieldNodes" | "variableValues" | "schema" | "path" | "operation" | "fragments"
>;

/** The identity of the write. Throws where it has no key, or two. */
export function idempotencyIn(
  { idempotencyKey, rules }: Context,
  info: MutationInfo,
  scope: IdempotencyScope,
  input: object,
): Idempotency {
  const keys = new Set(info.fieldNodes.flatMap((node) => keyOfDirective(info, node)));
  if (idempotencyKey !== null) {
    if (writesOf(info, info.operation.selectionSet).size !== 1) {
      throw badUserInput("The header Idempotency-Key names one write: give each of several its own @idempotent(key:).");
    }
    keys.add(keyOfHeader(idempotencyKey));
  }
  if (keys.size > 1) throw badUserInput("A write has one idempotency key.");
  const [key] = keys;
  if (key === undefined) throw idempotencyKeyRequired();
  return idempotencyOf({ key, scope, mutation: info.fieldName, input, keys: rules.idempotencyKeys });
}

/** Response keys of the writes of a document, those in fragments too. */
function writesOf(info: MutationInfo, { selections }: SelectionSetNode): Set<string> {
  return new Set(
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        return [...writesOf(info, info.fragments[selection.name.value]!.selectionSet)];
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return [...writesOf(info, selection.selectionSet)];
      return selection.name.value === "__typename" ? [] : [(selection.alias ?? selection.name).value];
    }),
  );
}

/** Bare, or in quotes as the draft of the header writes it. */
function keyOfHeader(text: string): string {
  const [, , key] = /^("?)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\1$/i.exec(text) ?? [];
  if (key === undefined) throw badUserInput("The header Idempotency-Key must be a UUID.");
  return key.toLowerCase();
}

function keyOfDirective(
  { schema, variableValues }: MutationInfo,
  node: MutationInfo["fieldNodes"][number],
): readonly string[] {
  const directive = must(schema.getDirective("idempotent"), "the schema has no @idempotent");
  const values = getDirectiveValues(directive, node, variableValues);
  return values === undefined ? [] : [values["key"] as string];
}
