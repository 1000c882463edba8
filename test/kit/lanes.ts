// The forms in which a client may name a registered operation, and the same operation as ad-hoc text,
// which is the Yoga lane's: what the tests of the two lanes send and compare.

import { request as httpRequest } from "node:http";
import { getOperationAST, parse } from "graphql";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { itemGlobalId } from "../../src/runtime/ids.ts";

export interface LaneRequest {
  readonly method: "GET" | "POST";
  /** With the query string. */
  readonly path: string;
  readonly body?: string;
}

export type Form = (operation: RegisteredOperation, variables: object) => LaneRequest;

const post = (params: object): LaneRequest => ({ method: "POST", path: "/graphql", body: JSON.stringify(params) });
const get = (path: string, params: Readonly<Record<string, string>>): LaneRequest => ({
  method: "GET",
  path: `${path}?${new URLSearchParams(params)}`,
});

/** Every accepted way to ask for a registered operation. */
export const forms: Readonly<Record<string, Form>> = {
  documentId: ({ id }, variables) => post({ documentId: `sha256:${id}`, variables }),
  "extensions.persistedQuery": ({ id }, variables) =>
    post({ variables, extensions: { persistedQuery: { version: 1, sha256Hash: id } } }),
  "GET of the id": ({ id }, variables) => get(`/graphql/${id}`, { variables: JSON.stringify(variables) }),
  "GET with documentId": ({ id }, variables) =>
    get("/graphql", { documentId: `sha256:${id}`, variables: JSON.stringify(variables) }),
  "GET with extensions": ({ id, name }, variables) =>
    get("/graphql", {
      operationName: name,
      variables: JSON.stringify(variables),
      extensions: JSON.stringify({ persistedQuery: { version: 1, sha256Hash: id } }),
    }),
  "the full text": ({ body, name }, variables) => post({ query: body, variables, operationName: name }),
};

/** Differs from the registered text by a comment, so that it is ad-hoc text and the Yoga lane answers. */
export const adHocForm: Form = ({ body }, variables) => post({ query: `${body} # ad hoc`, variables });

export interface LaneAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Whole, with the cost. */
  readonly text: string;
  /** Told by how each spells the length of its answers. */
  readonly lane: "fast" | "yoga";
}

export interface LaneHeaders {
  readonly token?: string | undefined;
  readonly accept: string;
  /** The header Idempotency-Key. */
  readonly idempotencyKey?: string | undefined;
}

/** Media types that a client may ask for. */
export const accepts = ["application/json", "application/graphql-response+json", "*/*"];

/** Put in place of each variable in turn. */
export const hostileValues: readonly unknown[] = [
  null,
  0,
  -1,
  1.5,
  2 ** 31,
  1e21,
  true,
  "",
  "x",
  "5",
  "CITY",
  "\u0000\ud800' OR 1=1 -- ",
  "__proto__",
  "A".repeat(600),
  [],
  ["x"],
  [[["x"]]],
  {},
  { lat: "1", lng: 1 },
  { lat: 91, lng: 0 },
  { lat: 1, lng: 1, more: 1 },
  Array.from({ length: 101 }, () => itemGlobalId(1n)),
];

export function sendForm(url: string, { method, path, body }: LaneRequest, sent: LaneHeaders): Promise<LaneAnswer> {
  const headers = {
    Accept: sent.accept,
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(sent.token === undefined ? {} : { Authorization: `Bearer ${sent.token}` }),
    ...(sent.idempotencyKey === undefined ? {} : { "Idempotency-Key": sent.idempotencyKey }),
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, { method, headers }, (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          lane: response.rawHeaders.includes("Content-Length") ? "fast" : "yoga",
        }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** What a client can tell apart: fields in their order, errors in any. */
export function shownOf({ status, headers, text }: LaneAnswer) {
  const { errors, ...rest } = JSON.parse(text) as { errors?: { path?: unknown }[] };
  const byPath = errors?.map((error) => JSON.stringify({ path: error.path, ...error })).toSorted();
  return {
    status,
    body: JSON.stringify(rest),
    errors: byPath,
    contentType: headers["content-type"],
    cacheControl: headers["cache-control"],
    wwwAuthenticate: headers["www-authenticate"],
    allow: headers["allow"],
    vary: headers["vary"],
  };
}

/** Of the operation's variables, in their order. */
export function variableNames({ body }: RegisteredOperation): string[] {
  return (getOperationAST(parse(body))?.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
}
