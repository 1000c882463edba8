// Variables that are scalars are coerced by functions of our own: to the same values as by graphql-js, and to nothing
// where graphql-js has an error. Any other kind is left to it.

import fc from "fast-check";
import { buildSchema, getVariableValues, parse, type OperationDefinitionNode } from "graphql";
import { describe, expect, it } from "vitest";
import { compilePlainVariables } from "../../src/edge/plain-variables.ts";
import { registeredOperations } from "../../src/operations/registry.ts";
import { check } from "../kit/property.ts";
import { schema } from "../kit/schema.ts";

const types = ["ID", "Int", "Float", "String", "Boolean", "BigInt", "DateTime", "UUID"] as const;
const defaults: Readonly<Record<string, readonly string[]>> = {
  ID: ['"a"', "7", "null"],
  Int: ["3", "null"],
  Float: ["1.5", "2", "null"],
  String: ['"text"', "null"],
  Boolean: ["true", "null"],
  BigInt: ['"9223372036854775807"', '"-1"', "null"],
  DateTime: ['"2026-11-21T06:00:00+01:00"', '"never"', "null"],
  UUID: ['"018F4F6E-5F3A-7CC0-9D1E-0123456789AB"', "null"],
};

const definition = fc
  .record({ type: fc.constantFrom(...types), isRequired: fc.boolean(), place: fc.nat(3), isDefaulted: fc.boolean() })
  .map(({ type, isRequired, place, isDefaulted }) => {
    const value = isDefaulted ? defaults[type]![place % defaults[type]!.length] : undefined;
    return `${type}${isRequired ? "!" : ""}${value === undefined || (isRequired && value === "null") ? "" : ` = ${value}`}`;
  });

const value = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    "",
    "7",
    " 7 ",
    "1e3",
    "018f4f6e-5f3a-7cc0-9d1e-0123456789ab",
    "2026-02-30T00:00:00Z",
  ),
  fc.constantFrom("2026-11-21T06:00:00Z", "9223372036854775807", "9223372036854775808", {}, [], [1], { a: 1 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.string(),
);

const names = ["a", "b", "constructor", "toString", "__proto__"] as const;

describe("any scalars", () => {
  it("come out as by graphql-js, or not at all where it has an error", () => {
    const counts = { fits: 0, errors: 0 };
    const property = fc.property(
      fc.uniqueArray(fc.record({ name: fc.constantFrom(...names), definition }), { selector: ({ name }) => name }),
      fc.dictionary(fc.constantFrom(...names), value),
      (definitions, given) => {
        const { variableDefinitions = [] } = operationOf(
          `query (${definitions.map(({ name, definition: of }) => `$${name}: ${of}`).join(", ")}) { items(first: 1) { nodes { id } } }`.replace(
            "query ()",
            "query",
          ),
        );
        const { coerced } = getVariableValues(schema, variableDefinitions, given);
        const ours = compilePlainVariables(schema, variableDefinitions)!(given);
        expect(ours).toEqual(coerced ?? null);
        if (ours !== null) expect(Object.keys(ours)).toEqual(Object.keys(coerced!));
        counts[coerced === undefined ? "errors" : "fits"] += 1;
      },
    );
    check(property, 3_000);
    expect(Math.min(counts.fits, counts.errors)).toBeGreaterThan(100);
  });
});

describe("what is no scalar", () => {
  const other = buildSchema("type Query { a: Int } enum Colour { RED } input Shape { at: Int }");
  it.each(["[Int]", "[ID!]!", "Colour", "Shape!", "Nothing"])("is left to graphql-js: %s", (type) => {
    const { variableDefinitions = [] } = operationOf(`query ($is: Int, $other: ${type}) { a }`);
    expect(compilePlainVariables(other, variableDefinitions)).toBeNull();
  });
});

it("PlayerState is among the operations that it coerces for", () => {
  const { body } = registeredOperations.find(({ name }) => name === "PlayerState")!;
  const coerce = compilePlainVariables(schema, operationOf(body).variableDefinitions ?? [])!;
  expect([coerce({ id: "x" }), coerce({}), coerce({ id: null }), coerce({ id: {} })]).toEqual([
    { id: "x" },
    null,
    null,
    null,
  ]);
});

function operationOf(text: string): OperationDefinitionNode {
  return parse(text).definitions[0] as OperationDefinitionNode;
}
