// Answers that end a request before GraphQL sees it: one shape, small, without a word about insides.

import type { ServerResponse } from "node:http";
import type { GraphQLError } from "graphql";
import { limits } from "../runtime/limits.ts";
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
    "Cache-Control": "no-store",
    ...http?.headers,
  });
  if (http?.headers?.["Connection"] === "close" && !response.req.complete) lingerWith(response, body);
  else response.end(body);
}

/**
 * Ends the answer, and with it the connection, a moment after all of it is written. A connection that
 * closes while its client still sends is reset, and with that the client loses the answer unread. What
 * comes meanwhile is thrown away.
 */
function lingerWith(response: ServerResponse, body: Buffer): void {
  const request = response.req;
  let bytes = 0;
  const end = () => {
    clearTimeout(timer);
    request.off("data", onData);
    response.end();
  };
  const onData = (part: Buffer) => {
    bytes += part.length;
    // From here on the client cannot send any more either: whoever writes without reading now has to read.
    if (bytes > limits.lingerBytesMax) request.pause();
  };
  const timer = setTimeout(end, limits.lingerMs);
  request.on("data", onData);
  request.once("end", end);
  response.once("close", end);
  response.write(body);
}
