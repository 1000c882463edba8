// How a cached answer travels: ready bytes with a strong entity tag, or 304 where the client has them already.
// What is private is kept by nobody on the way, and asked for again each time, since a phone's own HTTP
// cache knows nothing of writes; what is public may be kept for as long as we do ourselves.

import type { IncomingMessage } from "node:http";
import type { DatedAnswer } from "../cache/kept-answers.ts";
import type { CachePlan } from "./cache-plan.ts";
import type { MediaType } from "./media-type.ts";
import type { Passage } from "./passage.ts";

export interface Cached {
  readonly plan: CachePlan;
  readonly answer: DatedAnswer;
}

const PRIVATE = "private, no-cache";
const CONTENT_TYPES: Readonly<Record<MediaType, string>> = {
  "application/json": "application/json; charset=utf-8",
  "application/graphql-response+json": "application/graphql-response+json; charset=utf-8",
};

export function sendCached({ request, response, mediaType }: Passage, { plan, answer }: Cached): void {
  const { bytes } = answer;
  const etag = mediaType === "application/json" ? answer.jsonEtag : answer.etag;
  const headers: Record<string, string | number> = {
    "Cache-Control": cacheControlOf(plan, answer),
    ETag: etag,
    Vary: "Accept, Accept-Encoding",
  };
  if (plan.cacheTag !== null) headers["Cache-Tag"] = plan.cacheTag;
  if (request.method === "GET" && isKnown(request, etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  headers["Content-Type"] = CONTENT_TYPES[mediaType];
  headers["Content-Length"] = bytes.length;
  response.writeHead(200, headers);
  response.end(bytes);
}

function cacheControlOf({ isPublic, isShareable, lifetimeMs }: CachePlan, { madeAtMs }: DatedAnswer): string {
  if (!isPublic) return PRIVATE;
  // A player's own name is public and yet must be seen at once where it changes.
  if (!isShareable) return "public, no-cache";
  // What is left of its life, begun seconds counted: nobody on the way keeps it for a life of its own.
  const leftMs = madeAtMs + lifetimeMs - performance.now();
  return maxAgeOf(Math.max(0, Math.ceil(leftMs / 1000)));
}

function maxAgeOf(seconds: number): string {
  return (maxAges[seconds] ??= `public, max-age=${seconds}`);
}

/** By seconds, of which no answer lives more than a few (limits.answerMs). */
const maxAges: string[] = [];

/** Whether If-None-Match names it; weakly, as RFC 9110 has it for that header. */
function isKnown({ headers }: IncomingMessage, etag: string): boolean {
  const given = headers["if-none-match"];
  if (given === undefined) return false;
  return given.trim() === "*" || given.split(",").some((candidate) => candidate.trim().replace(/^W\//, "") === etag);
}
