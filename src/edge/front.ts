// What every GraphQL request meets first, in this order: who asks, the media type it wants, the body
// within its bound, the parameters. What is right goes on to the lanes; what is not is refused here. One
// front for both lanes, so that they speak the same HTTP.

import type { IncomingMessage, ServerResponse } from "node:http";
import { GraphQLError } from "graphql";
import { badRequest, badToken, codeOf, internalServerError } from "../errors.ts";
import { limits } from "../runtime/limits.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Authenticate } from "./authenticate.ts";
import { jsonObjectOf, readBody } from "./body.ts";
import { isLoopbackHost } from "./graphiql.ts";
import type { KnownRequests } from "./known-requests.ts";
import type { Lanes, YogaLane } from "./lanes.ts";
import type { Passage } from "./passage.ts";
import { negotiatedMediaType, type MediaType } from "./media-type.ts";
import { refuse } from "./refusal.ts";
import { GRAPHQL_PATH, assertRequestParams, paramsOfAddress, type RequestParams } from "./request-params.ts";

export interface FrontOptions {
  readonly authenticate: Authenticate;
  readonly lanes: Lanes;
  readonly knownRequests: KnownRequests;
  /** A browser that opens the address gets GraphiQL from here; null where there is no such page. */
  readonly page: YogaLane | null;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export type Front = (request: IncomingMessage, response: ServerResponse) => void;

const JSON_TYPE = /^application\/json *(;|$)/i;

export function createFront(options: FrontOptions): Front {
  const { authenticate, lanes, knownRequests, metrics } = options;

  const refuseCounted = (response: ServerResponse, error: GraphQLError, mediaType: MediaType) => {
    metrics.requests.inc({ operation: "other", outcome: codeOf(error) });
    refuse(response, error, mediaType);
  };
  const refuseThrown = (response: ServerResponse, thrown: unknown, mediaType: MediaType) => {
    if (thrown instanceof GraphQLError) {
      refuseCounted(response, thrown, mediaType);
      return;
    }
    // A bug of ours must not end the process, and everybody else's requests with it.
    options.logger.error({ err: thrown }, "failed");
    if (!response.headersSent) refuseCounted(response, internalServerError(), mediaType);
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
    if (options.page !== null && isPageRequest(request)) {
      response.setHeader("Cache-Control", "no-store");
      options.page(request, response, { viewer });
      return;
    }
    const mediaType = negotiatedMediaType(request.headers.accept);
    if (mediaType === null) {
      refuseCounted(response, badRequest("No acceptable media type.", 406), "application/json");
      return;
    }
    const passage = { request, response, mediaType, viewer, startedAtMs };
    const refusePassage = (thrown: unknown) => refuseThrown(response, thrown, mediaType);
    textOf(passage, (error, text) => {
      try {
        if (error !== null) throw error;
        const known = request.method === "GET" || !text.startsWith("/") ? knownRequests.get(text) : undefined;
        if (known !== undefined) lanes.takeKnown(passage, known, refusePassage);
        else lanes.take(passage, paramsOf(request, text), text, refusePassage);
      } catch (thrown) {
        refusePassage(thrown);
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

/** A browser on this machine that opens the address; that of one operation is answered to browsers too. */
function isPageRequest({ method, url = "", headers }: IncomingMessage): boolean {
  const isAddress = url === GRAPHQL_PATH || url.startsWith(`${GRAPHQL_PATH}?`);
  return method === "GET" && isAddress && (headers.accept ?? "").includes("text/html") && isLoopbackHost(headers.host);
}

/** What says its parameters: the address of a GET, which begins with a slash as no JSON does, or the bytes of a body. */
function textOf({ request, viewer }: Passage, done: (error: GraphQLError | null, text: string) => void): void {
  const refusal = refusalOfMethod(request) ?? refusalOfContent(request);
  if (refusal !== null) {
    done(refusal, "");
    return;
  }
  if (request.method === "GET") {
    done(null, request.url ?? GRAPHQL_PATH);
    return;
  }
  const isService = viewer !== null && viewer.role !== "player";
  readBody(request, isService ? limits.serviceBodyBytesMax : limits.bodyBytesMax, (tooLarge, body) => {
    done(tooLarge as GraphQLError | null, body.toString("latin1"));
  });
}

/** Throws where they are not right by themselves. */
function paramsOf({ method }: IncomingMessage, text: string): RequestParams {
  const params = method === "GET" ? paramsOfAddress(text) : jsonObjectOf(Buffer.from(text, "latin1"));
  assertRequestParams(params);
  return params;
}

/** The address of one operation is read and never written to: a POST says in its body what it means. */
function refusalOfMethod({ method, url = GRAPHQL_PATH }: IncomingMessage): GraphQLError | null {
  if (method === "POST" && url === GRAPHQL_PATH) return null;
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
  const type = headers["content-type"] ?? "";
  if (type !== "application/json" && !JSON_TYPE.test(type))
    return badRequest("The body must be application/json.", 415);
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return badRequest("The body must not be compressed.", 415);
  return null;
}
