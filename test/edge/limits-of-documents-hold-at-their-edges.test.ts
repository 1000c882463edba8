// Tokens, depth, aliases, fields, directives, cost and list sizes: the largest that is accepted is, the
// first that is not is one small error that names the limit, under every media type, without a statement
// and next to no work, however the document is written.

import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { itemGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { adHocForm, forms, sendForm } from "../kit/lanes.ts";
import { cpuPace } from "../kit/pace.ts";

const ANSWER_BYTES_MAX = 4_096;
/** CPU time of this process on a usual machine, which also asks; a busy machine makes it longer now and then: the best of some. */
const JUDGED_CPU_MS_MAX = 50;
const ATTEMPTS_MAX = 3;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const times = (count: number, write: (place: number) => string) =>
  Array.from({ length: count }, (_, n) => write(n)).join(" ");
const player = `player(id: "${playerGlobalId(1n)}")`;

/** `count` tokens, most of them in a list that is too long by another rule. */
const tokens = (count: number) => `{ nodes(ids: [${times(count - 12, () => '"x"')}]) { id } }`;
/** `depth` fields below each other; a recipe's item has a recipe. */
const deep = (depth: number) => {
  const names = [
    "items(first: 1)",
    "nodes",
    ...Array.from({ length: depth - 3 }, (_, n) => (n % 2 ? "item" : "recipe")),
  ];
  return `{ ${names.join(" { ")} { __typename ${"}".repeat(names.length)} }`;
};
const deepInFragments = (depth: number) => {
  const links = Array.from({ length: depth - 3 }, (_, n) => (n % 2 ? ["ItemCount", "item"] : ["Item", "recipe"]));
  const fragments = links.map(([type, field], n) => {
    const below = n === links.length - 1 ? "__typename" : `...F${n + 1}`;
    return `fragment F${n} on ${type} { ${field} { ${below} } }`;
  });
  return `{ items(first: 1) { nodes { ...F0 } } } ${fragments.join(" ")}`;
};
const directives = (count: number) => times(count, () => "@include(if: true)");

/** What each edge accepts and, one more, refuses. */
const edges: Record<string, { max: number; write: (count: number) => string; says: string; valid?: boolean }> = {
  tokens: { max: limits.documentTokensMax, write: tokens, says: "more than 1000 tokens", valid: false },
  depth: { max: limits.depthMax, write: deep, says: "more than 10 fields deep" },
  "depth in fragments": { max: limits.depthMax, write: deepInFragments, says: "more than 10 fields deep" },
  "depth in inline fragments": {
    max: limits.depthMax,
    write: (count) => deep(count).replaceAll("nodes {", "nodes { ... on Item {").replace(/\}$/, "} }"),
    says: "more than 10 fields deep",
  },
  aliases: {
    max: limits.aliasesMax,
    write: (n) => `{ ${times(n, (a) => `a${a}: __typename`)} }`,
    says: "more than 15 aliases",
  },
  "aliases at every depth": {
    max: limits.aliasesMax,
    write: (n) => `{ p: ${player} { ${times(n - 1, (a) => `a${a}: displayName`)} } }`,
    says: "more than 15 aliases",
  },
  "aliases in fragments, as often as they are spread": {
    max: 5,
    write: (n) => `{ ${times(n, () => "...F")} } fragment F on Query { a: __typename b: __typename c: __typename }`,
    says: "more than 15 aliases",
  },
  "aliases of another operation in the document": {
    max: limits.aliasesMax,
    write: (n) => `query A { __typename } query B { ${times(n, (a) => `a${a}: __typename`)} }`,
    says: "more than 15 aliases",
    valid: false,
  },
  "fields in fragments, as often as they are spread": {
    max: 10,
    write: (n) => `{ ${times(n, () => "...F")} } fragment F on Query { ${times(100, () => "__typename")} }`,
    says: "more than 1000 fields",
  },
  "directives in one place": {
    max: limits.fieldDirectivesMax,
    // No directive of ours may stand twice in one place, so that the edge itself is refused by validation.
    write: (n) => `{ __typename ${directives(n)} }`,
    says: "more than 5 directives",
    valid: false,
  },
  "directives on an operation": {
    max: limits.fieldDirectivesMax,
    write: (n) => `query ${times(n, () => "@unknown")} { __typename }`,
    says: "more than 5 directives",
    valid: false,
  },
  "directives of a document": {
    max: limits.directivesMax,
    write: (n) => `{ ${times(n, () => `__typename ${directives(1)}`)} }`,
    says: "more than 50 directives",
  },
};

