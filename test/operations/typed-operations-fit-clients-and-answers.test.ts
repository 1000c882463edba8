// client/operations.ts, as an app's team copies it: a TypeScript app on Apollo Client or urql compiles
// with it, what the app gets wrong does not, and the types are those of what the server answers.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getOperationAST, print } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as client from "../../client/operations.ts";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { dataDirectory, projectDir } from "../../scripts/clone.ts";
import { registeredOperations } from "../../src/operations/registry.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { layInSupplies, newestOperations, tokenOf, variablesOf } from "../kit/operation-variables.ts";

const PLAYER = 7;
const COMPILE_MS_MAX = 120_000;
const NAMES = Object.keys(client.documentIds) as (keyof typeof client.documentIds)[];

const IMPORTS = `
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { Client, fetchExchange } from "@urql/core";
import { CatalogueDocument, HomeScreenDocument, NearbyItemsDocument, PlayerStateDocument, SpendItemsDocument, documentIds } from "./operations.ts";

export const byId = new ApolloLink((operation, forward) => {
  const name = operation.operationName as keyof typeof documentIds;
  operation.extensions = { ...operation.extensions, documentId: documentIds[name] };
  return forward(operation);
});
export const apollo = new ApolloClient({ cache: new InMemoryCache(), link: byId.concat(new HttpLink({ uri: "/graphql" })) });
export const urql = new Client({ url: "/graphql", exchanges: [fetchExchange], preferGetMethod: false });
export const known = [CatalogueDocument, HomeScreenDocument, NearbyItemsDocument, PlayerStateDocument, SpendItemsDocument];
`;
const RIGHT = `
const { data } = await apollo.query({ query: PlayerStateDocument, variables: { id: "UGxheWVyOjE" } });
for (const { item, quantity } of data?.player?.state?.nodes ?? []) {
  const name: string = item.displayName;
  const count: bigint = BigInt(quantity);
  const kind: "SPENDABLE" | "RECEIVABLE" = item.kind;
  console.log(name, count, kind);
}
const version: string | null | undefined = data?.player?.version;
const home = await urql.query(HomeScreenDocument, {}).toPromise();
const metres: number | undefined = home.data?.viewer?.runStats.totalDistanceMeters;
const near = { lat: 52.52, lng: 13.405 };
const found = await urql.query(NearbyItemsDocument, { near, first: 4, after: null }).toPromise();
const input = { items: [{ itemId: "SXRlbTo0", count: "9007199254740993" }] };
const spent = await apollo.mutate({ mutation: SpendItemsDocument, variables: { input, key: crypto.randomUUID() } });
for (const { code, have } of spent.data?.spendItems.userErrors ?? []) if (code === "INSUFFICIENT_ITEMS") console.log(have);
console.log(version, metres, found.data?.viewer?.itemLocations?.pageInfo.endCursor, documentIds.PlayerState);
`;
/** Each the last line of an app that is right but for it. */
const WRONG: Record<string, string> = {
  "a variable of another type": "await apollo.query({ query: PlayerStateDocument, variables: { id: 7 } });",
  "a variable left out": "await apollo.query({ query: PlayerStateDocument, variables: {} });",
  "a variable that the operation has not":
    'await apollo.query({ query: PlayerStateDocument, variables: { id: "x", nr: 1 } });',
  "a value that the enum has not": 'await urql.query(CatalogueDocument, { kind: "GOLD" }).toPromise();',
  "a variable left out in urql": "await urql.query(NearbyItemsDocument, {}).toPromise();",
  "a field of an input left out": "await urql.query(NearbyItemsDocument, { near: { lat: 1 } }).toPromise();",
  "a field that the operation does not ask for":
    '(await apollo.query({ query: PlayerStateDocument, variables: { id: "x" } })).data?.player?.email;',
  "a field taken for present that may be null":
    "(await urql.query(HomeScreenDocument, {}).toPromise()).data!.viewer.id;",
  "a big number taken for a number":
    "export const n: number | undefined = (await urql.query(HomeScreenDocument, {}).toPromise()).data?.viewer?.runStats.runCount;",
  "a write without its key":
    "await apollo.mutate({ mutation: SpendItemsDocument, variables: { input: { items: [] } } });",
  "a count as a number":
    'await urql.mutation(SpendItemsDocument, { input: { items: [{ itemId: "x", count: 1 }] }, key: "k" }).toPromise();',
  "an operation that there is none of": "documentIds.Nothing;",
};

let api: TestApi;
let folder: string;
const answers = new Map<string, unknown>();
/** Errors by file. */
let errors: Map<string, string[]>;

