// A registered operation may be named by documentId, by Apollo's extensions.persistedQuery, by the path
// /graphql/<id> and by its whole text. Names that are malformed, unknown or in conflict are refused
// before anything is looked up, the same in every media type.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { forms, sendForm, type LaneRequest } from "../kit/lanes.ts";
import { sendTo } from "../kit/request.ts";

const catalogue = registeredOperations.find(({ name }) => name === "Catalogue")!;
const unknownId = "0".repeat(64);
const persisted = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } });

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

describe.each(Object.keys(forms))("%s", (form) => {
  it("answers with the given variables", async () => {
    const { status, text } = await sendForm(api.url, forms[form]!(catalogue, { first: 2 }), {
      accept: "application/json",
    });
    expect([status, JSON.parse(text).data.items.nodes.length]).toEqual([200, 2]);
  });

  it("refuses an id that nobody registered, in every media type", async () => {
    const unknown = { ...catalogue, id: unknownId, body: "query Catalogue { nothing }" };
    for (const accept of ["application/json", "application/graphql-response+json"]) {
      const { status, text } = await sendForm(api.url, forms[form]!(unknown, {}), { accept });
      if (form === "the full text") expect(text).toContain("GRAPHQL_VALIDATION_FAILED");
      // Here a client may register what goes by a hash; production refuses it like the others.
      else if (form.includes("xtensions")) expect([status, codeIn(text)]).toEqual([200, "PERSISTED_QUERY_NOT_FOUND"]);
      else expect([status, codeIn(text)]).toEqual([400, "OPERATION_NOT_REGISTERED"]);
    }
    expect(api.statements).toEqual([]);
  });
});

it("answers without variables where all have defaults, by POST and by GET", async () => {
  const { status, text } = await sendTo(api.url, json({ documentId: `sha256:${catalogue.id}` }));
  expect([status, JSON.parse(text).data.items.nodes.length]).toEqual([200, 6]);
  for (const search of ["", "?variables=", "?variables=null", "?variables={}"]) {
    const answer = await sendTo(api.url, { method: "GET", path: `/graphql/${catalogue.id}${search}` });
    expect([search, answer.status, answer.text]).toEqual([search, 200, text]);
  }
});

it("takes the text and operation name that belong to the id along with it", async () => {
  const both = { documentId: `sha256:${catalogue.id}`, query: catalogue.body, operationName: "Catalogue" };
  expect((await sendTo(api.url, json(both))).status).toBe(200);
  const nulls = {
    documentId: `sha256:${catalogue.id}`,
    query: null,
    operationName: null,
    variables: null,
    extensions: null,
  };
  expect((await sendTo(api.url, json(nulls))).status).toBe(200);
});

const malformed: Record<string, unknown> = {
  "an id without its scheme": { documentId: catalogue.id },
  "an id of another scheme": { documentId: `md5:${catalogue.id}` },
  "an id in capitals": { documentId: `sha256:${catalogue.id.toUpperCase()}` },
  "an id that is cut": { documentId: `sha256:${catalogue.id.slice(1)}` },
  "an id with something behind": { documentId: `sha256:${catalogue.id}\n` },
  "an empty id": { documentId: "" },
  "an id that is a number": { documentId: 5 },
  "an id that is a list": { documentId: [`sha256:${catalogue.id}`] },
  "an id that is an object": { documentId: { toString: "x" } },
  "a name of Object.prototype": { documentId: "constructor" },
  "a hash of another version": { extensions: persisted(catalogue.id, 2) },
  "a hash of a version in quotes": { extensions: persisted(catalogue.id, "1") },
  "a hash without a version": { extensions: { persistedQuery: { sha256Hash: catalogue.id } } },
  "a hash that is missing": { extensions: { persistedQuery: { version: 1 } } },
  "a hash that is a list": { extensions: persisted([catalogue.id]) },
  "a hash in capitals": { extensions: persisted(catalogue.id.toUpperCase()) },
  "a hash that is no object": { extensions: { persistedQuery: true } },
  "an id with another text": { documentId: `sha256:${catalogue.id}`, query: "{ __typename }" },
  "an id with almost its text": { documentId: `sha256:${catalogue.id}`, query: `${catalogue.body} ` },
  "an id with an empty text": { documentId: `sha256:${catalogue.id}`, query: "" },
  "an id with a text that is no text": { documentId: `sha256:${catalogue.id}`, query: 5 },
  "a hash with another text": { extensions: persisted(catalogue.id), query: "{ __typename }" },
  "an id and a hash of another": { documentId: `sha256:${catalogue.id}`, extensions: persisted(unknownId) },
  "nothing at all": {},
  "an empty text": { query: "" },
  "nothing but nulls": { query: null, variables: null, documentId: null, extensions: { persistedQuery: null } },
  "a text that is a number": { query: 5 },
  "a text that is a list": { query: ["{ __typename }"] },
  "an operation that is not in it": { documentId: `sha256:${catalogue.id}`, operationName: "Other" },
  "an operation name that is no name": { documentId: `sha256:${catalogue.id}`, operationName: 5 },
  "extensions that are text": { documentId: `sha256:${catalogue.id}`, extensions: "x" },
  "extensions that are a list": { documentId: `sha256:${catalogue.id}`, extensions: [] },
  "variables that are text": { documentId: `sha256:${catalogue.id}`, variables: "{}" },
  "variables that are a list": { documentId: `sha256:${catalogue.id}`, variables: [] },
};

