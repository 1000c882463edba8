// The executable schema: SDL and resolvers, for both lanes.

import type { GraphQLSchema } from "graphql";
import { createSchema } from "graphql-yoga";
import type { Context } from "./context.ts";
import { resolvers } from "./resolvers/index.ts";
import { typeDefs } from "./schema/generated/type-defs.ts";

export function createGraphqlSchema(): GraphQLSchema {
  return createSchema<Context>({ typeDefs, resolvers });
}
