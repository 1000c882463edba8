// A mistake in the request is 400 for application/graphql-response+json, and the same body with 200 for
// application/json, as GraphQL over HTTP has it; each with its code, and nothing of how it is made.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type Asked, type TestApi } from "../kit/api.ts";
import { sendTo } from "../kit/request.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const cursor = "query ($after: String) { items(first: 1, after: $after) { nodes { id } } }";

const mistakes: Record<string, { asked: Asked; code: string }> = {
  "a document that does not parse": { asked: { query: "{ items(first: 1" }, code: "GRAPHQL_PARSE_FAILED" },
  "a character that is none of GraphQL": { asked: { query: "{ items \u0007 }" }, code: "GRAPHQL_PARSE_FAILED" },
  "an empty document": { asked: { query: "# nothing" }, code: "GRAPHQL_PARSE_FAILED" },
  "a field that is not there": { asked: { query: "{ wallets }" }, code: "GRAPHQL_VALIDATION_FAILED" },
  "a field without its selection": { asked: { query: "{ viewer }" }, code: "GRAPHQL_VALIDATION_FAILED" },
  "a literal of the wrong type": {
    asked: { query: '{ items(first: "1") { nodes { id } } }' },
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  "a missing argument": { asked: { query: "{ items { nodes { id } } }" }, code: "GRAPHQL_VALIDATION_FAILED" },
  "a variable that does not fit": {
    asked: { query: "query ($first: Int!) { items(first: $first) { nodes { id } } }", variables: { first: "1" } },
    code: "BAD_USER_INPUT",
  },
  "a variable that is missing": {
    asked: { query: "query ($first: Int!) { items(first: $first) { nodes { id } } }" },
    code: "BAD_USER_INPUT",
  },
  "a page of none": { asked: { query: "{ items(first: 0) { nodes { id } } }" }, code: "BAD_USER_INPUT" },
  "a malformed id": { asked: { query: '{ node(id: "x") { id } }' }, code: "BAD_USER_INPUT" },
  "a city that is missing": {
    asked: { query: "{ leaderboard(scope: CITY, first: 1) { nodes { rank } } }" },
    code: "BAD_USER_INPUT",
  },
  "a null where the document has a default": {
    asked: { query: "query ($first: Int = 1) { items(first: $first) { nodes { id } } }", variables: { first: null } },
    code: "BAD_USER_INPUT",
  },
  "a forged cursor": { asked: { query: cursor, variables: { after: "x" } }, code: "BAD_CURSOR" },
};

describe.each(Object.keys(mistakes))("%s", (name) => {
  const { asked, code } = mistakes[name]!;

  it("is 400 and 200 with one and the same error", async () => {
    const strict = await api.ask({ ...asked, accept: "application/graphql-response+json" });
    const lenient = await api.ask({ ...asked, accept: "application/json" });
    expect([strict.status, lenient.status]).toEqual([400, 200]);
    expect(strict.headers.get("content-type")).toMatch(/^application\/graphql-response\+json/);
    expect(lenient.headers.get("content-type")).toMatch(/^application\/json/);
    expect(lenient.body).toEqual(strict.body);
    expect(strict.body.errors).toHaveLength(1);
    // Nothing besides the code, above all not how it becomes a status.
    expect(strict.body.errors![0]!.extensions).toEqual({ code });
    expect(strict.body).not.toHaveProperty("extensions");
  });
});

it("a private field keeps 200, since the rest of the answer stands", async () => {
  const query = `{ player(id: "${playerGlobalId(1n)}") { displayName email } }`;
  for (const accept of ["application/graphql-response+json", "application/json"]) {
    const { status, body } = await api.ask({ query, accept });
    expect(status).toBe(200);
    expect(body.data.player.displayName).toBeTypeOf("string");
    expect(body.errors!.map(({ path, extensions }) => ({ path, extensions }))).toEqual([
      { path: ["player", "email"], extensions: { code: "UNAUTHENTICATED" } },
    ]);
  }
});

it("no answer of any kind says `http` in its extensions", async () => {
  const others = [
    { body: "", headers: { "Content-Type": "application/json" } },
    { body: "{", headers: { "Content-Type": "application/json" } },
    { body: "null", headers: { "Content-Type": "application/json" } },
    { body: "[]", headers: { "Content-Type": "application/json" } },
    { body: '{"query": 5}', headers: { "Content-Type": "application/json" } },
    { body: '{"query": "{__typename}", "variables": "x"}', headers: { "Content-Type": "application/json" } },
    { body: '{"query": "query A {__typename} query B {__typename}"}', headers: { "Content-Type": "application/json" } },
    { body: '{"query": "{__typename}"}', headers: { "Content-Type": "application/json", Authorization: "Bearer x" } },
  ];
  for (const request of others) {
    const answer = await sendTo(api.url, request);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const { errors } = JSON.parse(answer.text);
    for (const { extensions } of errors) {
      expect(Object.keys(extensions ?? {})).not.toContain("http");
      expect(extensions?.code).toBeTypeOf("string");
    }
  }
});