beforeAll(async () => {
  api = await startApi({
    fill: async (database) => {
      await seedDemo({ migratorDatabaseUrl: database.migratorDatabaseUrl, playerCount: 20 });
      await layInSupplies(database, [PLAYER]);
    },
  });
  for (const name of NAMES) answers.set(name, await answerOf(name));
  folder = mkdtempSync(join(dataDirectory(), "app-"));
  writeApp();
  errors = compile();
}, COMPILE_MS_MAX);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await api.close();
});

it("has every operation of src/operations, by the id that it is registered by", () => {
  const registered = new Map(registeredOperations.map(({ id, body }) => [`sha256:${id}`, body]));
  const documents = Object.values(client).filter((value) => "kind" in value);
  const printed = documents.map((document) => [getOperationAST(document)?.name?.value, print(document)]);
  const expected = NAMES.map((name) => [name, registered.get(client.documentIds[name])]);
  expect(Object.fromEntries(printed)).toEqual(Object.fromEntries(expected));
});

it("compiles in an app that is right, on Apollo Client and on urql", () => {
  expect([errors.get("operations.ts"), errors.get("right.ts")]).toEqual([undefined, undefined]);
});

describe("does not compile with", () => {
  it.each(Object.keys(WRONG).map((what, place) => [what, place] as const))("%s", (_, place) => {
    const lastLine = `${IMPORTS}${Object.values(WRONG)[place]}`.split("\n").length;
    expect(errors.get(`wrong-${place}.ts`)).toEqual([expect.stringMatching(`^${lastLine}: `)]);
  });
});

describe("has the type of what the server answers to", () => {
  it.each(NAMES)("%s", (name) => {
    expect(errors.get(`answer-${name}.ts`)).toBeUndefined();
    // The same answer with a field more, or with one less, would not have been of the type.
    expect(errors.get(`answer-${name}-more.ts`)).toHaveLength(1);
    expect(errors.get(`answer-${name}-less.ts`)).toHaveLength(1);
  });

  it("writes that had their effect", () => {
    const payloads = NAMES.filter((name) => newestOperations.get(name)!.type === "mutation").map(
      (name) => Object.values(answers.get(name) as Record<string, { userErrors: unknown }>)[0]!,
    );
    expect(payloads.length).toBeGreaterThan(7);
    for (const { userErrors } of payloads) expect(userErrors).toEqual([]);
  });

  it("PlayerState with entries in it", () => {
    const { player } = answers.get("PlayerState") as client.PlayerStateQuery;
    expect(player?.state?.nodes.length).toBeGreaterThanOrEqual(6);
    expect(typeof player?.state?.nodes[0]?.quantity).toBe("string");
  });
});

async function answerOf(name: keyof typeof client.documentIds): Promise<unknown> {
  const response = await fetch(`${api.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${tokenOf(api, name, PLAYER)}` },
    body: JSON.stringify({ documentId: client.documentIds[name], variables: variablesOf(name, PLAYER) }),
  });
  const { data, errors: refused } = (await response.json()) as { data: unknown; errors?: unknown };
  expect(refused).toBeUndefined();
  return data;
}

function writeApp(): void {
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  copyFileSync(join(projectDir, "client/operations.ts"), join(folder, "operations.ts"));
  write("package.json", '{ "type": "module" }');
  write("tsconfig.json", JSON.stringify({ extends: join(projectDir, "tsconfig.json"), include: ["*.ts"] }));
  write("right.ts", `${IMPORTS}${RIGHT}`);
  for (const [place, line] of Object.values(WRONG).entries()) write(`wrong-${place}.ts`, `${IMPORTS}${line}`);
  for (const [name, answer] of answers) {
    const type = `${name}${newestOperations.get(name)!.type === "mutation" ? "Mutation" : "Query"}`;
    const literal = (value: unknown) =>
      `import type { ${type} } from "./operations.ts";\nexport const answer: ${type} = ${JSON.stringify(value)};\n`;
    write(`answer-${name}.ts`, literal(answer));
    write(`answer-${name}-more.ts`, literal({ ...(answer as object), more: 1 }));
    write(`answer-${name}-less.ts`, literal(Object.fromEntries(Object.entries(answer as object).slice(1))));
  }
}

function compile(): Map<string, string[]> {
  const tsc = join(projectDir, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
    encoding: "utf8",
    cwd: folder,
    timeout: COMPILE_MS_MAX,
  });
  const byFile = new Map<string, string[]>();
  for (const [, file = "", line = "", message = ""] of stdout.matchAll(/^(\S+?)\((\d+),\d+\): error (.*)$/gm)) {
    byFile.set(file, [...(byFile.get(file) ?? []), `${line}: ${message}`]);
  }
  return byFile;
}
