// src/operations/registry.json, from the files beside it. Append-only: old builds of an app keep sending
// old ids, so an operation that changed gets a new entry beside its old one, and none is ever dropped.

import { createHash } from "node:crypto";
import { Kind, parse, print } from "graphql";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { SetupError } from "../setup-error.ts";
import type { GraphqlFile } from "./sdl.ts";

/** An Apollo persisted-query manifest. */
export const REGISTRY_FILE = "src/operations/registry.json";
/** One .graphql file for each operation of our own. */
export const OPERATIONS_FOLDER = "src/operations";

/** What the files say, in their order. Throws a SetupError for a file that is not one named operation. */
export function operationsOf(files: readonly GraphqlFile[]): RegisteredOperation[] {
  const operations = files.map(operationOf);
  const names = new Map<string, string>();
  for (const [place, { name }] of operations.entries()) {
    const file = files[place]!.name;
    const twin = names.get(name);
    // Two entries of the registry may share a name: builds of different age. Two files of today may not.
    if (twin !== undefined) throw new SetupError(`${OPERATIONS_FOLDER}/${file}: ${name} stands in ${twin} already`);
    names.set(name, file);
  }
  return operations;
}

/** `registered` with those of `others` behind it that it does not have. */
export function withAppended(
  registered: readonly RegisteredOperation[],
  others: readonly RegisteredOperation[],
): RegisteredOperation[] {
  const byId = new Map([...registered, ...others].toReversed().map((operation) => [operation.id, operation]));
  const ids = new Set([...registered, ...others].map(({ id }) => id));
  return [...ids].map((id) => byId.get(id)!);
}

function operationOf({ name: file, text }: GraphqlFile): RegisteredOperation {
  const place = `${OPERATIONS_FOLDER}/${file}`;
  const document = parsed(place, text);
  const [operation, ...more] = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [definition] : [],
  );
  if (operation?.name === undefined || more.length > 0) {
    throw new SetupError(`${place}: expected one operation with a name, and fragments at most beside it`);
  }
  const body = print(document);
  const id = createHash("sha256").update(body).digest("hex");
  return { id, name: operation.name.value, type: operation.operation, body };
}

function parsed(place: string, text: string) {
  try {
    return parse(text);
  } catch (error) {
    throw new SetupError(`${place}: ${(error as Error).message}`);
  }
}
