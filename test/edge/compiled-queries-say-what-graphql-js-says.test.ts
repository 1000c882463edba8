// A compiled query says what graphql-js says, to the byte, and rejects where graphql-js has an error; whatever it
// rejects with, it leaves no rejection behind that nobody looks after, which would end the process. What depends on a
// shared row alone is written once, and what needs more than values is left to graphql-js.

import fc from "fast-check";
import { execute, getOperationAST, getVariableValues, parse, validate, type GraphQLSchema } from "graphql";
import { createSchema } from "graphql-yoga";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../src/context.ts";
import type { IsShared } from "../../src/edge/answer-text.ts";
import { compileQuery } from "../../src/edge/compiled-query.ts";
import { check, checkAsync } from "../kit/property.ts";
import { randomQueries, type RandomQuery } from "../kit/random-queries.ts";
import { createWorld, quiet, randomSchema, randomSharedTypes, type World } from "../kit/random-rows.ts";

const RUNS = 1_000;
const MS_MAX = 12_000;

const unhandled: unknown[] = [];
const remember = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  process.on("unhandledRejection", remember);
});
afterEach(() => {
  process.off("unhandledRejection", remember);
});

describe("any valid query", () => {
  it("is one indeed", () => {
    const property = fc.property(randomQueries, ({ text }) => {
      expect(validate(randomSchema, parse(text)).map(({ message }) => message)).toEqual([]);
    });
    check(property, RUNS);
  });

  it.each([
    { of: "nothing goes wrong", troubleShare: 0 },
    { of: "little goes wrong", troubleShare: 0.02 },
    { of: "much goes wrong", troubleShare: 0.2 },
  ])("is answered as by graphql-js, or rejected, where $of", async ({ troubleShare }) => {
    const counts = { answered: 0, rejected: 0 };
    const property = fc.asyncProperty(randomQueries, fc.integer(), async (query, seed) => {
      const world = createWorld(seed, troubleShare);
      unhandled.length = 0;
      const expected = await saidByGraphQLJs(query, world);
      // The second time, shared rows have been written already.
      expect([await saidCompiled(query, world), await saidCompiled(query, world)]).toEqual([expected, expected]);
      expect(unhandled).toEqual([]);
      counts[expected === REJECTED ? "rejected" : "answered"] += 1;
    });
    await checkAsync(property, RUNS, MS_MAX);
    expect(counts.answered).toBeGreaterThan(50);
    if (troubleShare === 0) expect(counts.rejected).toBe(0);
    else expect(counts.rejected).toBeGreaterThan(50);
  });
});

const REJECTED = "rejected";

/** The JSON of its data, or that it has errors. */
async function saidByGraphQLJs({ text, variables }: RandomQuery, world: World): Promise<string> {
  world.isAtOnce = true;
  const document = parse(text);
  const said = await execute({ schema: randomSchema, document, contextValue: world, variableValues: variables });
  world.isAtOnce = false;
  return said.errors === undefined ? JSON.stringify(said.data) : REJECTED;
}

async function saidCompiled({ text, variables }: RandomQuery, world: World): Promise<string> {
  const ask = compiled(randomSchema, text, randomSharedTypes)!;
  const said = await ask(world, variables).catch(() => REJECTED);
  await quiet(world);
  return said;
}

