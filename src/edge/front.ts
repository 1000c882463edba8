// What every GraphQL request meets first, in this order: who asks, the media type it wants, the body
// within its bound, which operation is meant. A registered query then takes the fast lane; everything
// else, and every error, takes the Yoga lane. One front for both lanes, so that they speak the same HTTP.

import type { IncomingMessage, ServerResponse } from "node:http";
import { GraphQLError } from "graphql";
import type { Context, Services, Viewer } from "../context.ts";
import { badRequest, badToken, codeOf } from "../errors.ts";
import { createMemo } from "../loaders/memo.ts";
import type { RegisteredOperation } from "../operations/registry.ts";
import { limits } from "../runtime/limits.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Authenticate } from "./authenticate.ts";
import { jsonObjectOf, readBody } from "./body.ts";
import type { FastLane } from "./fast-lane.ts";
import { negotiatedMediaType, type MediaType } from "./media-type.ts";
import type { PersistedOperations, RequestParams } from "./persisted-operations.ts";
import { refuse } from "./refusal.ts";

export interface FrontOptions {
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly persistedOperations: PersistedOperations;
  readonly fastLane: FastLane;
  /** The Yoga lane; finds the parameters of a POST already parsed in `request.body`. */
  readonly yogaLane: (request: IncomingMessage, response: ServerResponse, facts: { viewer: Viewer | null }) => unknown;
  readonly metrics: Metrics;
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

const PATH = "/graphql";
const PARAMETERS = new Set(["query", "variables", "operationName", "extensions", "documentId"]);
const JSON_TYPE = /^application\/json *(;|$)/i;

export function createFront(options: FrontOptions): Front {
  const { authenticate, metrics } = options;

  const refuseCounted = (response: ServerResponse, error: GraphQLError, mediaType: MediaType) => {
    metrics.requests.inc({ operation: "other", outcome: codeOf(error) });
    refuse(response, error, mediaType);
  };

  return (request, response) => {
    const startedAtMs = performance.now();
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
        if (!(thrown instanceof GraphQLError)) throw thrown;
        refuseCounted(response, thrown, mediaType);
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
  if (request.method === "GET" || request.method === "HEAD") {
    done(null, queryParams(request.url ?? PATH));
    return;
  }
  const refusal = refusalOfPost(request);
  if (refusal !== null) {
    done(refusal, {});
    return;
  }
  const isService = viewer !== null && viewer.role !== "player";
  readBody(request, isService ? limits.serviceBodyBytesMax : limits.bodyBytesMax, (tooLarge, body) => {
    if (tooLarge !== null) done(tooLarge as GraphQLError, {});
    else parsed(body, done);
  });
}

function parsed(body: Buffer, done: (error: GraphQLError | null, params: RequestParams) => void): void {
  let params: RequestParams;
  try {
    params = jsonObjectOf(body);
  } catch (error) {
    done(error as GraphQLError, {});
    return;
  }
  done(null, params);
}

/**
 * Only JSON: a form or plain text can be sent by any web page without the browser asking first
 * (CSRF), and a compressed body is small until it is opened.
 */
function refusalOfPost({ method, headers }: IncomingMessage): GraphQLError | null {
  if (method !== "POST") return badRequest("GraphQL takes GET and POST.", 405, { Allow: "GET, POST" });
  if (!JSON_TYPE.test(headers["content-type"] ?? "")) return badRequest("The body must be application/json.", 415);
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return badRequest("The body must not be compressed.", 415);
  return null;
}

/** The parameters of a GET, the id of a path /graphql/<id> as documentId among them. */
function queryParams(url: string): RequestParams {
  const start = url.indexOf("?");
  const path = start === -1 ? url : url.slice(0, start);
  const search = new URLSearchParams(start === -1 ? "" : url.slice(start + 1));
  const params: RequestParams = Object.fromEntries(search);
  for (const name of ["variables", "extensions"]) {
    const text = search.get(name);
    if (text !== null && text !== "") params[name] = jsonParam(name, text);
    else delete params[name];
  }
  if (path !== PATH) params["documentId"] = `sha256:${path.slice(PATH.length + 1)}`;
  return params;
}

function jsonParam(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`${name} is not JSON.`);
  }
}

function route(options: FrontOptions, passage: Passage, params: RequestParams): void {
  for (const name of Object.keys(params)) {
    if (!PARAMETERS.has(name)) throw badRequest("The request has a parameter that GraphQL over HTTP does not know.");
  }
  const operation = options.persistedOperations.resolve(params);
  if (operation === null || !isFast(operation, passage, params)) {
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
function isFast(operation: RegisteredOperation, { request }: Passage, { operationName }: RequestParams): boolean {
  if (operation.type !== "query" || request.method === "HEAD") return false;
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
  if (request.method === "POST") Object.assign(request, { body: plain });
  else request.url = addressOf(plain);
  yogaLane(request, response, { viewer });
}

function addressOf(params: RequestParams): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    search.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return `${PATH}?${search}`;
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
