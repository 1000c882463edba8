// The Accept header decides between GraphQL's two media types as RFC 9110 has it, quality and
// specificity counted; without a usable one the request is 406 and nothing runs. No answer is a stream.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { sendTo } from "../kit/request.ts";

const JSON_TYPE = "application/json";
const RESPONSE_TYPE = "application/graphql-response+json";
const body = JSON.stringify({ query: "{ items(first: 1) { nodes { id } } }" });

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

it.each([
  ["*/*", JSON_TYPE],
  ["", JSON_TYPE],
  ["application/*", JSON_TYPE],
  ["application/json", JSON_TYPE],
  ["APPLICATION/JSON", JSON_TYPE],
  ["application/json; charset=utf-8", JSON_TYPE],
  ["application/json;charset=UTF-8", JSON_TYPE],
  ['application/json; charset="utf-8"', JSON_TYPE],
  ["application/graphql-response+json", RESPONSE_TYPE],
  ["application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", RESPONSE_TYPE],
  ["application/json, application/graphql-response+json", JSON_TYPE],
  ["application/json;q=0.9, application/graphql-response+json", RESPONSE_TYPE],
  ["application/json;q=0.9,application/graphql-response+json;q=0.8", JSON_TYPE],
  ["application/graphql-response+json;q=0.001", RESPONSE_TYPE],
  ["application/json;q=0, application/graphql-response+json", RESPONSE_TYPE],
  // The most specific range decides, also against a type.
  ["*/*, application/json;q=0", RESPONSE_TYPE],
  ["application/json;q=0, application/*", RESPONSE_TYPE],
  ["*/*;q=0.1, application/graphql-response+json;q=0.5", RESPONSE_TYPE],
  ["*/*, application/graphql-response+json;q=0.5", JSON_TYPE],
  ["*/*, application/graphql-response+json", RESPONSE_TYPE],
  ["text/event-stream, application/json;q=0.1", JSON_TYPE],
  ["text/html,application/xhtml+xml,*/*;q=0.8", JSON_TYPE],
  ["application/graphql-response+json, application/json, text/event-stream, multipart/mixed", RESPONSE_TYPE],
])("Accept: %s is answered as %s", async (accept, type) => {
  const { status, headers } = await sendTo(api.url, { headers: { "Content-Type": JSON_TYPE, Accept: accept }, body });
  expect([status, headers["content-type"]]).toEqual([200, `${type}; charset=utf-8`]);
});

it("no Accept is answered as application/json", async () => {
  const { status, headers } = await sendTo(api.url, { headers: { "Content-Type": JSON_TYPE }, body });
  expect([status, headers["content-type"]]).toEqual([200, `${JSON_TYPE}; charset=utf-8`]);
});

it.each([
  "text/event-stream",
  "multipart/mixed",
  "multipart/mixed; deferSpec=20220824",
  "text/html",
  "text/*",
  "image/png",
  "application/xml, text/plain",
  "application/json;q=0",
  "application/json;q=0.0, application/graphql-response+json;q=0",
  "*/*;q=0",
  "application/json;q=2",
  "application/json;q=x",
  "application/json; charset=latin1",
  "json",
  ",",
  "x".repeat(10_000),
])("Accept: %.70s is 406, at once and whole", async (accept) => {
  const { status, headers, text } = await sendTo(api.url, {
    headers: { "Content-Type": JSON_TYPE, Accept: accept },
    body,
  });
  expect([status, headers["content-type"]]).toEqual([406, `${JSON_TYPE}; charset=utf-8`]);
  expect(JSON.parse(text).errors[0].extensions).toEqual({ code: "BAD_REQUEST" });
  expect(api.statements).toEqual([]);
});
