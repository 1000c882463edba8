// A number that its type cannot hold is refused where it comes in, as a variable and as a literal: 400
// with a code, one error, nothing read, and nothing rounded into something else.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { sendTo } from "../kit/request.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const queries = {
  Int: "query ($x: Int!) { items(first: $x) { nodes { id } } }",
  Float: "query ($x: Float!) { viewer { itemLocations(near: { lat: $x, lng: 0 }, first: 1) { nodes { id } } } }",
  String: "query ($x: String) { items(first: 1, after: $x) { nodes { id } } }",
  Boolean: "query ($x: Boolean) { viewer { state(first: 1, includeZero: $x) { nodes { quantity } } } }",
  enum: "query ($x: ItemKind) { items(first: 1, kind: $x) { nodes { id } } }",
} as const;

/** `text` is JSON as it is sent, since JSON.stringify writes no 1e400. */
async function ask(type: keyof typeof queries, text: string) {
  const answer = await sendTo(api.url, {
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      Authorization: `Bearer ${api.tokenFor(1)}`,
    },
    body: `{"query": ${JSON.stringify(queries[type])}, "variables": {"x": ${text}}}`,
  });
  return { status: answer.status, ...JSON.parse(answer.text) };
}

describe.each<[keyof typeof queries, readonly string[]]>([
  [
    "Int",
    ["2147483648", "-2147483649", "1e400", "-1e400", "1.5", "1e-1", '"5"', '"five"', "true", "{}", "[]", "[5]", "null"],
  ],
  ["Float", ["1e400", "-1e400", '"1.5"', '"NaN"', '"Infinity"', "true", "{}", "[1.5]", "null"]],
  ["String", ["5", "1.5", "true", "{}", "[]", '["x"]']],
  ["Boolean", ["0", "1", '"true"', '""', "{}", "[true]"]],
  ["enum", ['"spendable"', '"SPENDABLE "', '""', "0", "true", '["SPENDABLE"]', '"__proto__"', '"toString"']],
])("%s", (type, texts) => {
  it.each(texts)("is not %s", async (text) => {
    const { status, errors, data } = await ask(type, text);
    expect([status, errors.length, errors[0].extensions, data]).toEqual([
      400,
      1,
      { code: "BAD_USER_INPUT" },
      undefined,
    ]);
    expect(api.statements).toEqual([]);
  });
});

it.each([
  ["Int", "5.0"],
  ["Int", "5e0"],
  ["Float", "5"],
  ["Float", "1e1"],
  ["Boolean", "null"],
  ["enum", "null"],
] as const)("%s may be written %s", async (type, text) => {
  expect((await ask(type, text)).status).toBe(200);
});

it("tells of one mistake of many", async () => {
  const names = Array.from({ length: 50 }, (_, place) => `x${place}`);
  const { status, body } = await api.ask({
    query: `query (${names.map((name) => `$${name}: Int!`).join(", ")}) { __typename ${names.map((name) => `${name}: items(first: $${name}) { nodes { id } }`).join(" ")} }`,
    variables: Object.fromEntries(names.map((name) => [name, "many"])),
  });
  expect([status, body.errors!.length]).toEqual([400, 1]);
});

it.each([
  ["a nullable variable's null at a non-null argument", "query ($x: Int = 5) { items(first: $x) { nodes { id } } }"],
  [
    "one inside an input object",
    "query ($x: Float = 5) { viewer { itemLocations(near: { lat: $x, lng: 0 }, first: 1) { nodes { id } } } }",
  ],
  ["one inside a list", 'query ($x: ID = "x") { nodes(ids: [$x]) { id } }'],
  ["one in a directive", "query ($x: Boolean = true) { __typename @include(if: $x) }"],
])("refuses %s, which only execution finds", async (_, query) => {
  const { status, body } = await api.ask({ query, variables: { x: null }, token: api.tokenFor(1) });
  expect([status, body.errors!.map(({ extensions }) => extensions)]).toEqual([400, [{ code: "BAD_USER_INPUT" }]]);
  expect(api.logLines).toEqual([]);
});
