// Rows that many answers share are written once for all who ask (edge/compiled-query.ts). Which of their fields that
// holds for is read off their resolvers: here they stand by name, so that none joins them unseen.

import { getNullableType, isLeafType, isObjectType, type GraphQLObjectType } from "graphql";
import { expect, it } from "vitest";
import { createGraphqlSchema } from "../../src/graphql-schema.ts";
import { sharedTypes } from "../../src/resolvers/index.ts";

it("writes these fields of these types once, and no others", () => {
  const schema = createGraphqlSchema();
  const found = [...sharedTypes.keys()].map((name) => {
    const fields = Object.values((schema.getType(name) as GraphQLObjectType).getFields());
    const ofRowAlone = fields.filter(({ type, resolve }) => {
      const present = getNullableType(type);
      // Of what hangs below the row, as much is written with it as says nothing of who asks either.
      return isLeafType(present) ? (resolve?.length ?? 0) <= 1 : isObjectType(present) && resolve === undefined;
    });
    return [name, ofRowAlone.map((field) => field.name)];
  });
  expect(Object.fromEntries(found)).toEqual({
    Item: ["id", "externalId", "kind", "displayName"],
    Location: ["id", "name", "point"],
    PlayerItem: ["item", "quantity"],
  });
});
