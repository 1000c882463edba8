// Every name, argument, type, nullability and default of the agreed contract is in the schema that the
// server serves. Additions are free as long as no existing document becomes wrong by them.

import { readFileSync } from "node:fs";
import {
  Kind,
  isNonNullType,
  parse,
  print,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
} from "graphql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { typeDefs } from "../../src/schema/generated/type-defs.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { objectFields } from "../kit/schema.ts";

const contract = parse(readFileSync(new URL("contract.graphql", import.meta.url), "utf8"));
const served = parse(typeDefs);

/** A schema as a list of facts, one a line, each of which must hold in the other. */
function factsOf(document: DocumentNode): string[] {
  return document.definitions.flatMap(factsOfDefinition);
}

function factsOfDefinition(definition: DefinitionNode): string[] {
  switch (definition.kind) {
    case Kind.SCALAR_TYPE_DEFINITION:
      return [`scalar ${definition.name.value}`];
    case Kind.ENUM_TYPE_DEFINITION:
      return [
        `enum ${definition.name.value}`,
        ...(definition.values ?? []).map(({ name }) => `${definition.name.value}.${name.value}`),
      ];
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return [
        `${definition.kind} ${definition.name.value}`,
        ...(definition.interfaces ?? []).map(({ name }) => `${definition.name.value} implements ${name.value}`),
        ...(definition.fields ?? []).flatMap((field) => factsOfField(definition.name.value, field)),
      ];
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return [
        `input ${definition.name.value}`,
        ...(definition.fields ?? []).map((field) => `${definition.name.value}.${factOfInput(field)}`),
      ];
    case Kind.DIRECTIVE_DEFINITION:
      return [`directive @${definition.name.value}`];
    default:
      throw new Error(`no facts known of a ${definition.kind}`);
  }
}

function factsOfField(typeName: string, { name, type, arguments: args = [] }: FieldDefinitionNode): string[] {
  const coordinate = `${typeName}.${name.value}`;
  return [`${coordinate}: ${print(type)}`, ...args.map((argument) => `${coordinate}(${factOfInput(argument)})`)];
}

function factOfInput({ name, type, defaultValue }: InputValueDefinitionNode): string {
  return `${name.value}: ${print(type)}${defaultValue === undefined ? "" : ` = ${print(defaultValue)}`}`;
}

it("has every fact of the contract", () => {
  const facts = new Set(factsOf(served));
  const agreed = factsOf(contract);
  expect(agreed.filter((fact) => !facts.has(fact))).toEqual([]);
  // The contract itself must not have been emptied.
  expect(agreed.length).toBeGreaterThan(150);
});

it("asks of no field of the contract an argument that the contract does not know", () => {
  const agreed = new Set(factsOf(contract));
  const demanded = [...objectFields].flatMap(([coordinate, { args }]) =>
    args
      .filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined)
      .map(({ name, type }) => `${coordinate}(${name}: ${String(type)})`),
  );
  const known = (fact: string) => [...agreed].some((other) => other.startsWith(`${fact.split("(")[0]}:`));
  expect(demanded.filter((fact) => known(fact) && !agreed.has(fact))).toEqual([]);
});

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it("is what the server answers to introspection", async () => {
  const { __schema } = await api.read({
    query:
      "{ __schema { types { name fields { name type { ...T } args { name type { ...T } defaultValue } } } } } fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }",
  });
  const facts = new Set<string>();
  for (const { name, fields } of __schema.types as IntrospectedType[]) {
    for (const field of fields ?? []) {
      facts.add(`${name}.${field.name}: ${spelt(field.type)}`);
      for (const { name: argument, type, defaultValue } of field.args) {
        facts.add(
          `${name}.${field.name}(${argument}: ${spelt(type)}${defaultValue === null ? "" : ` = ${defaultValue}`})`,
        );
      }
    }
  }
  const agreed = factsOf(contract).filter(
    (fact) => /^\w+\.\w+(\(\w+)?: /.test(fact) && !fact.startsWith("GeoPointInput."),
  );
  expect(agreed.filter((fact) => !facts.has(fact))).toEqual([]);
});

interface IntrospectedType {
  readonly name: string;
  readonly fields:
    | readonly {
        readonly name: string;
        readonly type: TypeReference;
        readonly args: readonly {
          readonly name: string;
          readonly type: TypeReference;
          readonly defaultValue: string | null;
        }[];
      }[]
    | null;
}

interface TypeReference {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType?: TypeReference | null;
}

function spelt({ kind, name, ofType }: TypeReference): string {
  if (kind === "NON_NULL") return `${spelt(ofType!)}!`;
  return kind === "LIST" ? `[${spelt(ofType!)}]` : name!;
}
