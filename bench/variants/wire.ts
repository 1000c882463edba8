// How a question travels: each variant is asked in the form that suits it best. GraphQL forms send what
// an app would (a registered operation), REST its own paths.

import { registeredOperations } from "../../src/operations/registry.ts";
import type { Ask, OperationName } from "../scenarios/scenario.ts";

/**
 * `query`: the whole text. `adHoc`: one that is not registered, by a comment. `documentId`: `sha256:<hex>`, as GraphQL over HTTP proposes. `persistedQuery`:
 * Apollo's extension. `mercurius`: its own `persisted: true`. `rest`: paths of bench/variants/rest.
 */
export type WireForm = "query" | "adHoc" | "documentId" | "persistedQuery" | "mercurius" | "rest";

/** A request without its host. */
export interface WireRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `token` is null for an anonymous request. */
export function wireRequest(form: WireForm, ask: Ask, token: string | null): WireRequest {
  const authorization: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
  if (form === "rest") return restRequest(ask, authorization);
  return {
    method: "POST",
    path: "/graphql",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json, application/json",
      ...authorization,
    },
    body: JSON.stringify({ ...documentOf(form, ask.operation), variables: ask.variables }),
  };
}

/** The newest registered operation of that name: old ones stay in the registry for old apps. */
export function registeredOperation(name: OperationName): { readonly id: string; readonly body: string } {
  const operation = registeredOperations.findLast((candidate) => candidate.name === name);
  if (operation === undefined) throw new Error(`no operation ${name} is registered`);
  return operation;
}

function documentOf(form: Exclude<WireForm, "rest">, name: OperationName): object {
  const { id, body } = registeredOperation(name);
  switch (form) {
    case "query":
      return { query: body };
    case "adHoc":
      return { query: `# ad hoc\n${body}` };
    case "documentId":
      return { documentId: `sha256:${id}` };
    case "persistedQuery":
      return { extensions: { persistedQuery: { version: 1, sha256Hash: id } } };
    case "mercurius":
      return { persisted: true, query: id };
  }
}

function restRequest(ask: Ask, authorization: Record<string, string>): WireRequest {
  if (ask.operation !== "ExchangeItems") return { method: "GET", path: restPath(ask), headers: authorization };
  const headers = { "Content-Type": "application/json", ...authorization };
  return { method: "POST", path: "/viewer/exchanges", headers, body: JSON.stringify(ask.variables) };
}

function restPath({ operation, variables }: Ask): string {
  if (operation === "PlayerState") return `/players/${String(variables["id"])}/state`;
  if (operation === "HomeScreen") return "/viewer/home";
  const { lat, lng } = variables["near"] as { lat: number; lng: number };
  return `/viewer/item-locations?lat=${lat}&lng=${lng}&withinMeters=3000&first=20`;
}
