// From what a request names to the operation it means. Three forms name a registered one: documentId
// (GraphQL over HTTP's persisted documents), extensions.persistedQuery (Apollo) and the path
// /graphql/<id>. The full text of a registered operation means it too. Any other text is ad hoc:
// development runs it, production refuses it.

import { badRequest, operationNotRegistered } from "../errors.ts";
import type { RegisteredOperation } from "../operations/registry.ts";

/** The parameters of a GraphQL request, unchecked but for being an object. */
export type RequestParams = Record<string, unknown>;

export interface PersistedOperations {
  /** The operation that the request names, or null for ad-hoc text. Throws what to refuse with. */
  resolve(params: RequestParams): RegisteredOperation | null;
}

const DOCUMENT_ID = /^sha256:([0-9a-f]{64})$/;
const SHA256_HEX = /^[0-9a-f]{64}$/;

export function createPersistedOperations(
  operations: readonly RegisteredOperation[],
  { adHocAllowed }: { readonly adHocAllowed: boolean },
): PersistedOperations {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const byBody = new Map(operations.map((operation) => [operation.body, operation]));
  return {
    resolve(params) {
      const id = namedId(params);
      const text = params["query"];
      if (id !== null) {
        const operation = byId.get(id);
        if (operation === undefined) throw operationNotRegistered();
        if (typeof text === "string" && text !== operation.body) throw badRequest("The query is not that of its id.");
        return operation;
      }
      const operation = typeof text === "string" ? byBody.get(text) : undefined;
      if (operation === undefined && typeof text === "string" && !adHocAllowed) throw operationNotRegistered();
      return operation ?? null;
    },
  };
}

/** The sha256 that the request names in one of the two forms of a body, or null. */
function namedId({ documentId, extensions }: RequestParams): string | null {
  if (documentId !== undefined && documentId !== null) {
    const id = typeof documentId === "string" ? DOCUMENT_ID.exec(documentId)?.[1] : undefined;
    if (id === undefined) throw badRequest('documentId must be "sha256:" and 64 hex digits.');
    return id;
  }
  const persisted = (extensions as { persistedQuery?: { version?: unknown; sha256Hash?: unknown } } | null | undefined)
    ?.persistedQuery;
  if (persisted === undefined || persisted === null) return null;
  const { version, sha256Hash } = persisted;
  if (version !== 1 || typeof sha256Hash !== "string" || !SHA256_HEX.test(sha256Hash)) {
    throw badRequest("extensions.persistedQuery must have version 1 and a sha256Hash of 64 hex digits.");
  }
  return sha256Hash;
}
