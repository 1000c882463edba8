// The parameters of a GraphQL over HTTP request, of whichever method: which there are, of which type,
// each at most once. What is judged here is the same for both lanes, which find every parameter right.

import { badRequest } from "../errors.ts";
import { limits } from "../runtime/limits.ts";
import { isTooDeep } from "./body.ts";

/** Parameters as `assertRequestParams` lets them pass, or before it just an object. */
export type RequestParams = Record<string, unknown>;

export const GRAPHQL_PATH = "/graphql";

const VISIBLE_ASCII = /^[\x21-\x7e]*$/;
const TEXTS = new Set(["query", "operationName", "documentId"]);
const OBJECTS = new Set(["variables", "extensions"]);

/** Throws BAD_REQUEST for a parameter that is unknown or of a wrong type; null is as good as none. */
export function assertRequestParams(params: RequestParams): void {
  for (const [name, value] of Object.entries(params)) {
    if (!TEXTS.has(name) && !OBJECTS.has(name)) {
      throw badRequest("The request has a parameter that GraphQL over HTTP does not know.");
    }
    if (value === null || value === undefined) continue;
    if (TEXTS.has(name) && typeof value !== "string") throw badRequest(`${name} must be a string.`);
    if (OBJECTS.has(name) && (typeof value !== "object" || Array.isArray(value))) {
      throw badRequest(`${name} must be an object.`);
    }
  }
}

/** The parameters of a GET, the id of a path /graphql/<id> as documentId among them. */
export function paramsOfAddress(url: string): RequestParams {
  assertWellEncoded(url);
  const start = url.indexOf("?");
  const path = start === -1 ? url : url.slice(0, start);
  const search = new URLSearchParams(start === -1 ? "" : url.slice(start + 1));
  const params: RequestParams = Object.fromEntries(search);
  // Of two values some proxies and caches take the first, others the last.
  if (Object.keys(params).length !== search.size) throw badRequest("A parameter is given more than once.");
  for (const name of OBJECTS) {
    const text = search.get(name);
    if (text !== null && text !== "") params[name] = jsonParam(name, text);
    else delete params[name];
  }
  if (path !== GRAPHQL_PATH) {
    if (params["documentId"] !== undefined) throw badRequest("The operation is named twice.");
    params["documentId"] = `sha256:${path.slice(GRAPHQL_PATH.length + 1)}`;
  }
  return params;
}

/**
 * The address of a GET for the Yoga lane: the client's own, which judges its values as they were
 * spelt, with the text of the operation in place of its name.
 */
export function addressWithQuery(url: string, query: unknown): string {
  const start = url.indexOf("?");
  const search = new URLSearchParams(start === -1 ? "" : url.slice(start + 1));
  search.delete("documentId");
  for (const name of OBJECTS) if (search.get(name) === "") search.delete(name);
  if (typeof query === "string") search.set("query", query);
  return `${GRAPHQL_PATH}?${search}`;
}

/** Strict, as bodies are: what is not UTF-8 would come out as replacement characters, and be compared as such. */
function assertWellEncoded(url: string): void {
  try {
    if (!VISIBLE_ASCII.test(url)) throw new URIError("bytes that must be escaped");
    decodeURIComponent(url);
  } catch {
    throw badRequest("The address is not percent-encoded UTF-8.");
  }
}

function jsonParam(name: string, text: string): unknown {
  if (isTooDeep(Buffer.from(text))) throw badRequest(`${name} is more than ${limits.bodyDepthMax} levels deep.`);
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`${name} is not JSON.`);
  }
}