it.each(Object.keys(malformed))("refuses %s", async (name) => {
  for (const accept of ["application/json", "application/graphql-response+json"]) {
    const { status, text } = await sendTo(api.url, json(malformed[name], { Accept: accept }));
    expect([status, JSON.parse(text).errors.length]).toEqual([400, 1]);
    expect(["BAD_REQUEST", "OPERATION_RESOLUTION_FAILURE"]).toContain(codeIn(text));
  }
  expect(api.statements).toEqual([]);
});

it.each([
  `/graphql/${catalogue.id}?documentId=sha256:${unknownId}`,
  `/graphql/${catalogue.id}?documentId=sha256:${catalogue.id}`,
  `/graphql/${catalogue.id}?query={__typename}`,
  `/graphql?query={__typename}&query={viewer{id}}`,
  `/graphql/${catalogue.id}?variables={"first":1}&variables={"first":2}`,
  `/graphql/${catalogue.id}?variables={`,
  `/graphql/${catalogue.id}?variables=%00`,
  `/graphql/${catalogue.id}?variables="x"`,
  `/graphql/${catalogue.id}?variables=[]`,
  `/graphql/${catalogue.id}?extensions={`,
  `/graphql/${catalogue.id}?extensions=1`,
  `/graphql/${catalogue.id}?token=x`,
  "/graphql",
  "/graphql?",
  "/graphql?query=",
])("refuses GET %s", async (path) => {
  const { status, text } = await sendTo(api.url, {
    method: "GET",
    path: encodeURI(decodeURI(path.replaceAll("%", "%25"))).replaceAll("%25", "%"),
  });
  expect([status, codeIn(text)]).toEqual([400, "BAD_REQUEST"]);
  expect(text).not.toMatch(/position|Unexpected|token/i);
  expect(api.statements).toEqual([]);
});

it.each(["POST", "HEAD", "PUT", "DELETE"])("answers 405 with Allow to %s of an operation's address", async (method) => {
  const path = `/graphql/${catalogue.id}`;
  const sent: LaneRequest | object = method === "HEAD" ? {} : json({});
  const { status, headers } = await sendTo(api.url, { ...sent, method, path });
  expect([status, headers["allow"]]).toEqual([405, "GET"]);
});

it.each([
  "/graphql/",
  `/graphql/${catalogue.id}/`,
  `/graphql/${catalogue.id.slice(1)}`,
  `/graphql/${catalogue.id.toUpperCase()}`,
])("knows no address %s", async (path) => {
  expect((await sendTo(api.url, { method: "GET", path })).status).toBe(404);
});

function json(body: unknown, headers: Record<string, string> = {}) {
  return { headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
}

function codeIn(text: string): string {
  return JSON.parse(text).errors[0].extensions.code;
}
