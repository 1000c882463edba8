// From what a request names to the operation it means. Three forms name a registered one: documentId
// (GraphQL over HTTP's persisted documents), extensions.persistedQuery (Apollo) and the path
// /graphql/<id>. The full text of a registered operation means it too. Any other text is ad hoc:
// development runs it and lets clients register it under its hash (Apollo's automatic persisted
// queries); production refuses it.

import { sha256Of } from "../cache/automatic-document.ts";
import { badRequest, operationNotRegistered } from "../errors.ts";
import type { RegisteredOperation } from "../operations/registry.ts";
import type { RequestParams } from "./request-params.ts";

/** A document and the hash that a client wants to name it by from now on. */
export interface AutomaticDocument {
  readonly hash: string;
  readonly text: string;
}

/** What a request means by the operation it names. */
export type NamedOperation =
  | { readonly kind: "registered"; readonly operation: RegisteredOperation }
  /** `automatic` where the client sent the text's hash too. */
  | { readonly kind: "adHoc"; readonly automatic: AutomaticDocument | null }
  /** A hash alone, not of a registered operation: a client may have registered its text. */
  | { readonly kind: "automatic"; readonly hash: string };

export interface PersistedOperations {
  /** What the request means. Throws what to refuse it with. */
  resolve(params: RequestParams): NamedOperation;
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
      const id = idOfDocumentId(params["documentId"] ?? null);
      const hash = hashOfExtensions(params["extensions"] as Extensions);
      if (id !== null && hash !== null && id !== hash) throw badRequest("The request names two operations.");
      const named = id ?? hash;
      const text = (params["query"] ?? null) as string | null;
      if (named === null && (text === null || text === "")) throw badRequest("The request names no operation.");
      const operation = named === null ? byBody.get(text!) : byId.get(named);
      if (operation !== undefined) {
        if (text !== null && text !== operation.body) throw badRequest("The query is not that of its id.");
        return { kind: "registered", operation };
      }
      // Documents by id are made when an app is built; only Apollo's form registers at run time.
      if (!adHocAllowed || id !== null) throw operationNotRegistered();
      return unregistered(text, hash);
    },
  };
}

/** One of the two is there. */
function unregistered(text: string | null, hash: string | null): NamedOperation {
  if (text === null) return { kind: "automatic", hash: hash! };
  if (hash !== null && hash !== sha256Of(text)) throw badRequest("The query is not that of its hash.");
  return { kind: "adHoc", automatic: hash === null ? null : { hash, text } };
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