describe.each(Object.keys(edges))("%s", (name) => {
  const { max, write, says, valid = true } = edges[name]!;

  it(`are accepted up to ${max}`, async () => {
    const { status, body } = await api.ask({ query: write(max) });
    if (valid) expect([status, body.errors]).toEqual([200, undefined]);
    else expect(body.errors![0]!.extensions.code).not.toBe("LIMIT_EXCEEDED");
  });

  it("are refused beyond", async () => {
    await expectRefused(write(max + 1), says);
    await expectRefused(write(max * 10), "more than");
  });
});

it.each([
  ["10,000 aliases", `{ ${times(10_000, (n) => `a${n}:__typename`)} }`.slice(0, 99_000), "tokens"],
  ["a field 500 times", `{ ${times(500, () => "viewer { id }")} }`, "tokens"],
  ["a depth of 200", `${"{ a ".repeat(200)} ${"}".repeat(200)}`, "deep"],
  ["a list of 900 in brackets", `{ nodes(ids: ${"[".repeat(450)}${"]".repeat(450)}) { id } }`, ""],
  ["an object of 200 in braces", `{ node(id: ${"{a:".repeat(200)}1${"}".repeat(200)}) { id } }`, ""],
])("judges %s at once", async (_, query, says) => {
  await expectRefused(query, says, says === "" ? "GRAPHQL_VALIDATION_FAILED" : "LIMIT_EXCEEDED");
});

it("reads 99 KB of comments and commas as nothing", async () => {
  const { body } = await api.ask({ query: `{ ${",".repeat(49_000)} __typename #${"x".repeat(49_000)}\n }` });
  expect(body).toEqual({ data: { __typename: "Query" } });
});

