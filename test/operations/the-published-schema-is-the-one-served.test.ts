// schema.graphql at the root is what an app's team takes: exactly the schema that the server serves, with
// the descriptions, costs and list sizes that only the SDL can say.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  parse,
  printSchema,
  type GraphQLSchema,
} from "graphql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { projectDir } from "../../scripts/clone.ts";
import { publishedSchema, readSdl } from "../../scripts/generate/sdl.ts";
import { startApi, type TestApi } from "../kit/api.ts";

const published = readFileSync(join(projectDir, "schema.graphql"), "utf8");

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it("is current", async () => {
  expect(published).toBe(publishedSchema(await readSdl(projectDir)));
});

it("says what the server answers to introspection, descriptions and all", async () => {
  const introspected = buildClientSchema(await api.read({ query: getIntrospectionQuery() }));
  expect(sorted(buildSchema(published))).toBe(sorted(introspected));
});

it("says what fields cost and how long lists are", () => {
  expect(published).toMatch(/\): LeaderboardConnection! @cost\(weight: "5"\) @listSize\(slicingArguments: \["first"\]/);
  expect(published).toMatch(/recipe: \[ItemCount!\]! @listSize\(assumedSize: 3\)/);
});

it("has each type in one piece, for tools that know no extensions", () => {
  expect(parse(published).definitions.filter(({ kind }) => kind.endsWith("Extension"))).toEqual([]);
});

function sorted(schema: GraphQLSchema): string {
  return printSchema(lexicographicSortSchema(schema));
}
