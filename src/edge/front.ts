// What every GraphQL request meets first, in this order: who asks, the media type it wants, the body
// within its bound, which operation is meant. A registered query then takes the fast lane; everything
// else, and every error, takes the Yoga lane. One front for both lanes, so that they speak the same HTTP.

import type { IncomingMessage, ServerResponse } from "node:http";
import { GraphQLError } from "graphql";
import type { Context, Services, Viewer } from "../context.ts";
import { badRequest, badToken, codeOf, internalServerError } from "../errors.ts";
import { createMemo } from "../loaders/memo.ts";
import type { RegisteredOperation } from "../operations/registry.ts";
import { limits } from "../runtime/limits.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Authenticate } from "./authenticate.ts";
import { jsonObjectOf, readBody } from "./body.ts";
import type { FastLane } from "./fast-lane.ts";
import { negotiatedMediaType, type MediaType } from "./media-type.ts";
import type { PersistedOperations } from "./persisted-operations.ts";
import { refuse } from "./refusal.ts";
import { GRAPHQL_PATH, addressOf, assertRequestParams, paramsOfAddress, type RequestParams } from "./request-params.ts";

export interface FrontOptions {
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly persistedOperations: PersistedOperations;
  readonly fastLane: FastLane;
  /** The Yoga lane; finds the parameters of a POST already parsed in `request.body`. */
  readonly yogaLane: (request: IncomingMessage, response: ServerResponse, facts: { viewer: Viewer | null }) => unknown;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Whether a browser that opens the address is shown GraphiQL. */
  readonly pageShown: boolean;
}

/** One request on its way through the front. */
interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly mediaType: MediaType;
  readonly viewer: Viewer | null;
  readonly startedAtMs: number;
}

export type Front = (request: IncomingMessage, response: ServerResponse) => void;

const JSON_TYPE = /^application\/json *(;|$)/i;

export function createFront(options: FrontOptions): Front {
  const { authenticate, metrics } = options;

  const refuseCounted = (response: ServerResponse, error: GraphQLError, mediaType: MediaType) => {
    metrics.requests.inc({ operation: "other", outcome: codeOf(error) });
    refuse(response, error, mediaType);
  };

  return (request, response) => {
    const startedAtMs = performance.now();
    // Both lanes and every refusal: nobody on the way keeps an answer on a guess of its own.
    response.setHeader("Cache-Control", "no-store");
    const authentication = authenticate(authorizationOf(request));
    if (authentication.refused) {
      // Before anything else is looked at, and the same to every byte whatever the request asks for.
      refuseCounted(response, badToken(), "application/graphql-response+json");
      return;
    }
    const { viewer } = authentication;
    // Before the media type: a browser takes anything after its page, which from others means JSON.
    if (options.pageShown && isPageRequest(request)) {
      options.yogaLane(request, response, { viewer });
      return;
    }
    const mediaType = negotiatedMediaType(request.headers.accept);
    if (mediaType === null) {
      refuseCounted(response, badRequest("No acceptable media type.", 406), "application/json");
      return;
    }
    const passage = { request, response, mediaType, viewer, startedAtMs };
    paramsOf(passage, (error, params) => {
      try {
        if (error !== null) throw error;
        route(options, passage, params);
      } catch (thrown) {
        if (thrown instanceof GraphQLError) {
          refuseCounted(response, thrown, mediaType);
          return;
        }
        // A bug of ours must not end the process, and everybody else's requests with it.
        options.logger.error({ err: thrown }, "failed");
        refuseCounted(response, internalServerError(), mediaType);
      }
    });
  };
}

/**
 * Node keeps the first of several Authorization headers in silence; a proxy in front may have judged
 * another. More than one is never right, so they are joined into something that is no token.
 */
function authorizationOf({ headers, rawHeaders }: IncomingMessage): string | undefined {
  if (headers.authorization === undefined) return undefined;
  let count = 0;
  for (let place = 0; place < rawHeaders.length; place += 2) {
    if (rawHeaders[place]!.length === 13 && rawHeaders[place]!.toLowerCase() === "authorization") count += 1;
  }
  return count === 1 ? headers.authorization : "several";
}

