// The Yoga lane: whatever is not a registered query that goes well. The front has authenticated the
// request and parsed its parameters; the plugins stand in the order in which the request meets them.

import type { GraphQLSchema } from "graphql";
import { createYoga } from "graphql-yoga";
import type { Config } from "./config.ts";
import { createContext, type Context, type Services } from "./context.ts";
import type { AutomaticDocumentStore } from "./cache/automatic-document.ts";
import type { Admission } from "./edge/admission.ts";
import { graphiqlFactory, renderGraphiQL } from "./edge/graphiql.ts";
import type { RequestFacts } from "./edge/request-facts.ts";
import { useAdmission } from "./edge/use-admission.ts";
import { useAutomaticDocuments } from "./edge/use-automatic-documents.ts";
import { useCancellation } from "./edge/use-cancellation.ts";
import { useCoercion } from "./edge/use-coercion.ts";
import { useDocumentLimits } from "./edge/use-document-limits.ts";
import { useIdempotency } from "./edge/use-idempotency.ts";
import { maskError, useMasking } from "./edge/use-masking.ts";
import { useRequestMetrics } from "./edge/use-request-metrics.ts";
import { createMemo } from "./loaders/memo.ts";
import { registeredOperationNames } from "./operations/registry.ts";
import { BoundedMap } from "./runtime/bounded-map.ts";
import { limits } from "./runtime/limits.ts";
import type { Logger } from "./runtime/logger.ts";
import type { Metrics } from "./runtime/metrics.ts";

export interface YogaOptions {
  readonly schema: GraphQLSchema;
  readonly config: Config;
  readonly services: Services;
  readonly automaticDocuments: AutomaticDocumentStore;
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export function createYogaLane(options: YogaOptions) {
  const { schema, config, services, automaticDocuments, admission, metrics, logger } = options;
  const development = config.environment === "development";
  return createYoga<RequestFacts, Context>({
    schema,
    context: ({ viewer = null, cancellation, idempotencyKey = null }): Context =>
      createContext(services, {
        viewer,
        memo: createMemo(cancellation),
        idempotencyKey,
        cancellation,
      }),
    graphqlEndpoint: "/graphql",
    graphiql: graphiqlFactory(config),
    renderGraphiQL,
    landingPage: false,
    // No browser on another origin may read answers; an app's own backend sets what it needs in front.
    cors: false,
    multipart: false,
    batching: false,
    parserAndValidationCache: {
      documentCache: new BoundedMap(documentsRemembered),
      errorCache: new BoundedMap(documentsRemembered),
    },
    // The front has read the body within its bound.
    maxRequestBodySize: false,
    maskedErrors: { maskError },
    logging: yogaLogger(logger),
    plugins: [
      useRequestMetrics(metrics, registeredOperationNames),
      useCoercion({ development }),
      useDocumentLimits({ development }),
      useIdempotency(),
      useAutomaticDocuments(automaticDocuments),
      useCancellation(),
      useAdmission(admission),
      useMasking(logger),
    ],
  });
}

/** Both are kept by the document's text. */
const documentsRemembered = {
  weightMax: limits.documentsRememberedCharactersMax,
  weightOf: (text: string) => text.length,
};

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
