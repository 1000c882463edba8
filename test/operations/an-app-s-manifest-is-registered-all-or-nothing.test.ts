// `add` takes an app's own operations: what fits the schema and the limits is appended, what is there
// already is left alone, and one operation that may not be registered keeps out all of its manifest.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { add } from "../../scripts/operations/add.ts";
import { limits } from "../../src/runtime/limits.ts";
import { registeredOperations } from "../../src/operations/registry.ts";
import { copyOfOperations } from "../kit/project-copy.ts";

const MINE =
  "query Mine($id: ID!) {\n  player(id: $id) {\n    ...Name\n  }\n}\n\nfragment Name on Player {\n  displayName\n}";
const OTHER = "query Other {\n  viewer {\n    id\n  }\n}";

let root: string;
beforeEach(() => {
  root = copyOfOperations();
});
afterEach(() => rmSync(root, { recursive: true }));

describe("a manifest of Apollo", () => {
  it("is appended in its order, each entry as it was handed in", async () => {
    const { added, knownCount } = await addApollo([entry(MINE), entry(OTHER)]);
    expect([added, knownCount]).toEqual([[entry(MINE), entry(OTHER)], 0]);
    expect(registered()).toEqual([...registeredOperations, entry(MINE), entry(OTHER)]);
  });

  it("may hold what is registered, which is counted and left in its place", async () => {
    const { added, knownCount } = await addApollo([registeredOperations[0]!, entry(MINE), registeredOperations[1]!]);
    expect([added, knownCount]).toEqual([[entry(MINE)], 2]);
    expect((await addApollo([entry(MINE)])).knownCount).toBe(1);
    expect(registered()).toEqual([...registeredOperations, entry(MINE)]);
  });

  it("may give an old name to a new body, as the next build of an app does", async () => {
    const newer = entry("query PlayerState {\n  viewer {\n    id\n  }\n}");
    await addApollo([newer]);
    expect(registered().filter(({ name }) => name === "PlayerState")).toHaveLength(2);
  });

  it("has the costs of what it added written beside the registry", async () => {
    const paged = entry(
      "query Paged($first: Int! = 10) {\n  items(first: $first) {\n    nodes {\n      id\n    }\n  }\n}",
    );
    await addApollo([paged]);
    const { operations } = JSON.parse(read("src/operations/costs.json"));
    expect(operations.at(-1)).toEqual({ id: paged.id, name: "Paged", cost: 11, costMax: 101 });
  });

  it("may hold an operation that only too large a page makes too dear", async () => {
    const body = (size: string) =>
      `query Deep($first: Int!${size}) {\n  items(first: $first) {\n    nodes {\n      recipe {\n        item {\n          recipe {\n            count\n          }\n        }\n      }\n    }\n  }\n}`;
    expect((await addApollo([entry(body("")), entry(body(" = 20"))])).added).toHaveLength(2);
    await expectRefused([entry(body(" = 100"))], "it costs 1601, more than 1000");
  });

  it("may ask for nothing that a server could not tell whom it is private to", async () => {
    const body =
      "query Best {\n  leaderboard(scope: OVERALL, first: 1) {\n    nodes {\n      player {\n        version\n      }\n    }\n  }\n}";
    await expectRefused([entry(body)], "cannot be cached safely: operation Best, field Player.version: it is private");
  });
});

describe("a map of Relay", () => {
  it("is appended with the names and types that its documents say", async () => {
    const text = `${MINE}\n`;
    await addText(JSON.stringify({ [sha256(text)]: text }));
    expect(registered().at(-1)).toEqual({ id: sha256(text), name: "Mine", type: "query", body: text });
  });

  it("by MD5 is refused with what to set", async () => {
    const id = createHash("md5").update(MINE).digest("hex");
    await expectTextRefused(JSON.stringify({ [id]: MINE }), 'Set "algorithm": "SHA256"');
  });
});

