// The schema that the server serves, for tests that must not forget a field which is added later.

import { buildSchema, getNamedType, isObjectType, type GraphQLField } from "graphql";
import { typeDefs } from "../../src/schema/generated/type-defs.ts";

export const schema = buildSchema(typeDefs);

/** Every field of every object type as "Type.field", introspection's own left out. */
export const objectFields: ReadonlyMap<string, GraphQLField<unknown, unknown>> = new Map(
  Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith("__"))
    .flatMap((type) => Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field])),
);

/** Coordinates of the fields whose named type is one that `matches`, sorted. */
export function coordinatesOfFieldsOf(matches: (typeName: string) => boolean): string[] {
  return [...objectFields]
    .filter(([, { type }]) => matches(getNamedType(type).name))
    .map(([coordinate]) => coordinate)
    .toSorted();
}
