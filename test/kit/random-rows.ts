// A small schema with everything that answers are made of, and rows behind it that follow from a seed alone: where a
// row stands decides what its fields are, whether they come at once or later, and what goes wrong with them. So two
// executors of one query meet the same.

import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import {
  GraphQLScalarType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  type GraphQLOutputType,
} from "graphql";
import { createSchema } from "graphql-yoga";

/** What a request asks in; it is the context as well. */
export interface World {
  readonly seed: number;
  /** How many of all values and answers are wrong, from 0 to 1. */
  readonly troubleShare: number;
  /** Promises that have not been settled. */
  pending: number;
  /** The same values and troubles without promises: graphql-js leaves some behind where an item of a list is wrong. */
  isAtOnce: boolean;
  /** Rows that several parents share. */
  readonly coins: Map<number, Row>;
}

interface Row {
  readonly world: World;
  readonly kind: string;
  readonly place: string;
  readonly [property: string]: unknown;
}

export function createWorld(seed: number, troubleShare: number): World {
  return { seed, troubleShare, pending: 0, isAtOnce: false, coins: new Map() };
}

/** Waits until nothing is under way, and Node.js has said what it has to say about rejections. */
export async function quiet(world: World): Promise<void> {
  do await turnOfTheLoop();
  while (world.pending > 0);
}

/** Rows of Coin are shared, some of Pile as well, and what they show is theirs alone. */
export const randomSharedTypes: ReadonlyMap<string, (row: never) => boolean> = new Map([
  ["Coin", () => true],
  ["Pile", ({ place }: Row) => place.length % 2 === 0],
]);

const typeDefs = /* GraphQL */ `
  enum Colour {
    RED
    GREEN
    BLUE
  }
  scalar Odd
  input Shape {
    at: Int! = 3
    tags: [String] = ["t", null]
    colour: Colour
  }
  interface Named {
    name: String
    tint: Colour!
    next: Named
  }
  interface Boxed implements Named {
    name: String
    tint: Colour!
    next: Named
    boxes: [[Int!]]
  }
  union Either = Branch | Leaf
  type Branch implements Named & Boxed {
    name: String
    tint: Colour!
    next: Named
    boxes: [[Int!]]
    twigs(first: Int = 2, tints: [Colour!] = [RED]): [Named!]!
    either: Either
    eithers: [[Either]!]
    leaf: Leaf!
    coin: Coin
    piles: [Pile]!
    echo(text: String = "a\\"b", shape: Shape): Odd
  }
  type Leaf implements Named {
    name: String
    tint: Colour!
    next: Leaf
    id: ID!
    odd: Odd
    ratio: Float
    isGreen: Boolean!
    coins: [Coin!]
  }
  type Coin {
    label: String!
    worth: Int
    stamp: Odd
  }
  type Pile {
    coin: Coin!
    spare: Coin
    count: Int!
  }
  type Query {
    branch: Branch
    named: Named!
    boxed: [Boxed]
    coins: [Coin]!
    texts: [String]
    echo(text: String = "a\\"b", shape: Shape): Odd
  }
`;

/** Fields that are properties of their rows. */
const properties: Readonly<Record<string, readonly string[]>> = {
  Branch: ["tint"],
  Leaf: ["id", "odd", "ratio"],
  Coin: ["label", "worth"],
  Pile: ["coin", "spare", "count"],
};

const Odd = new GraphQLScalarType({ name: "Odd", serialize: (value) => (value === "nothing" ? undefined : value) });

const byKind = { __resolveType: ({ kind }: Row) => kind };

export const randomSchema = createSchema({
  typeDefs,
  resolvers: {
    Odd,
    Colour: { RED: 1, GREEN: "grün", BLUE: 3 },
    Named: byKind,
    Boxed: byKind,
    Either: byKind,
    Query: fields("branch", "named", "boxed", "coins", "texts", "echo"),
    Branch: fields("name", "next", "boxes", "twigs", "either", "eithers", "leaf", "coin", "piles", "echo"),
    Leaf: fields("name", "tint", "next", "isGreen", "coins"),
    Coin: { stamp: (row: Row) => answered(row.world, "Coin", "stamp", row.place) },
  },
});

type Resolve = (row: Row | undefined, given: object, world: World) => unknown;

function fields(...names: readonly string[]): Record<string, Resolve> {
  const resolve =
    (name: string): Resolve =>
    (row, given, world) => {
      const place = `${row?.place ?? ""}.${name}${JSON.stringify(given)}`;
      if (isTrouble(world, `${place} throws`)) throw new Error(place);
      if (name === "echo") return delivered(world, place, () => given);
      return answered(world, row?.kind ?? "Query", name, place);
    };
  return Object.fromEntries(names.map((name) => [name, resolve(name)]));
}

function answered(world: World, typeName: string, fieldName: string, place: string): unknown {
  return delivered(world, place, () => valueOf(world, typeOf(typeName, fieldName), place));
}

