// In production only registered operations run: any other document, introspection among them, is 4xx
// under every media type and never read, and a browser finds no page. What is registered runs as ever.

import { createHash, randomBytes } from "node:crypto";
import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { forms, sendForm } from "../kit/lanes.ts";
import { sendTo } from "../kit/request.ts";

let api: TestApi;
beforeAll(async () => {
  const key = () => `live:${randomBytes(32).toString("base64url")}`;
  api = await startApi({
    environment: { NODE_ENV: "production", JWT_KEYS: key(), CURSOR_KEYS: key(), IDEMPOTENCY_KEYS: key() },
  });
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const state = registeredOperations.find(({ name }) => name === "PlayerState")!;

it.each([
  "{ __typename }",
  `${state.body} `,
  `${state.body}\nquery Another { __typename }`,
  getIntrospectionQuery(),
  '{ __type(name: "Player") { name } }',
  "mutation { __typename }",
  "{ item }",
  "no GraphQL at all {",
  "{ doc { unment } }",
  `#${"x".repeat(50_000)}`,
])("refuses %.60s", async (query) => {
  for (const accept of ["application/json", "application/graphql-response+json", "*/*"]) {
    const { status, body, headers } = await api.ask({ query, accept });
    expect([status, body]).toEqual([
      400,
      { errors: [{ message: "The operation is not registered.", extensions: { code: "OPERATION_NOT_REGISTERED" } }] },
    ]);
    expect(headers.get("cache-control")).toBe("no-store");
  }
  expect(api.statements).toEqual([]);
});

it("refuses ad-hoc text by GET too, also where a page is asked for", async () => {
  const path = `/graphql?query=${encodeURIComponent("{ items(first: 1) { nodes { id } } }")}`;
  for (const accept of ["*/*", "text/html,*/*;q=0.8"]) {
    const { status, text } = await sendTo(api.url, { method: "GET", path, headers: { Accept: accept } });
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, "OPERATION_NOT_REGISTERED"]);
  }
  const page = await sendTo(api.url, { method: "GET", path, headers: { Accept: "text/html" } });
  expect(page.status).toBe(406);
  expect(api.statements).toEqual([]);
});

it("does not register what a client brings with its own hash", async () => {
  const query = "{ __typename }";
  const sha256Hash = createHash("sha256").update(query).digest("hex");
  const body = JSON.stringify({ query, extensions: { persistedQuery: { version: 1, sha256Hash } } });
  const { status, text } = await sendTo(api.url, { headers: { "Content-Type": "application/json" }, body });
  expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, "OPERATION_NOT_REGISTERED"]);
});

it.each(Object.keys(forms))("refuses what is not registered by %s", async (form) => {
  const unknown = { ...state, id: "0".repeat(64), body: "{ __typename }" };
  for (const accept of ["application/json", "application/graphql-response+json"]) {
    const { status, text } = await sendForm(api.url, forms[form]!(unknown, {}), { accept });
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, "OPERATION_NOT_REGISTERED"]);
  }
});

it.each(Object.keys(forms))("answers what is registered by %s", async (form) => {
  const variables = { id: playerGlobalId(1n) };
  const sent = { accept: "application/json", token: api.tokenFor(1) };
  const { status, text, lane } = await sendForm(api.url, forms[form]!(state, variables), sent);
  expect([status, lane, JSON.parse(text).data.player.id]).toEqual([200, "fast", variables.id]);
});

it("says nothing of the schema when a variable is wrong", async () => {
  const wrong: Record<string, object> = {
    PlayerState: { id: {} },
    Catalogue: { kind: "SPENDABEL" },
    NearbyItems: { near: { lat: 0, lgn: 0 } },
    Leaderboard: { scope: "CITTY" },
  };
  for (const [name, variables] of Object.entries(wrong)) {
    const operation = registeredOperations.find((candidate) => candidate.name === name)!;
    const accept = "application/graphql-response+json";
    const { status, text } = await sendForm(api.url, forms["documentId"]!(operation, variables), { accept });
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    expect(text).not.toMatch(/did you mean/i);
  }
});
