// One HTTP request with exactly the bytes that a test names: repeated headers, odd methods and bodies
// that no well-behaved client would send.

import { request as httpRequest } from "node:http";
import { withoutCost } from "./cost.ts";

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  /** A list sends the header once for each value. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Without the cost. */
  readonly text: string;
}

/** Sends to /graphql by POST where not told otherwise. On a connection of its own. */
export function sendTo(
  url: string,
  { method = "POST", path = "/graphql", headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, { method, agent: false }, (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: withoutCost(text) }),
      );
    });
    request.on("error", reject);
    for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
    request.end(body);
  });
}
