// The registered operations: what an app may send. Built from the .graphql files beside this one by
// `npm run generate`; append-only, because old builds of an app keep sending old ids.

import registry from "./registry.json" with { type: "json" };

export interface RegisteredOperation {
  /** sha256 of `body` in hex. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly body: string;
}

export const registeredOperations: readonly RegisteredOperation[] = registry.operations;

export const registeredOperationNames: ReadonlySet<string> = new Set(registry.operations.map(({ name }) => name));
