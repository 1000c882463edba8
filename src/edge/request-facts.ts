// What the front and Yoga's plugins hand to each other about one request.

import type { Viewer } from "../context.ts";

export interface RequestFacts {
  viewer?: Viewer | null;
  /** When the request arrived, on performance.now()'s clock. */
  startedAtMs?: number;
  /** Name of the operation where it is a registered one. */
  operation?: string;
  /** Code of the first error, or `ok`; absent while the request has no result. */
  outcome?: string;
}