function typeOf(typeName: string, fieldName: string): GraphQLOutputType {
  const type = randomSchema.getType(typeName);
  if (!isCompositeType(type) || !("getFields" in type)) throw new Error(`${typeName} has no fields`);
  return type.getFields()[fieldName]!.type;
}

/** At once, or by a promise that is settled now, soon or later. */
function delivered(world: World, place: string, make: () => unknown): unknown {
  const way = drawn(world, `${place} way`, 6);
  if (way < 3) return make();
  const failure = isTrouble(world, `${place} rejects`) ? new Error(place) : null;
  return world.isAtOnce ? (failure ?? make()) : later(world, way - 3, failure, make);
}

async function later(world: World, turns: number, failure: Error | null, make: () => unknown): Promise<unknown> {
  world.pending += 1;
  try {
    if (turns === 1) await Promise.resolve();
    if (turns === 2) await turnOfTheLoop();
    if (failure !== null) throw failure;
    return make();
  } finally {
    world.pending -= 1;
  }
}

function valueOf(world: World, type: GraphQLOutputType, place: string): unknown {
  const isNull = isNonNullType(type) ? isTrouble(world, `${place} null`) : drawn(world, `${place} null`, 8) === 0;
  if (isNull) return drawn(world, `${place} which`, 2) === 0 ? null : undefined;
  const present = isNonNullType(type) ? type.ofType : type;
  if (isTrouble(world, `${place} value`)) return new Error(place);
  if (isListType(present)) {
    return Array.from({ length: drawn(world, `${place} length`, 4) }, (_, index) => {
      const itemPlace = `${place}[${index}]`;
      return delivered(world, itemPlace, () => valueOf(world, present.ofType, itemPlace));
    });
  }
  if (!isCompositeType(present)) return leafOf(world, present.name, place);
  const kinds = isAbstractType(present) ? randomSchema.getPossibleTypes(present).map(({ name }) => name) : [];
  const kind = kinds[drawn(world, `${place} kind`, kinds.length)] ?? present.name;
  return kind === "Coin" ? coinOf(world, place) : rowOf(world, kind, place);
}

function coinOf(world: World, place: string): Row {
  const which = drawn(world, `${place} coin`, 3);
  const row = world.coins.get(which) ?? rowOf(world, "Coin", `coin ${which}`);
  world.coins.set(which, row);
  return row;
}

function rowOf(world: World, kind: string, place: string): Row {
  const own = (properties[kind] ?? []).map((name) => [name, valueOf(world, typeOf(kind, name), `${place}.${name}`)]);
  return { ...Object.fromEntries(own), world, kind, place };
}

const snippets = ['"', "\\", "\n", "\u0000", "\u001F", "\u007F", "\u2028", "\uD800", "\uDC00", "😀", "é", "ab c", "/"];

/** Values of each type, and those that it refuses. */
const leaves: Readonly<Record<string, { readonly right: readonly unknown[]; readonly wrong: readonly unknown[] }>> = {
  Colour: { right: [1, "grün", 3], wrong: ["RED", 9] },
  Int: { right: [0, -0, -1, 2_147_483_647, true, "7"], wrong: [2 ** 31, 1.5, "x", {}] },
  Float: { right: [0.1, -0, 1e21, 1e-7, 5e-324, "1.5", false], wrong: [Number.NaN, "x", Infinity] },
  Boolean: { right: [true, false, 0, 1], wrong: ["true", Number.NaN] },
  ID: { right: ['a"b', "", 7, "\u2028"], wrong: [1.5, true] },
  Odd: {
    right: [{ a: [1, "x\u2028"], b: undefined }, [], -0, Number.NaN, -Infinity, 1.5, "\uD800", false, new Date(0)],
    wrong: ["nothing"],
  },
};

function leafOf(world: World, typeName: string, place: string): unknown {
  if (typeName === "String") {
    const length = drawn(world, `${place} long`, 4);
    const texts = Array.from({ length }, (_, index) => snippets[drawn(world, `${place} ${index}`, snippets.length)]);
    return texts.join("");
  }
  const { right, wrong } = leaves[typeName]!;
  const choice = isTrouble(world, `${place} leaf`) ? wrong : right;
  return choice[drawn(world, `${place} choice`, choice.length)];
}

function isTrouble(world: World, what: string): boolean {
  return drawn(world, what, 10_000) < world.troubleShare * 10_000;
}

/** From 0 to `count` - 1, always the same for the same seed and text (FNV-1a, with a finish that spreads it). */
function drawn({ seed }: World, what: string, count: number): number {
  let hash = 2_166_136_261 ^ seed;
  for (let at = 0; at < what.length; at += 1) hash = Math.imul(hash ^ what.charCodeAt(at), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
  return ((hash ^ (hash >>> 16)) >>> 0) % Math.max(count, 1);
}
