// Rows that many answers share are written once for all who ask (edge/compiled-query.ts). Which of their fields that
// holds for is read off their resolvers: here they stand by name, so that none joins them unseen.

import { getNullableType, isLeafType, isObjectType, type GraphQLObjectType } from "graphql";
import { expect, it } from "vitest";
import { createGraphqlSchema } from "../../src/graphql-schema.ts";
import { sharedTypes } from "../../src/resolvers/index.ts";

/** Of what hangs below the row, as much is written with it as says nothing of who asks either. */
function fieldsOfRowAlone(type: GraphQLObjectType): string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const present = getNullableType(field.type);
    if (isLeafType(present)) return (field.resolve?.length ?? 0) <= 1 ? [field.name] : [];
    if (!isObjectType(present) || field.resolve !== undefined) return [];
    return fieldsOfRowAlone(present).map((below) => `${field.name}.${below}`);
  });
}

it("writes these fields of these types once, and no others", () => {
  const schema = createGraphqlSchema();
  const found = [...sharedTypes.keys()].map((name) => [
    name,
    fieldsOfRowAlone(schema.getType(name) as GraphQLObjectType),
  ]);
  expect(Object.fromEntries(found)).toEqual({
    Item: ["id", "externalId", "kind", "displayName"],
    Location: ["id", "name", "point.lat", "point.lng"],
    PlayerItem: ["item.id", "item.externalId", "item.kind", "item.displayName", "quantity"],
  });
});
