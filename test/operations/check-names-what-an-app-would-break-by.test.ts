// `check` finds what would break builds of an app that are out there: in the registry, which may only
// grow, and in the schema, whose changes it names with the operations that they break. Additions pass.

import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { projectDir } from "../../scripts/clone.ts";
import { costsText } from "../../scripts/generate/costs.ts";
import { operationsOf, withAppended } from "../../scripts/generate/registry.ts";
import { publishedSchema } from "../../scripts/generate/sdl.ts";
import { typedOperations } from "../../scripts/generate/typed-operations.ts";
import { findingsOf, type Past } from "../../scripts/operations/check.ts";
import { manifestText, registryOf } from "../../scripts/operations/manifest.ts";
import { readProject, type Project } from "../../scripts/operations/project.ts";
import { schemaOf } from "../../scripts/operations/schema-changes.ts";
import type { RegisteredOperation } from "../../src/operations/registry.ts";

const LATEST =
  "query Latest($kind: ItemKind) {\n  items(first: 1, kind: $kind) {\n    nodes {\n      id\n    }\n  }\n}";

let today: Project;
let past: Past;
let operations: RegisteredOperation[];
beforeAll(async () => {
  today = await readProject(projectDir);
  operations = registryOf(today.registry);
  past = { registry: today.registry, publishedSchema: publishedSchema(today.sdl) };
});

it("finds nothing in the project as it is", async () => {
  expect(await problems(today)).toEqual([]);
});

