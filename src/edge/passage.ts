// One request on its way: the front makes it, a lane answers it.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Viewer } from "../context.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import type { MediaType } from "./media-type.ts";

/** One request on its way through the front and a lane. */
export interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly mediaType: MediaType;
  readonly viewer: Viewer | null;
  /** On performance.now()'s clock. */
  readonly startedAtMs: number;
  readonly cancellation: Cancellation;
}
