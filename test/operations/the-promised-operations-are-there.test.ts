// The operations that apps were promised by name, whatever else is registered.

import { getOperationAST, parse, print, type FieldNode } from "graphql";
import { expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { projectFiles } from "../kit/project-files.ts";

const WRITES = [
  "GrantItems",
  "SpendItems",
  "ExchangeItems",
  "CollectItem",
  "TransferItems",
  "UpsertItems",
  "UpsertLocations",
  "AssignItemLocations",
];
const PROMISED = [
  "PlayerState",
  "HomeScreen",
  "NearbyItems",
  "Transactions",
  "Catalogue",
  "Leaderboard",
  "RunHistory",
  "ItemDetail",
  ...WRITES,
];

const bodies = new Map(registeredOperations.map(({ name, body }) => [name, body]));

it.each(PROMISED)("%s is registered, and stands in a file of its own", (name) => {
  expect(bodies.has(name)).toBe(true);
  const files = projectFiles().filter(({ path }) => /^src\/operations\/.*\.graphql$/.test(path));
  expect(files.filter(({ text }) => getOperationAST(parse(text))?.name?.value === name)).toHaveLength(1);
});

it.each(WRITES)("%s takes its input and its key, which stands at the one write in it", (name) => {
  const { operation, variableDefinitions = [], selectionSet } = getOperationAST(parse(bodies.get(name)!))!;
  expect(operation).toBe("mutation");
  expect(variableDefinitions.map(print)).toEqual([`$input: ${name}Input!`, "$key: UUID!"]);
  const [field, ...others] = selectionSet.selections as FieldNode[];
  expect(others).toEqual([]);
  expect(field!.name.value).toBe(`${name[0]!.toLowerCase()}${name.slice(1)}`);
  expect(field!.directives!.map(print)).toEqual(["@idempotent(key: $key)"]);
});

it("PlayerState takes $id: ID! and nothing else", () => {
  const { variableDefinitions = [] } = getOperationAST(parse(bodies.get("PlayerState")!))!;
  expect(variableDefinitions.map(print)).toEqual(["$id: ID!"]);
});
