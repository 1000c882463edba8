// The operations that apps were promised by name, whatever else is registered.

import { getOperationAST, parse, print } from "graphql";
import { expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { projectFiles } from "../kit/project-files.ts";

const PROMISED = [
  "PlayerState",
  "HomeScreen",
  "NearbyItems",
  "Transactions",
  "Catalogue",
  "Leaderboard",
  "RunHistory",
  "ItemDetail",
];

const bodies = new Map(registeredOperations.map(({ name, body }) => [name, body]));

it.each(PROMISED)("%s is registered, and stands in a file of its own", (name) => {
  expect(bodies.has(name)).toBe(true);
  const files = projectFiles().filter(({ path }) => /^src\/operations\/.*\.graphql$/.test(path));
  expect(files.filter(({ text }) => getOperationAST(parse(text))?.name?.value === name)).toHaveLength(1);
});

it("PlayerState takes $id: ID! and nothing else", () => {
  const { variableDefinitions = [] } = getOperationAST(parse(bodies.get("PlayerState")!))!;
  expect(variableDefinitions.map(print)).toEqual(["$id: ID!"]);
});
