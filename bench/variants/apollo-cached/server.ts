// Apollo Server with its response cache: in memory, by token, thirty seconds, over the textbook's resolvers.

import { ApolloServer } from "@apollo/server";
import responseCachePlugin from "@apollo/server-plugin-response-cache";
import { ApolloServerPluginCacheControl } from "@apollo/server/plugin/cacheControl";
import { startStandaloneServer } from "@apollo/server/standalone";
import { GraphQLError } from "graphql";
import { createCursors } from "../../../src/runtime/cursors.ts";
import { typeDefs } from "../../../src/schema/generated/type-defs.ts";
import { createAuthenticate } from "../kit/authenticate.ts";
import { untilStopped } from "../kit/lifecycle.ts";
import { createPrisma } from "../kit/prisma.ts";
import { readSettings } from "../kit/settings.ts";
import { createLoaders } from "../textbook/loaders.ts";
import { createResolvers, type Context } from "../textbook/resolvers.ts";

const TTL_SECONDS = 30;
const settings = readSettings();
const prisma = createPrisma(settings);
const authenticate = createAuthenticate(settings);

await prisma.$connect();
const server = new ApolloServer<Context>({
  typeDefs,
  resolvers: createResolvers(prisma, createCursors(settings.cursorKeys)) as never,
  introspection: false,
  plugins: [
    ApolloServerPluginCacheControl({ defaultMaxAge: TTL_SECONDS, calculateHttpHeaders: false }),
    responseCachePlugin<Context>({
      extraCacheKeyData: async ({ request }) => request.http?.headers.get("authorization"),
    }),
  ],
});
await startStandaloneServer(server, {
  listen: { host: settings.host, port: settings.port },
  context: async ({ req }) => {
    const authentication = authenticate(req.headers.authorization);
    if (authentication.refused) throw new GraphQLError("The token is not valid.");
    return { viewer: authentication.viewer, loaders: createLoaders(prisma) };
  },
});
untilStopped(async () => {
  await server.stop();
  await prisma.$disconnect();
});