describe("an operation is refused that", () => {
  const tooDeep = `query Deep { ${"node(id: 1) { ... on ItemLocation { item { recipe { ".repeat(1)}${"item { recipe { ".repeat(4)}count${" } }".repeat(4)} } } } } }`;
  it.each<[string, Record<string, string>, string]>([
    [
      "has an id that is not its body's",
      { ...entry(MINE), id: sha256("") },
      `Mine (${sha256("").slice(0, 8)}) has an id`,
    ],
    ["has a known id and another body", { ...entry(MINE), id: registeredOperations[0]!.id }, "has an id that is not"],
    ["has another name in its body", { ...entry(MINE), name: "Yours" }, "is called Mine in its body"],
    ["has another type in its body", { ...entry(MINE), type: "mutation" }, "is a query in its body, not a mutation"],
    ["has no name", entry("{ __typename }", ""), "has no name in its body"],
    ["is two", entry(`${OTHER}\n${OTHER.replace("Other", "Another")}`), "has 2 operations in its body"],
    ["is none", entry("fragment Name on Player { id }", "Name"), "has 0 operations in its body"],
    ["does not parse", entry("query Broken {"), "does not parse: Syntax Error"],
    ["does not fit the schema", entry("query Gone { viewer { gold } }"), 'Cannot query field "gold" on type "Player"'],
    [
      "is of a kind that the schema has not",
      { ...entry("mutation Move { nothing }", "Move"), type: "mutation" },
      "does not fit the schema",
    ],
    [
      "is a subscription",
      { ...entry("subscription Live { viewer { id } }", "Live"), type: "subscription" },
      "operation Live",
    ],
    ["has too many tokens", entry(`query Long { ${"__typename ".repeat(limits.documentTokensMax)}}`), "tokens"],
    ["is too deep", entry(tooDeep), `more than ${limits.depthMax} fields deep`],
    ["has too many aliases", entry(`query Aliases { ${names(limits.aliasesMax + 1, "__typename")} }`), "aliases"],
    [
      "has too many directives",
      entry(`query Skips { __typename ${"@include(if: true) ".repeat(limits.fieldDirectivesMax + 1)}}`),
      "directives",
    ],
    [
      "has too many fields",
      entry(`query Fields { ...F ...F } fragment F on Query { ${"__typename ".repeat(501)}}`),
      "more than 1000 fields",
    ],
    [
      "asks for too large a page",
      entry("query Page { items(first: 101) { nodes { id } } }"),
      "first must be from 1 to 100",
    ],
  ])("%s", async (_, wrong, message) => {
    await expectRefused([entry(OTHER), wrong], message);
  });
});

it("names every operation of the manifest that is refused, and says that none was added", async () => {
  const wrong = [entry("query A { a }"), entry("query B { b }")];
  await expectRefused(wrong, /^Nothing of manifest\.json was added:\noperation A .*\noperation B .*$/);
});

describe("a file is refused that", () => {
  it.each<[string, string, string]>([
    ["is not JSON", "{", "manifest.json is not JSON"],
    ["is a list", "[]", "expected an object, got a list"],
    ["is empty of operations", JSON.stringify(apollo([])), "holds no operation"],
    ["has another format", '{"format":"x"}', 'expected "format": "apollo-persisted-query-manifest"'],
    ["has another version", JSON.stringify({ ...apollo([]), version: 2 }), 'expected "version": 1, got 2'],
    ["has no list", JSON.stringify({ ...apollo([]), operations: {} }), 'expected "operations" to be a list'],
    [
      "has an entry without a body",
      JSON.stringify(apollo([{ ...entry(MINE), body: 1 }])),
      'operations[0] (Mine) has no text as "body"',
    ],
    ["has an entry that is none", JSON.stringify(apollo([null])), 'operations[0] has no text as "id"'],
  ])("%s", async (_, text, message) => {
    await expectTextRefused(text, message);
  });

  it("is not there, or is a folder", async () => {
    mkdirSync(join(root, "folder"));
    await expect(add(root, join(root, "nowhere.json"))).rejects.toThrow("nowhere.json: there is no such file");
    await expect(add(root, join(root, "folder"))).rejects.toThrow("folder: it is a folder");
  });
});

function entry(body: string, name = /query (\w+)/.exec(body)?.[1] ?? "") {
  return { id: sha256(body), name, type: "query", body };
}

function names(count: number, field: string): string {
  return Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(" ");
}

function apollo(operations: readonly unknown[]) {
  return { format: "apollo-persisted-query-manifest", version: 1, operations };
}

function addApollo(operations: readonly unknown[]) {
  return addText(JSON.stringify(apollo(operations)));
}

function addText(text: string) {
  writeFileSync(join(root, "manifest.json"), text);
  return add(root, join(root, "manifest.json"));
}

async function expectRefused(operations: readonly unknown[], message: string | RegExp): Promise<void> {
  await expectTextRefused(JSON.stringify(apollo(operations)), message);
}

/** With one clear error, and nothing written. */
async function expectTextRefused(text: string, message: string | RegExp): Promise<void> {
  const before = [read("src/operations/registry.json"), read("src/operations/costs.json")];
  await expect(addText(text)).rejects.toThrow(expect.objectContaining({ name: "SetupError" }));
  await expect(addText(text)).rejects.toThrow(message);
  expect([read("src/operations/registry.json"), read("src/operations/costs.json")]).toEqual(before);
}

function registered(): { name: string }[] {
  return JSON.parse(read("src/operations/registry.json")).operations;
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