it.each([
  ["aliases", "a: __typename"],
  ["fields", "__typename"],
  ["objects", "viewer { id }"],
])("judges a chain of fragments that doubles %s at once", async (_, leaf) => {
  const chain = times(80, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`);
  await expectRefused(`{ ...F0 } ${chain} fragment F80 on Query { ${leaf} }`, "more than");
});

it.each([1, 2, 3, 50])("refuses %i fragments in a circle", async (count) => {
  const circle = times(count, (n) => `fragment F${n} on Query { __typename ...F${(n + 1) % count} }`);
  await expectRefused(`{ ...F0 } ${circle}`, "Cannot spread fragment", "GRAPHQL_VALIDATION_FAILED");
  await expectRefused(`{ __typename } ${circle}`, "", "GRAPHQL_VALIDATION_FAILED");
});

it("answers 800 unknown fields, 50 unknown directives or 300 unknown variables with one error", async () => {
  await expectRefused(`{ ${times(800, (n) => `unknown${n}`)} }`, "unknown0", "GRAPHQL_VALIDATION_FAILED");
  await expectRefused(`{ ${times(50, (n) => `__typename @d${n}`)} }`, "@d0", "GRAPHQL_VALIDATION_FAILED");
  await expectRefused(`query (${times(240, (n) => `$v${n}: V${n}`)}) { __typename }`, "", "GRAPHQL_VALIDATION_FAILED");
  await expectRefused(`{ ${times(2_000, (n) => `unknown${n}`)} }`, "tokens");
});

it("answers a name of 50 KB with a small error", async () => {
  await expectRefused(`{ ${"x".repeat(50_000)} }`, "", "GRAPHQL_VALIDATION_FAILED");
  await expectRefused(`{ __typename(${"x".repeat(50_000)}: 1) }`, "", "GRAPHQL_VALIDATION_FAILED");
  await expectRefused(`{ node(id: ${"1".repeat(50_000)}.5) { id } }`, "", "GRAPHQL_VALIDATION_FAILED");
});

it("lets introspection alone be deeper, with all its aliases counted", async () => {
  const { status, body } = await api.ask({ query: getIntrospectionQuery() });
  expect([status, body.errors]).toEqual([200, undefined]);
  const mixed = getIntrospectionQuery().replace("__schema {", "viewer { id } __schema {");
  await expectRefused(mixed, "more than 10 fields deep");
  await expectRefused(`{ ${times(16, (n) => `a${n}: __schema { description }`)} }`, "more than 15 aliases");
});

describe("cost", () => {
  const cost = async (query: string, variables = {}) => {
    const request = adHocForm({ id: "", name: "", type: "query", body: query }, variables);
    const { status, text } = await sendForm(api.url, request, { accept: "application/json" });
    return { status, ...JSON.parse(text) };
  };

  it.each([
    // One connection, and for each of its entries the entry itself.
    ["{ items(first: 100) { nodes { id } } }", 101],
    ["{ items(first: 100) { edges { node { id } } } }", 201],
    ["query ($n: Int!) { items(first: $n) { nodes { id } } }", 8],
    ["query ($m: Int! = 5) { items(first: $m) { nodes { id } } }", 6],
    ["{ items(first: 3) { pageInfo { hasNextPage } } }", 2],
    ["{ leaderboard(scope: OVERALL, first: 2) { nodes { player { id } } } }", 9],
    [`{ nodes(ids: ["${itemGlobalId(1n)}", "${itemGlobalId(2n)}"]) { id } }`, 2],
    ["{ __schema { types { name } } }", 0],
  ])("of %s is %i, and the answer says so", async (query, expected) => {
    const { status, extensions } = await cost(query, query.includes("$n") ? { n: 7 } : {});
    expect([status, extensions]).toEqual([200, { cost: { requestedQueryCost: expected, maximumQueryCost: 1000 } }]);
  });

  it("is the same in both lanes", async () => {
    const catalogue = registeredOperations.find(({ name }) => name === "Catalogue")!;
    for (const variables of [{}, { first: 1 }, { first: 100 }]) {
      const [fast, yoga] = await Promise.all(
        [forms["documentId"]!, adHocForm].map((form) =>
          sendForm(api.url, form(catalogue, variables), { accept: "application/json" }),
        ),
      );
      expect([fast!.lane, yoga!.lane, fast!.text]).toEqual(["fast", "yoga", yoga!.text]);
      expect(JSON.parse(fast!.text).extensions.cost.requestedQueryCost).toBeGreaterThan(0);
    }
  });

  it("is accepted up to 1,000 and refused beyond, before anything runs", async () => {
    // 1 and 100 entries with a recipe of 3 each: 401. 5 for a leaderboard, and 1 for each of its entries.
    const query = `query ($n: Int!) {
      one: items(first: 100) { nodes { recipe { count } } }
      two: items(first: 100) { nodes { recipe { count } } }
      three: items(first: 99) { nodes { id } }
      leaderboard(scope: OVERALL, first: $n) { nodes { rank } }
      ${times(3, (n) => `t${n}: viewer { id }`)}
    }`;
    const most = await cost(query, { n: 90 });
    expect([most.status, most.extensions?.cost]).toEqual([200, { requestedQueryCost: 1000, maximumQueryCost: 1000 }]);
    api.statements.length = 0;
    for (const n of [91, 100]) {
      const { status, body } = await api.ask({ query, variables: { n } });
      expect([status, body.errors]).toEqual([
        400,
        [
          {
            message: `The operation costs ${910 + n}, more than 1000.`,
            extensions: { code: "LIMIT_EXCEEDED" },
          },
        ],
      ]);
    }
    expect(api.statements).toEqual([]);
  });

  it("refuses lists in lists", async () => {
    const { status, body } = await api.ask({
      query: "{ items(first: 100) { nodes { recipe { item { recipe { item { recipe { item { id } } } } } } } } }",
    });
    expect([status, body.errors!.length, body.errors![0]!.extensions.code]).toEqual([400, 1, "LIMIT_EXCEEDED"]);
    expect(api.statements).toEqual([]);
  });
});

async function expectRefused(query: string, says: string, code = "LIMIT_EXCEEDED"): Promise<void> {
  let cpuMs = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS_MAX && cpuMs >= JUDGED_CPU_MS_MAX; attempt += 1) {
    for (const accept of ["application/json", "application/graphql-response+json"]) {
      const before = process.cpuUsage();
      const { status, body } = await api.ask({ query, accept });
      const { user, system } = process.cpuUsage(before);
      // Of the last one: the first time, the path is cold.
      cpuMs = (user + system) / 1_000;
      if (cpuMs >= JUDGED_CPU_MS_MAX) cpuMs /= cpuPace();
      const isLenient = code !== "LIMIT_EXCEEDED" && accept === "application/json";
      expect([status, body.errors!.length, body.errors![0]!.extensions]).toEqual([isLenient ? 200 : 400, 1, { code }]);
      expect(body.errors![0]!.message).toContain(says);
      expect(JSON.stringify(body).length).toBeLessThan(ANSWER_BYTES_MAX);
    }
  }
  expect(cpuMs).toBeLessThan(JUDGED_CPU_MS_MAX);
  expect(api.statements).toEqual([]);
}
