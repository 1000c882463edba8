// What the front and Yoga's plugins hand to each other about one request.

import type { ExecutionResult } from "graphql";
import type { Viewer } from "../context.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import type { AutomaticDocument } from "./persisted-operations.ts";

export interface RequestFacts {
  viewer?: Viewer | null;
  /** Ends the execution before its answer. */
  cancellation?: Cancellation;
  /** The header Idempotency-Key as it came; null without one. */
  idempotencyKey?: string | null;
  /** The answer of an execution that has been; it is not to be run again. */
  executed?: ExecutionResult;
  /** It has had its turn to be computed, and has come to an error that is to be put into words. */
  isAdmitted?: boolean;
  /** What the client asks to be known from now on by its hash. */
  automaticDocument?: AutomaticDocument;
  /** With their defaults, as far as they fit their types. */
  coercedVariables?: Readonly<Record<string, unknown>>;
  /** When the request arrived, on performance.now()'s clock. */
  startedAtMs?: number;
  /** Name of the operation where it is a registered one. */
  operation?: string;
  /** Code of the first error, or `ok`; absent while the request has no result. */
  outcome?: string;
}