describe("what is written once for all requests", () => {
  let calls: number;
  const rows = [{ metal: "gold" }, { metal: "iron" }];
  const piles = rows.map((coin, place) => ({ coin, count: place }));
  const schema = createSchema<{ viewer: string }>({
    typeDefs: `
      type Query { coins: [Coin!]! piles: [Pile!]! }
      type Pile { coin: Coin! count: Int! }
      type Coin { metal: String! label: String! bent(by: Int = 1): String! owner: String! }
    `,
    resolvers: {
      Query: { coins: () => rows, piles: () => piles },
      Coin: {
        label: ({ metal }) => {
          calls += 1;
          return `of ${metal}`;
        },
        bent: ({ metal }, { by }) => `${metal} ${by}`,
        owner: (_, _arguments, { viewer }) => viewer,
      },
    },
  });
  beforeEach(() => {
    calls = 0;
  });

  const askTwice = async (text: string, sharedTypes: Readonly<Record<string, IsShared>> = { Coin: () => true }) => {
    const ask = compiled(schema, text, new Map(Object.entries(sharedTypes)))!;
    return [await ask({ viewer: "a" }, { by: 2 }), await ask({ viewer: "b" }, { by: 3 })].map((said) =>
      JSON.parse(said),
    );
  };
  const coins = (of: (metal: string) => object) => ({ coins: [of("gold"), of("iron")] });

  it("is a shared row of which nothing but itself is asked", async () => {
    const said = coins((metal) => ({ metal, label: `of ${metal}` }));
    expect(await askTwice("{ coins { metal label } }")).toEqual([said, said]);
    expect(calls).toBe(rows.length);
  });

  it("is no row of another type", async () => {
    await askTwice("{ coins { metal label } }", { Query: () => true });
    expect(calls).toBe(rows.length * 2);
  });

  it("is no row of a shared type that is not shared itself", async () => {
    await askTwice("{ coins { label } }", { Coin: ({ metal }: { metal: string }) => metal === "iron" });
    expect(calls).toBe(3);
  });

  it("is a shared row with the row that it holds", async () => {
    const said = { piles: [0, 1].map((count) => ({ coin: { label: `of ${rows[count]!.metal}` }, count })) };
    expect(await askTwice("{ piles { coin { label } count } }", { Pile: () => true })).toEqual([said, said]);
    expect(calls).toBe(rows.length);
  });

  it("is no row that holds one of which a field looks at who asks", async () => {
    const said = (owner: string) => ({ piles: [0, 1].map((count) => ({ coin: { owner }, count })) });
    const text = "{ piles { coin { owner } count } }";
    expect(await askTwice(text, { Pile: () => true, Coin: () => true })).toEqual([said("a"), said("b")]);
  });

  it("is no row of which a field takes arguments", async () => {
    expect(await askTwice("query ($by: Int) { coins { label bent(by: $by) } }")).toEqual(
      [2, 3].map((by) => coins((metal) => ({ label: `of ${metal}`, bent: `${metal} ${by}` }))),
    );
    expect(calls).toBe(rows.length * 2);
  });

  it("is no row of which a field looks at who asks", async () => {
    expect(await askTwice("{ coins { label owner } }")).toEqual(
      ["a", "b"].map((owner) => coins((metal) => ({ label: `of ${metal}`, owner }))),
    );
    expect(calls).toBe(rows.length * 2);
  });
});

describe("what is left to graphql-js", () => {
  const schema = createSchema({
    typeDefs: `
      type Query { place: String plain: String told: Told counted(by: Int): String }
      type Told { name: String }
    `,
    resolvers: {
      Query: { place: (_, _arguments, _context, { path }) => path.key, plain: () => "plain" },
      Told: { __isTypeOf: () => true },
    },
  });

  it.each([
    { of: "a resolver that asks where it stands", text: "{ plain place }" },
    { of: "the schema", text: "{ plain __schema { description } }" },
    { of: "a type of the schema", text: '{ plain __type(name: "Query") { name } }' },
    { of: "a type that judges its values", text: "{ plain told { name } }" },
    { of: "any of these behind a condition", text: "query ($is: Boolean!) { plain place @include(if: $is) }" },
  ])("is $of", ({ text }) => {
    expect(validate(schema, parse(text))).toEqual([]);
    expect(compiled(schema, text)).toBeNull();
  });

  it("is what is wrong with a document of an earlier schema", () => {
    const text = '{ plain counted(by: "three") }';
    expect(validate(schema, parse(text))).not.toEqual([]);
    expect(compiled(schema, text)).toBeNull();
  });

  it("is nothing else of the same schema", async () => {
    expect(await compiled(schema, "{ plain }")!({}, {})).toBe('{"plain":"plain"}');
  });
});

describe("conditions by variables", () => {
  const schema = createSchema({
    typeDefs: "type Query { left: String right: String always: String }",
    resolvers: { Query: { left: () => "l", right: () => "r", always: () => "a" } },
  });

  it("give each request its own fields", async () => {
    const text = `query ($a: Boolean!, $b: Boolean! = true) {
      left @include(if: $a)
      right @skip(if: $b)
      always
    }`;
    const ask = compiled(schema, text)!;
    const said = async (variables: object) => Object.keys(JSON.parse(await ask({}, variables))).join(" ");
    for (let round = 0; round < 2; round += 1) {
      expect(await said({ a: true })).toBe("left always");
      expect(await said({ a: false })).toBe("always");
      expect(await said({ a: true, b: false })).toBe("left right always");
      expect(await said({ a: false, b: false })).toBe("right always");
    }
  });
});

/** Null where it does not compile. The context is what the resolvers of the test take for one. */
function compiled(schema: GraphQLSchema, text: string, sharedTypes: ReadonlyMap<string, IsShared> = new Map()) {
  const document = parse(text, { noLocation: true });
  const operation = getOperationAST(document)!;
  const query = compileQuery({ schema, document, operation, sharedTypes });
  if (query === null) return null;
  return (context: object, given: Readonly<Record<string, unknown>> | object) => {
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...given });
    return query(context as Context, coerced!);
  };
}
