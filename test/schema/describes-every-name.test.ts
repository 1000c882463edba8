// The schema is the manual of whoever writes an app: every type, field, argument, input field, enum value
// and directive says what it is.

import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
} from "graphql";
import { expect, it } from "vitest";
import { schema } from "../kit/schema.ts";

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
}

/** Everything with a name of its own, by coordinate. */
function* namesOfSchema(): Generator<[coordinate: string, described: Described]> {
  for (const directive of schema.getDirectives()) {
    if (isSpecifiedDirective(directive)) continue;
    yield [`@${directive.name}`, directive];
    for (const argument of directive.args) yield [`@${directive.name}(${argument.name})`, argument];
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith("__") || isSpecifiedScalarType(type)) continue;
    yield [type.name, type];
    if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field];
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, field];
      for (const argument of field.args) yield [`${type.name}.${field.name}(${argument.name})`, argument];
    }
  }
}

it("has a description for each", () => {
  const names = [...namesOfSchema()];
  expect(
    names.filter(([, { description }]) => (description ?? "").trim().length < 3).map(([coordinate]) => coordinate),
  ).toEqual([]);
  expect(names.length).toBeGreaterThan(150);
});

it("says of every private field of a player that it is private", () => {
  const fields = [...namesOfSchema()].filter(([coordinate]) => /^Player\.\w+$/.test(coordinate));
  const silent = fields
    .filter(([, { description }]) => !description!.startsWith("Private. "))
    .map(([coordinate]) => coordinate);
  expect(silent).toEqual(["Player.id", "Player.displayName", "Player.runStats"]);
});
