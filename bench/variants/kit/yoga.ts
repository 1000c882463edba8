// Yoga as both Yoga variants run it: documents parsed and validated once (Yoga's own default), and
// everything off that an API for an app does not need.

import { createServer } from "node:http";
import { GraphQLError } from "graphql";
import { createSchema, createYoga } from "graphql-yoga";
import type { IncomingMessage } from "node:http";
import type { Viewer } from "../../../src/context.ts";
import { authenticate } from "../../../src/edge/authenticate.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { typeDefs } from "../../../src/schema/generated/type-defs.ts";
import { untilStopped } from "./lifecycle.ts";
import type { VariantSettings } from "./settings.ts";

export interface YogaVariant<Context extends object> {
  readonly settings: VariantSettings;
  readonly resolvers: object;
  /** What resolvers get for one request. */
  readonly contextOf: (viewer: Viewer | null) => Context;
  readonly stop: () => Promise<unknown>;
}

/** Scalars as drivers and Prisma hand them over. */
export const plainScalars = {
  BigInt: { serialize: String },
  DateTime: { serialize: (value: Date) => value.toISOString() },
};

/** Listens as the settings say, until stopped. */
export function serveYoga<Context extends object>({ settings, resolvers, contextOf, stop }: YogaVariant<Context>): void {
  const rules = {
    keys: settings.tokenKeys,
    issuer: settings.tokenIssuer,
    audience: settings.tokenAudience,
    clock: systemClock,
  };
  const yoga = createYoga<{ req: IncomingMessage }, Context>({
    schema: createSchema({ typeDefs, resolvers }),
    context: ({ req }) => {
      const authentication = authenticate(req, rules);
      if (authentication.refused) throw refusal();
      return contextOf(authentication.viewer);
    },
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    logging: false,
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
