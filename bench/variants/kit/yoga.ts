// Yoga as both Yoga variants run it: documents parsed and validated once (Yoga's own default), and
// everything off that an API for an app does not need.

import { createServer, type IncomingMessage } from "node:http";
import { GraphQLError } from "graphql";
import { createSchema, createYoga } from "graphql-yoga";
import type { Viewer } from "../../../src/context.ts";
import { typeDefs } from "../../../src/schema/generated/type-defs.ts";
import { createAuthenticate } from "./authenticate.ts";
import { untilStopped } from "./lifecycle.ts";
import type { VariantSettings } from "./settings.ts";

export interface YogaVariant<Context extends object> {
  readonly settings: VariantSettings;
  /** By type and field, for the three operations that the bench asks. */
  readonly resolvers: Resolvers;
  /** What resolvers get for one request. */
  readonly contextOf: (viewer: Viewer | null) => Context;
  readonly plugins?: Parameters<typeof createYoga>[0]["plugins"];
  readonly stop: () => Promise<unknown>;
}

type Resolvers = NonNullable<Parameters<typeof createSchema>[0]["resolvers"]>;

/** Listens as the settings say, until stopped. */
export function serveYoga<Context extends object>({
  settings,
  resolvers,
  contextOf,
  plugins = [],
  stop,
}: YogaVariant<Context>): void {
  const authenticate = createAuthenticate(settings);
  const yoga = createYoga<{ req: IncomingMessage }, Context>({
    schema: createSchema({ typeDefs, resolvers }),
    context: ({ req }) => {
      const authentication = authenticate(req.headers.authorization);
      if (authentication.refused) throw refusal();
      return contextOf(authentication.viewer);
    },
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    logging: false,
    plugins: plugins as never,
  });
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => void yoga(request, response));
  server.listen(settings.port, settings.host);
  untilStopped(async () => {
    server.close();
    server.closeAllConnections();
    await stop();
  });
}

function refusal(): GraphQLError {
  return new GraphQLError("The token is not valid.", {
    extensions: { code: "UNAUTHENTICATED", http: { status: 401, headers: { "WWW-Authenticate": "Bearer" } } },
  });
}
