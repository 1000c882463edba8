// What the directives of the schema make of each registered query: who may share its answers, for how long, and what
// makes them old. What says nothing of itself at the root is not cached at all.

import { buildSchema, getOperationAST, parse, type GraphQLSchema } from "graphql";
import { describe, expect, it } from "vitest";
import type { Viewer } from "../../src/context.ts";
import { compileCachePlan, type CachePlan } from "../../src/edge/cache-plan.ts";
import { registeredOperations } from "../../src/operations/registry.ts";
import { itemGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { newestOperations, variablesOf } from "../kit/operation-variables.ts";
import { schema } from "../kit/schema.ts";

const player: Viewer = { role: "player", playerId: 7n };
const service: Viewer = { role: "service", subject: "games" };

function planOf(text: string, of: GraphQLSchema = schema): CachePlan | null {
  const document = parse(text);
  return compileCachePlan(of, document, getOperationAST(document)!, { operationId: "id", version: "v" });
}

/** As a table: scope, seconds, tags for player 7; null for what is not cached. */
const expected: Readonly<Record<string, readonly [string, number, readonly string[]] | null>> = {
  Catalogue: ["shared by all", 30, ["catalogue"]],
  HomeScreen: ["private", 30, ["catalogue", "player:7:items", "player:7:profile", "player:7:runs"]],
  ItemDetail: null,
  Leaderboard: ["shared by all", 1, []],
  NearbyItems: ["private", 30, ["catalogue", "player:7:places"]],
  ObjectsById: null,
  PlayerState: ["private", 30, ["catalogue", "player:7:items", "player:7:profile"]],
  RunHistory: ["private", 1, ["player:7:runs"]],
  Transactions: ["private", 30, ["catalogue", "player:7:items"]],
};

const queries = [...newestOperations.values()].filter(({ type }) => type === "query");

it("is written down here for every registered query", () => {
  expect(queries.map(({ name }) => name).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(Object.keys(expected));
});

describe.each(queries)("$name", ({ name, body }) => {
  it("has its scope, its life and its tags", () => {
    const plan = planOf(body);
    const row = expected[name];
    if (row === null) {
      expect(plan).toBeNull();
      return;
    }
    const ask = plan!.askOf(variablesOf(name, 7), player)!;
    const publicScope = plan!.isShareable ? "shared by all" : "public";
    const scope = plan!.isPublic ? publicScope : "private";
    const tags = ask.tags.toSorted((a, b) => (a < b ? -1 : 1));
    expect([scope, plan!.lifetimeMs / 1000, tags]).toEqual(row);
    expect([ask.lifetimeMs, ask.isPublic]).toEqual([plan!.lifetimeMs, plan!.isPublic]);
  });
});

it("caches no write", () => {
  const mutations = registeredOperations.filter(({ type }) => type === "mutation");
  expect(mutations.filter(({ body }) => planOf(body) !== null)).toEqual([]);
});

describe("an operation", () => {
  const id = playerGlobalId(7n);
  it.each([
    ["{ node(id: 1) { id } }"],
    ["{ items(first: 1) { nodes { id } } node(id: 1) { id } }"],
    ["{ ...Root } fragment Root on Query { nodes(ids: []) { id } }"],
    ["{ ... on Query { node(id: 1) { ... on Player { version } } } }"],
    ["{ __schema { types { name } } }"],
  ])("with a field at the root that names no tags is not cached: %s", (text) => {
    expect(planOf(text)).toBeNull();
  });

  it("lives for a second where what is public belongs to a player that nobody named", () => {
    const plan = planOf("{ leaderboard(scope: OVERALL, first: 1) { nodes { player { displayName } } } }");
    expect([plan!.isShareable, plan!.lifetimeMs]).toEqual([true, 1_000]);
  });

  it("has the tags of each player whom it names, by variable and by literal", () => {
    const text = `query ($id: ID!) { a: player(id: $id) { version } b: player(id: "${playerGlobalId(9n)}") { version } }`;
    const { tags } = planOf(text)!.askOf({ id }, service)!;
    expect(new Set(tags)).toEqual(
      new Set(["player:7:items", "player:7:profile", "player:9:items", "player:9:profile"]),
    );
  });

  it("has tags of fields in fragments and under aliases", () => {
    const text = "{ me: viewer { ...F } } fragment F on Player { n: version ... on Player { email } }";
    expect(new Set(planOf(text)!.askOf({}, player)!.tags)).toEqual(new Set(["player:7:items", "player:7:profile"]));
  });

  it.each([["x"], [7], [null], [itemGlobalId(7n)], [undefined]])("asked for the player %s is computed", (wrong) => {
    expect(planOf("query ($id: ID!) { player(id: $id) { id } }")!.askOf({ id: wrong }, player)).toBeNull();
  });

  it("with private fields is kept for one asker: none, each player, each name of each role", () => {
    const plan = planOf("query ($id: ID!) { player(id: $id) { version } }")!;
    const keyFor = (viewer: Viewer | null) => plan.askOf({ id }, viewer)?.key;
    const others: Viewer[] = [
      { role: "player", playerId: 8n },
      { role: "admin", subject: "games" },
      { role: "service", subject: "7" },
    ];
    const keys = [player, service, ...others].map(keyFor);
    expect(new Set(keys).size).toBe(5);
    expect(keyFor(null)).toBeUndefined();
  });

  it("with public fields alone is one for everybody", () => {
    const plan = planOf("query ($id: ID!) { player(id: $id) { displayName } }")!;
    const keys = [null, player, service].map((viewer) => plan.askOf({ id }, viewer)!.key);
    expect([new Set(keys).size, plan.isPublic, plan.isShareable]).toEqual([1, true, false]);
  });
});

it("takes the shortest of the lives that fields name", () => {
  const told = buildSchema(`
    directive @cacheTag(tags: [String!]!, private: Boolean! = false) on FIELD_DEFINITION
    directive @cacheLife(seconds: Int!) on FIELD_DEFINITION
    type Query { a: Thing @cacheTag(tags: ["a"]) @cacheLife(seconds: 20) b: Thing @cacheTag(tags: ["b"]) c: Thing }
    type Thing { slow: Int quick: Int @cacheLife(seconds: 5) }
  `);
  const lifeOf = (text: string) => planOf(text, told)?.lifetimeMs;
  expect(lifeOf("{ b { slow } }")).toBe(30_000);
  expect(lifeOf("{ a { slow } b { slow } }")).toBe(20_000);
  expect(lifeOf("{ a { slow quick } }")).toBe(5_000);
  expect(lifeOf("{ b { slow } c { slow } }")).toBeUndefined();
});
