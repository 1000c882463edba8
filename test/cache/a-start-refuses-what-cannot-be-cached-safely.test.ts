// Before a server listens every registered query has its plan: a life that is none or has no end, and what is private
// and of nobody in particular, end the start, and say which operation and which field it is.

import { buildSchema, type GraphQLSchema } from "graphql";
import { expect, it } from "vitest";
import { CachePlanError } from "../../src/edge/cache-plan.ts";
import { createFastLane } from "../../src/edge/fast-lane.ts";
import { createLogger } from "../../src/runtime/logger.ts";
import { schema } from "../kit/schema.ts";

/** What `createApp` does with the registry of operations. */
function start(of: GraphQLSchema, body: string): void {
  createFastLane(of, [{ id: "0".repeat(64), name: "Wrong", type: "query", body }], createLogger("silent"));
}

/** Nothing where it starts. */
function refusalOf(of: GraphQLSchema, body: string): unknown {
  try {
    start(of, body);
    return undefined;
  } catch (error) {
    return error;
  }
}

const livingFor = (life: string) =>
  buildSchema(
    `directive @cacheTag(tags: [String!]!, private: Boolean! = false) on FIELD_DEFINITION
    directive @cacheLife(seconds: Int!) on FIELD_DEFINITION
    type Query { things: Thing @cacheTag(tags: ["things"]) }
    type Thing { slow: Int quick: Int @cacheLife${life} }`,
    // As wrong as a schema can be that is not validated: values of directives never are.
    { assumeValidSDL: true },
  );

it.each([
  "(seconds: 0)",
  "(seconds: -1)",
  "(seconds: 1e999)",
  "(seconds: 0.5)",
  '(seconds: "1")',
  "(seconds: null)",
  "",
])("a life that is none or has no end: @cacheLife%s", (life) => {
  const refusal = refusalOf(livingFor(life), "query Wrong { things { quick } }");
  expect(refusal).toBeInstanceOf(CachePlanError);
  expect((refusal as Error).message).toContain("operation Wrong, field Thing.quick: @cacheLife");
  // Whoever does not ask for the field has nothing to do with it.
  expect(refusalOf(livingFor(life), "query Wrong { things { slow } }")).toBeUndefined();
});

it("no life that has an end", () => {
  for (const seconds of [1, 30, 3_600]) {
    expect(refusalOf(livingFor(`(seconds: ${seconds})`), "query Wrong { things { quick } }")).toBeUndefined();
  }
});

it.each([
  "query Wrong { leaderboard(scope: OVERALL, first: 1) { nodes { player { displayName version } } } }",
  "query Wrong { leaderboard(scope: OVERALL, first: 1) { nodes { player { ...F } } } } fragment F on Player { version }",
])("what is private to a player whom the request does not name: %s", (body) => {
  const refusal = refusalOf(schema, body);
  expect(refusal).toBeInstanceOf(CachePlanError);
  expect((refusal as Error).message).toContain("operation Wrong, field Player.version: it is private");
});

it.each([
  ["the viewer's", "query Wrong { viewer { version } }"],
  ["a player's by id", "query Wrong($id: ID!) { player(id: $id) { version } }"],
  ["uncached", "query Wrong($id: ID!) { node(id: $id) { ... on Player { version } } }"],
])("nothing that is private and %s", (_, body) => {
  expect(refusalOf(schema, body)).toBeUndefined();
});