describe("in the schema it finds", () => {
  it.each<[string, [string | RegExp, string], RegExp]>([
    [
      "a field that is gone",
      [/ {2}"Private\. Grows by one[^]*?version: BigInt\b.*\n/, ""],
      /^the schema: Player\.version was removed\. This breaks HomeScreen \(\w{8}\), PlayerState \(\w{8}\), Transactions \(\w{8}\), CollectItem \(\w{8}\), ExchangeItems \(\w{8}\), GrantItems \(\w{8}\), SpendItems \(\w{8}\)\.$/m,
    ],
    [
      "an argument that became required",
      ["includeZero: Boolean = true", "includeZero: Boolean!"],
      /^the schema: Player\.state arg includeZero has changed type from Boolean to Boolean!\. This breaks HomeScreen/m,
    ],
    [
      "a new argument that is required",
      ["viewer: Player @", 'viewer("When." at: Int!): Player @'],
      /^the schema: A required arg at on Query\.viewer was added\. This breaks HomeScreen .*RunHistory/m,
    ],
    [
      "an argument that is gone",
      [/ {4}"For AGE: the age in years\."\n {4}age: Int\n/, ""],
      /^the schema: Query\.leaderboard arg age was removed\. This breaks Leaderboard \(\w{8}\)\.$/m,
    ],
    [
      "a value of an enum that is gone",
      [/ {2}"Received in exchange[^"]*"\n {2}RECEIVABLE\n/, ""],
      /^the schema: RECEIVABLE was removed from enum type ItemKind\. This breaks .*Catalogue/m,
    ],
    [
      "a field of an input that became required",
      ["input GeoPointInput {", 'input GeoPointInput {\n  "Height."\n  height: Float!'],
      /^the schema: A required field height on input type GeoPointInput was added\. This breaks NearbyItems \(\w{8}\), CollectItem \(\w{8}\), UpsertLocations \(\w{8}\)\.$/m,
    ],
    [
      "an answer that may now be null",
      ["displayName: String! @", "displayName: String @"],
      /^the schema: Player\.displayName changed type from String! to String\. This breaks HomeScreen/m,
    ],
    [
      "a field that is gone and that nobody asked for",
      [/ {2}"Private\. E-mail address\."\n {2}email: String\b.*\n/, ""],
      /^the schema: Player\.email was removed\. No registered operation uses it\.$/m,
    ],
  ])("%s, with the operations that it breaks", async (_, [from, to], sentence) => {
    expect((await problems(withSdl(from, to))).join("\n")).toMatch(sentence);
  });

  it("also what makes an operation itself wrong, by the operation's name", async () => {
    const without = withSdl(/ {2}"Private\. Grows by one[^]*?version: BigInt\b.*\n/, "");
    expect(await problems(without)).toContainEqual(
      expect.stringMatching(/^operation PlayerState \(\w{8}\) does not fit the schema: Cannot query field "version"/),
    );
  });

  it("a weight that makes an operation too dear", async () => {
    const dearer = withSdl(
      "): PlayerItemConnection @listSize",
      '): PlayerItemConnection @cost(weight: "2000") @listSize',
    );
    expect((await problems(dearer)).join("\n")).toMatch(
      /^operation PlayerState \(\w{8}\) would be refused by the server: it costs \d+, more than 1000$/m,
    );
  });
});

describe("it lets pass", () => {
  it.each<[string, [string | RegExp, string]]>([
    ["a new field", ["type Player implements Node {", 'type Player implements Node {\n  "How tall."\n  height: Int']],
    ["a new optional argument", ["viewer: Player @", 'viewer("When." at: Int): Player @']],
    ["a new value of an enum", ["enum ItemKind {", 'enum ItemKind {\n  "Seen only."\n  VISIBLE']],
    ["a new type", [/$/, '\n"New."\ntype Novelty {\n  "Id."\n  id: ID!\n}\n']],
  ])("%s", async (_, [from, to]) => {
    expect(await problems(await regenerated(withSdl(from, to)))).toEqual([]);
  });

  it("an operation more", async () => {
    expect(await problems(await regenerated(withRegistry([...operations, entry(LATEST)])))).toEqual([]);
  });

  it("a new value of an enum, but with a note for builds that do not know it", async () => {
    const { notes } = await findingsOf(withSdl("enum ItemKind {", 'enum ItemKind {\n  "Seen only."\n  VISIBLE'), past);
    expect(notes).toEqual(["the schema: VISIBLE was added to enum type ItemKind."]);
  });
});

describe("in the registry it finds", () => {
  it("an entry that is gone", async () => {
    const { name, id } = operations[1]!;
    expect(await problems(withRegistry(operations.filter((_, place) => place !== 1)))).toContain(
      `operation ${name} (${id.slice(0, 8)}) is gone from the registry, which only grows`,
    );
  });

  it("a body that is another, whether or not its id went with it", async () => {
    const changed = { ...operations[0]!, body: operations[0]!.body.replace("externalId", "externalId id2: id") };
    const found = (await problems(withRegistry([changed, ...operations.slice(1)]))).join("\n");
    expect(found).toMatch(/^operation Catalogue \(\w{8}\) has another body than before$/m);
    expect(found).toMatch(/^operation Catalogue \(\w{8}\) has an id that is not the sha256 of its body/m);
    const rehashed = { ...changed, id: entry(changed.body).id };
    expect((await problems(withRegistry([rehashed, ...operations.slice(1)]))).join("\n")).toMatch(
      /^operation Catalogue \(606996be\) is gone from the registry/m,
    );
  });

  it("entries in another order, because the last of a name is its newest", async () => {
    expect(await problems(withRegistry(operations.toReversed()))).toContainEqual(
      expect.stringMatching(/^operation Catalogue \(\w{8}\) has moved/),
    );
  });

  it("an operation of src/operations that is not there", async () => {
    const fewer = operations.slice(1);
    expect(await problems(withRegistry(fewer), { ...past, registry: manifestText(fewer) })).toContainEqual(
      expect.stringMatching(/^operation Catalogue \(\w{8}\) is not registered: run `npm run generate`/),
    );
  });

  it("a form that is not a registry's", async () => {
    expect(await problems({ ...today, registry: "<<<<<<< ours" })).toContainEqual(
      expect.stringMatching(/^src\/operations\/registry\.json is not JSON/),
    );
    const withMore = today.registry!.replace('"name"', '"client": "x", "name"');
    expect(await problems({ ...today, registry: withMore })).toContainEqual(
      expect.stringMatching(/operations\[0\] has more than id, name, type, body/),
    );
  });
});

it.each<[string, keyof Project]>([
  ["schema.graphql", "publishedSchema"],
  ["src/operations/costs.json", "costs"],
  ["client/operations.ts", "typedOperations"],
])("finds that %s is not what its sources make, or not there", async (file, key) => {
  for (const text of [`${today[key] as string}\n`, null]) {
    expect(await problems({ ...today, [key]: text })).toEqual([
      `${file} is not what its sources make: run \`npm run generate\` and commit what it writes`,
    ]);
  }
});

async function problems(project: Project, before = past): Promise<readonly string[]> {
  return (await findingsOf(project, before)).problems;
}

function withSdl(from: string | RegExp, to: string): Project {
  const sdl = today.sdl.replace(from, to);
  expect(sdl).not.toBe(today.sdl);
  return { ...today, sdl };
}

function withRegistry(entries: readonly RegisteredOperation[]): Project {
  return { ...today, registry: manifestText(entries) };
}

/** With its generated files as `npm run generate` would write them. */
async function regenerated(project: Project): Promise<Project> {
  const own = operationsOf(project.operationFiles);
  const entries = withAppended(registryOf(project.registry), own);
  return {
    ...project,
    publishedSchema: publishedSchema(project.sdl),
    costs: costsText(schemaOf(project.sdl, "the SDL"), entries),
    typedOperations: await typedOperations(project.sdl, project.operationFiles, own),
  };
}

function entry(body: string): RegisteredOperation {
  const id = createHash("sha256").update(body).digest("hex");
  return { id, name: /query (\w+)/.exec(body)![1]!, type: "query", body };
}
