// One request on its way: the front makes it, a lane answers it.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Viewer } from "../context.ts";
import { clientGone, timedOut } from "../errors.ts";
import { Cancellation } from "../runtime/cancellation.ts";
import { startDeadline } from "../runtime/deadline.ts";
import type { MediaType } from "./media-type.ts";

/** One request on its way through the front and a lane. */
export interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly mediaType: MediaType;
  readonly viewer: Viewer | null;
  /** On performance.now()'s clock. */
  readonly startedAtMs: number;
}

/** One that something is done for: it ends, at the latest at its deadline. */
export interface WorkedPassage extends Passage {
  readonly cancellation: Cancellation;
}

/** From here on the request has a deadline, and is over when its client closes the connection before the answer. */
export function worked(passage: Passage, requestMs: number): WorkedPassage {
  const { response } = passage;
  const cancellation = new Cancellation();
  const cancelDeadline = startDeadline(requestMs, () => cancellation.cancel(timedOut()));
  const end = (): void => {
    cancelDeadline();
    if (!response.writableFinished) cancellation.cancel(clientGone());
  };
  // Gone while its answer was looked for.
  if (response.closed) end();
  else response.once("close", end);
  return { ...passage, cancellation };
}
