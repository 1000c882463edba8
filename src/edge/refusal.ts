// Answers that end a request before GraphQL sees it: one shape, small, without a word about insides.

import type { ServerResponse } from "node:http";
import type { GraphQLError } from "graphql";
import type { MediaType } from "./media-type.ts";

interface HttpExtensions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes `error` as the whole answer, with the status and headers of its `http` extension. */
export function refuse(response: ServerResponse, error: GraphQLError, mediaType: MediaType): void {
  const { http, ...extensions } = error.extensions as { http?: HttpExtensions };
  const body = Buffer.from(JSON.stringify({ errors: [{ message: error.message, extensions }] }));
  response.writeHead(http?.status ?? 500, {
    "Content-Type": `${mediaType}; charset=utf-8`,
    "Content-Length": body.length,
    ...http?.headers,
  });
  response.end(body);
}
