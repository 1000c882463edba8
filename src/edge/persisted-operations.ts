// From what a request names to the operation it means. Three forms name a registered one: documentId
// (GraphQL over HTTP's persisted documents), extensions.persistedQuery (Apollo) and the path
// /graphql/<id>. The full text of a registered operation means it too. Any other text is ad hoc:
// development runs it, production refuses it.

import { badRequest, operationNotRegistered } from "../errors.ts";
import type { RegisteredOperation } from "../operations/registry.ts";
import type { RequestParams } from "./request-params.ts";

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
        if (text !== undefined && text !== null && text !== operation.body)
          throw badRequest("The query is not that of its id.");
        return operation;
      }
      if (typeof text !== "string" || text === "") throw badRequest("The request names no operation.");
      const operation = byBody.get(text);
      if (operation === undefined && !adHocAllowed) throw operationNotRegistered();
      return operation ?? null;
    },
  };
}

/** The sha256 that the request names in one of the two forms of a body, or null. */
function namedId({ documentId, extensions }: RequestParams): string | null {
  const id = idOfDocumentId(documentId ?? null);
  const hash = hashOfExtensions(extensions as Extensions);
  if (id !== null && hash !== null && id !== hash) throw badRequest("The request names two operations.");
  return id ?? hash;
}

function idOfDocumentId(documentId: unknown): string | null {
  if (documentId === null) return null;
  const id = typeof documentId === "string" ? DOCUMENT_ID.exec(documentId)?.[1] : undefined;
  if (id === undefined) throw badRequest('documentId must be "sha256:" and 64 hex digits.');
  return id;
}

type Extensions = { persistedQuery?: { version?: unknown; sha256Hash?: unknown } | null } | null | undefined;

function hashOfExtensions(extensions: Extensions): string | null {
  const { persistedQuery = null } = extensions ?? {};
  if (persistedQuery === null) return null;
  const { version, sha256Hash } = persistedQuery;
  if (version !== 1 || typeof sha256Hash !== "string" || !SHA256_HEX.test(sha256Hash)) {
    throw badRequest("extensions.persistedQuery must have version 1 and a sha256Hash of 64 hex digits.");
  }
  return sha256Hash;
}
