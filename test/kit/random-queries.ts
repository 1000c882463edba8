// Valid documents of every shape against the schema of random-rows.ts. A wish says in numbers what a selection should
// be, and becomes what is possible where it stands, so that fast-check can shorten it and it stays valid.

import fc from "fast-check";
import { doTypesOverlap, isCompositeType, getNamedType, type GraphQLCompositeType } from "graphql";
import { randomSchema } from "./random-rows.ts";

/** A document of one query. */
export interface RandomQuery {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Wish {
  readonly form: "field" | "named" | "inline" | "bare" | "again";
  readonly pick: number;
  readonly way: number;
  readonly condition: string;
  readonly inner: readonly Wish[];
}

const DEPTH_MAX = 5;

const conditions = [
  "",
  "",
  "",
  "",
  "@include(if: $isA)",
  "@skip(if: $isB)",
  "@include(if: $isB)",
  "@skip(if: $isC)",
  "@include(if: true)",
  "@include(if: false)",
  "@skip(if: true)",
  "@skip(if: false)",
  "@skip(if: $isC) @include(if: $isA)",
  "@skip(if: false) @include(if: $isB)",
];

const wishesOf = fc.memo((depth): fc.Arbitrary<readonly Wish[]> => {
  const inner = depth <= 1 ? fc.constant([]) : wishesOf(depth - 1);
  const form = fc.constantFrom<Wish["form"][]>("field", "field", "field", "field", "named", "inline", "bare", "again");
  const wish = fc.record({
    form,
    pick: fc.nat({ max: 99 }),
    way: fc.nat({ max: 99 }),
    condition: fc.constantFrom(...conditions),
    inner,
  });
  return fc.array(wish, { maxLength: 5 });
});

/** How each argument may be given; the place in the list is part of the key, so that equal keys mean equal fields. */
const argumentForms: Readonly<Record<string, readonly string[]>> = {
  twigs: [
    "",
    "(first: 1)",
    "(first: null)",
    "(first: $first)",
    "(first: $first, tints: $tints)",
    "(tints: [BLUE, $tint])",
  ],
  echo: [
    "",
    '(text: "\\u2028 \\"")',
    "(text: $text)",
    "(text: null, shape: $shape)",
    "(shape: { colour: $tint, tags: [$text] })",
    '(text: """a "b" \\n""", shape: { at: 7 })',
    "(shape: {})",
  ],
};

/** Keys that mean something to JavaScript. */
const oddKeys: Readonly<Record<string, string>> = {
  name: "__proto__",
  tint: "constructor",
  texts: "toString",
  id: "then",
};

const variableTypes: Readonly<Record<string, string>> = {
  isA: "Boolean!",
  isB: "Boolean! = true",
  isC: "Boolean! = false",
  first: "Int",
  tints: "[Colour!] = [GREEN]",
  tint: "Colour!",
  text: 'String = "by default"',
  shape: "Shape",
};

const colour = fc.constantFrom("RED", "GREEN", "BLUE");
const values = fc.record(
  {
    isA: fc.boolean(),
    isB: fc.boolean(),
    isC: fc.boolean(),
    first: fc.option(fc.integer({ min: -5, max: 5 })),
    tints: fc.option(fc.array(colour, { maxLength: 3 })),
    tint: colour,
    text: fc.option(fc.string({ unit: "binary" })),
    shape: fc.option(fc.record({ at: fc.nat(99), colour }, { requiredKeys: [] })),
  },
  { requiredKeys: ["isA", "tint"] },
);

export const randomQueries: fc.Arbitrary<RandomQuery> = fc
  .tuple(wishesOf(DEPTH_MAX), values)
  .map(([wishes, variables]) => queryOf(wishes, variables));

function queryOf(wishes: readonly Wish[], variables: RandomQuery["variables"]): RandomQuery {
  const fragments: Fragment[] = [];
  const selections = selectionsOf(randomSchema.getQueryType()!, wishes, fragments);
  const definitions = fragments.map(({ name, type, text }) => `fragment ${name} on ${type.name} ${text}`);
  const written = [selections, ...definitions].join("\n");
  const used = Object.keys(variableTypes).filter((name) => new RegExp(`\\$${name}\\b`).test(written));
  const declared = used.map((name) => `$${name}: ${variableTypes[name]}`).join(", ");
  const text = `query Random${declared === "" ? "" : `(${declared})`} ${written}`;
  return { text, variables };
}

interface Fragment {
  readonly name: string;
  readonly type: GraphQLCompositeType;
  readonly text: string;
}

function selectionsOf(type: GraphQLCompositeType, wishes: readonly Wish[], fragments: Fragment[]): string {
  const selections = wishes.map((wish) => selectionOf(type, wish, fragments));
  return `{ ${selections.length === 0 ? "__typename" : selections.join(" ")} }`;
}

function selectionOf(type: GraphQLCompositeType, wish: Wish, fragments: Fragment[]): string {
  const { form, pick, condition, inner } = wish;
  if (form === "field") return fieldOf(type, wish, fragments);
  if (form === "bare") return `... ${condition} ${selectionsOf(type, inner, fragments)}`;
  if (form === "again") {
    // Only finished ones are there, so that none holds itself.
    const fitting = fragments.filter((fragment) => doTypesOverlap(randomSchema, type, fragment.type));
    return fitting.length === 0 ? "__typename" : `...${fitting[pick % fitting.length]!.name} ${condition}`;
  }
  const meant = compositeTypes.filter((other) => doTypesOverlap(randomSchema, type, other));
  const meantType = meant[pick % meant.length]!;
  const text = selectionsOf(meantType, inner, fragments);
  if (form === "inline") return `... on ${meantType.name} ${condition} ${text}`;
  const name = `Fragment${fragments.length}`;
  fragments.push({ name, type: meantType, text });
  return `...${name} ${condition}`;
}

const compositeTypes = Object.values(randomSchema.getTypeMap()).filter(
  (type): type is GraphQLCompositeType => isCompositeType(type) && !type.name.startsWith("__"),
);

function fieldOf(type: GraphQLCompositeType, { pick, way, condition, inner }: Wish, fragments: Fragment[]): string {
  const offered = "getFields" in type ? Object.values(type.getFields()) : [];
  const field = offered[pick % (offered.length + 1)];
  if (field === undefined) return `${way % 2 === 0 ? "" : "kind: "}__typename ${condition}`;
  const given = argumentForms[field.name] ?? [""];
  const place = way % given.length;
  const keys =
    place === 0 ? ["", `${field.name}_0: `, `${oddKeys[field.name] ?? field.name}: `] : [`${field.name}_${place}: `];
  const fieldType = getNamedType(field.type);
  const selections = isCompositeType(fieldType) ? selectionsOf(fieldType, inner, fragments) : "";
  return `${keys[way % keys.length]}${field.name}${given[place]} ${condition} ${selections}`;
}
