// GraphQL over HTTP: the schema with its resolvers, and the plugins in the order in which a request
// meets them. That list is the table of contents of what happens to a request.

import { createSchema, createYoga } from "graphql-yoga";
import type { Config } from "./config.ts";
import type { Context, Services } from "./context.ts";
import { graphiqlFactory, renderGraphiQL } from "./edge/graphiql.ts";
import { useAuthentication, type RequestFacts } from "./edge/use-authentication.ts";
import { useCoercion } from "./edge/use-coercion.ts";
import { maskError, useMasking } from "./edge/use-masking.ts";
import { useRequestMetrics } from "./edge/use-request-metrics.ts";
import { createMemo } from "./loaders/memo.ts";
import { registeredOperationNames } from "./operations/registry.ts";
import { resolvers } from "./resolvers/index.ts";
import type { Logger } from "./runtime/logger.ts";
import type { Metrics } from "./runtime/metrics.ts";
import { typeDefs } from "./schema/generated/type-defs.ts";

export interface YogaOptions {
  readonly config: Config;
  readonly services: Services;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export function createYogaServer({ config, services, metrics, logger }: YogaOptions) {
  return createYoga<RequestFacts, Context>({
    schema: createSchema<RequestFacts & Context>({ typeDefs, resolvers }),
    context: ({ viewer = null }): Context => ({ ...services, viewer, memo: createMemo() }),
    graphqlEndpoint: "/graphql",
    graphiql: graphiqlFactory(config),
    renderGraphiQL,
    landingPage: false,
    // No browser on another origin may read answers; an app's own backend sets what it needs in front.
    cors: false,
    multipart: false,
    batching: false,
    maskedErrors: { maskError },
    logging: yogaLogger(logger),
    plugins: [
      useRequestMetrics(metrics, registeredOperationNames),
      useAuthentication({
        keys: config.tokenKeys,
        issuer: config.tokenIssuer,
        audience: config.tokenAudience,
        clock: services.clock,
      }),
      useCoercion(),
      useMasking(logger),
    ],
  });
}

/** Yoga's logger hands over anything; only errors and warnings are worth a line. */
function yogaLogger(logger: Logger) {
  const silent = () => undefined;
  return {
    debug: silent,
    info: silent,
    warn: (...parts: unknown[]) => logger.warn({ parts: parts.map(String) }, "yoga"),
    error: (...parts: unknown[]) => logger.error({ err: parts.find((part) => part instanceof Error) }, "yoga"),
  };
}