/** A browser that opens the address. */
function isPageRequest({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && (headers.accept ?? "").includes("text/html");
}

function paramsOf(
  { request, viewer }: Passage,
  done: (error: GraphQLError | null, params: RequestParams) => void,
): void {
  const refusal = refusalOfMethod(request) ?? refusalOfContent(request);
  if (refusal !== null) {
    done(refusal, {});
    return;
  }
  if (request.method === "GET") {
    parsed(() => paramsOfAddress(request.url ?? GRAPHQL_PATH), done);
    return;
  }
  const isService = viewer !== null && viewer.role !== "player";
  readBody(request, isService ? limits.serviceBodyBytesMax : limits.bodyBytesMax, (tooLarge, body) => {
    if (tooLarge !== null) done(tooLarge as GraphQLError, {});
    else parsed(() => jsonObjectOf(body), done);
  });
}

function parsed(parse: () => RequestParams, done: (error: GraphQLError | null, params: RequestParams) => void): void {
  let params: RequestParams;
  try {
    params = parse();
  } catch (error) {
    done(error as GraphQLError, {});
    return;
  }
  done(null, params);
}

/** The address of one operation is read and never written to: a POST says in its body what it means. */
function refusalOfMethod({ method, url = GRAPHQL_PATH }: IncomingMessage): GraphQLError | null {
  const allowed = url.startsWith(`${GRAPHQL_PATH}/`) ? ["GET"] : ["GET", "POST"];
  if (allowed.includes(method ?? "")) return null;
  return badRequest(`GraphQL takes ${allowed.join(" and ")} here.`, 405, { Allow: allowed.join(", ") });
}

/**
 * Only JSON: a form or plain text can be sent by any web page without the browser asking first
 * (CSRF), and a compressed body is small until it is opened.
 */
function refusalOfContent({ method, headers }: IncomingMessage): GraphQLError | null {
  if (method === "GET") return null;
  if (!JSON_TYPE.test(headers["content-type"] ?? "")) return badRequest("The body must be application/json.", 415);
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return badRequest("The body must not be compressed.", 415);
  return null;
}

function route(options: FrontOptions, passage: Passage, params: RequestParams): void {
  assertRequestParams(params);
  const operation = options.persistedOperations.resolve(params);
  if (operation === null || !isFast(operation, params)) {
    takeYogaLane(options, passage, params, operation);
    return;
  }
  const context: Context = { ...options.services, viewer: passage.viewer, memo: createMemo() };
  options.fastLane.answer(operation, params["variables"], context).then(
    (json) => {
      if (json === null) takeYogaLane(options, passage, params, operation);
      else sendAnswer(options.metrics, passage, operation, json);
    },
    // Compiled code that throws is a bug; the Yoga lane says so the way it says it of everything.
    () => takeYogaLane(options, passage, params, operation),
  );
}

/** The whole of what the fast lane understands; anything else about a request is the Yoga lane's. */
function isFast(operation: RegisteredOperation, { operationName }: RequestParams): boolean {
  if (operation.type !== "query") return false;
  return operationName === undefined || operationName === null || operationName === operation.name;
}

/** Yoga reads `body` where a server has parsed it already, and the address of a GET. */
function takeYogaLane(
  { yogaLane }: FrontOptions,
  { request, response, mediaType, viewer }: Passage,
  params: RequestParams,
  operation: RegisteredOperation | null,
): void {
  const { documentId: _, ...rest } = params;
  const plain = operation === null ? rest : { ...rest, query: operation.body };
  request.headers.accept = mediaType;
  // Judged already, and Yoga reads fewer spellings of it.
  if (request.method === "POST") request.headers["content-type"] = "application/json";
  // An empty object would look unread to Yoga, which would then wait for a body that has been read.
  if (request.method === "POST") Object.assign(request, { body: { query: null, ...plain } });
  else request.url = addressOf(plain);
  yogaLane(request, response, { viewer });
}

function sendAnswer(
  metrics: Metrics,
  { response, mediaType, startedAtMs }: Passage,
  { name }: RegisteredOperation,
  json: string,
): void {
  const bytes = Buffer.from(json);
  response.writeHead(200, {
    "Content-Type": `${mediaType}; charset=utf-8`,
    "Content-Length": bytes.length,
  });
  response.end(bytes);
  metrics.requests.inc({ operation: name, outcome: "ok" });
  metrics.requestSeconds.observe({ operation: name }, (performance.now() - startedAtMs) / 1000);
}
