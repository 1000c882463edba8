// Reads a request's body up to a bound, in bytes, before anything is parsed. What is larger is refused
// as soon as that is known: by its Content-Length, or when the bytes that came are too many.

import type { IncomingMessage } from "node:http";
import { badRequest, bodyTooLarge } from "../errors.ts";
import { limits } from "../runtime/limits.ts";

/**
 * Calls `done` once: with the bytes, or with what is wrong. A client that goes away calls nobody:
 * there is no one to answer.
 */
export function readBody(
  request: IncomingMessage,
  bytesMax: number,
  done: (error: Error | null, body: Buffer) => void,
): void {
  const length = request.headers["content-length"];
  if (length !== undefined && Number(length) > bytesMax) {
    done(bodyTooLarge(bytesMax), EMPTY);
    return;
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  const onData = (part: Buffer) => {
    bytes += part.length;
    if (bytes <= bytesMax) {
      parts.push(part);
      return;
    }
    request.off("data", onData);
    request.off("end", onEnd);
    done(bodyTooLarge(bytesMax), EMPTY);
  };
  const onEnd = () => done(null, parts.length === 1 ? parts[0]! : Buffer.concat(parts));
  request.on("data", onData);
  // Not `once`, which makes a function for it: it ends once.
  request.on("end", onEnd);
}

const EMPTY = Buffer.alloc(0);

/** The JSON object in a body; what the parser says about other text is not repeated to the client. */
export function jsonObjectOf(body: Buffer): Record<string, unknown> {
  if (isTooDeep(body)) throw badRequest(`The body is more than ${limits.bodyDepthMax} levels deep.`);
  let value: unknown;
  try {
    value = JSON.parse(UTF_8.decode(body));
  } catch {
    throw badRequest("The body is not JSON in UTF-8.");
  }
  if (Array.isArray(value)) throw badRequest("Batches are not accepted: send one operation per request.");
  if (typeof value !== "object" || value === null) throw badRequest("The body must be a JSON object.");
  return value as Record<string, unknown>;
}

/**
 * Whether lists and objects stand in each other more than `limits.bodyDepthMax` deep. Judged on the
 * bytes, because what makes such a text expensive is to parse it and then to walk down the tower:
 * of the 100,000 brackets that fit into a body, this looks at the first few.
 */
export function isTooDeep(body: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let place = 0; place < body.length; place += 1) {
    const byte = body[place];
    if (inString) {
      if (byte === BACKSLASH) place += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === LIST_START || byte === OBJECT_START) {
      depth += 1;
      if (depth > limits.bodyDepthMax) return true;
    } else if (byte === LIST_END || byte === OBJECT_END) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, LIST_START, LIST_END, OBJECT_START, OBJECT_END] = Buffer.from('"\\[]{}');

/** Strict: a body with broken UTF-8 is refused instead of stored with replacement characters. */
const UTF_8 = new TextDecoder("utf-8", { fatal: true });
