// __proto__, constructor, toString and their like are names as any other, wherever a client may choose
// one: nothing crashes, nothing is polluted, no wrong answer comes of it.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { sendTo } from "../kit/request.ts";

const names = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "__defineGetter__",
  "then",
];

let api: TestApi;
let prototypeBefore: PropertyKey[];
beforeAll(async () => {
  api = await startApi();
  prototypeBefore = Reflect.ownKeys(Object.prototype);
});
afterAll(() => api.close());
beforeEach(() => {
  // The server runs in this very process: what it pollutes shows here.
  expect(Reflect.ownKeys(Object.prototype)).toEqual(prototypeBefore);
});

/** With a body as text: an object literal's __proto__ is no property. */
async function send(body: string) {
  const headers = { "Content-Type": "application/json", Accept: "application/graphql-response+json" };
  const answer = await sendTo(api.url, { headers, body });
  return { status: answer.status, text: answer.text };
}

it.each(names)("%s is an alias at every depth", async (name) => {
  const id = playerGlobalId(1n);
  const query = `{ ${name}: player(id: "${id}") { ${name}: runStats { ${name}: runCount } } }`;
  const { status, text } = await send(JSON.stringify({ query }));
  expect([status, text]).toEqual([200, `{"data":{"${name}":{"${name}":{"${name}":"6"}}}}`]);
});

it.each(names)("%s is the name of an operation", async (name) => {
  const query = `query ${name} { __typename } query Other { viewer { id } }`;
  const { status, text } = await send(JSON.stringify({ query, operationName: name }));
  expect([status, text]).toEqual([200, '{"data":{"__typename":"Query"}}']);
});

it.each(names)("%s as an operation that is not there is refused", async (name) => {
  const { status, text } = await send(
    JSON.stringify({ query: "query A { __typename } query B { __typename }", operationName: name }),
  );
  expect(status).toBe(400);
  expect(text).not.toContain("INTERNAL_SERVER_ERROR");
});

it.each(names)("%s is a variable that nobody asked for", async (name) => {
  const body = `{"query": "{ __typename }", "variables": {"${name}": {"polluted": true}}, "extensions": {"${name}": {"polluted": true}}, "${name}": {"polluted": true}}`;
  const { status } = await send(body);
  expect([200, 400]).toContain(status);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

it.each(names)("%s is a variable of the document: used, or refused with a code", async (name) => {
  const query = `query ($${name}: ID!) { player(id: $${name}) { id } }`;
  const { status, text } = await send(
    `{"query": ${JSON.stringify(query)}, "variables": {"${name}": "${playerGlobalId(1n)}"}}`,
  );
  // graphql-js keeps variables in a plain object, where __proto__ cannot be a name of one's own.
  if (name === "__proto__")
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
  else expect([status, text]).toEqual([200, `{"data":{"player":{"id":"${playerGlobalId(1n)}"}}}`]);
});

it.each(names)("%s is a field of an input object that is not there", async (name) => {
  const query = "query ($near: GeoPointInput!) { viewer { itemLocations(near: $near, first: 1) { nodes { id } } } }";
  const { status, text } = await send(
    `{"query": ${JSON.stringify(query)}, "variables": {"near": {"lat": 0, "lng": 0, "${name}": {"polluted": true}}}}`,
  );
  expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
});

it.each(names)("%s is a field, a type and a fragment that are not there", async (name) => {
  for (const query of [
    `{ ${name} }`,
    `{ ... on ${name} { id } }`,
    `{ ...${name} }`,
    `query ($x: ${name}) { __typename }`,
    `{ __typename @${name} }`,
  ]) {
    const { status, text } = await send(JSON.stringify({ query }));
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, "GRAPHQL_VALIDATION_FAILED"]);
  }
});

it("has polluted nothing and logged nothing", () => {
  expect(api.logLines).toEqual([]);
});
