// What a resolver gets besides its arguments: who asks, and how to load things. One per request.

import type { Loaders } from "./loaders/index.ts";
import type { Memo } from "./loaders/memo.ts";
import type { Clock } from "./runtime/clock.ts";
import type { Cursors } from "./runtime/cursors.ts";

/** Who asks. Null in the context means anonymous. */
export type Viewer =
  | { readonly role: "player"; readonly playerId: bigint }
  | { readonly role: "service" | "admin"; readonly subject: string };

/** What all requests of a process share. */
export interface Services {
  readonly loaders: Loaders;
  readonly cursors: Cursors;
  readonly clock: Clock;
}

export interface Context extends Services {
  readonly viewer: Viewer | null;
  /** Loads through the process-wide loaders, remembering answers for this request alone. */
  readonly memo: Memo;
}

/** Whether `viewer` may see what is private to the player. */
export function maySeePrivate(viewer: Viewer | null, playerId: bigint): boolean {
  if (viewer === null) return false;
  return viewer.role !== "player" || viewer.playerId === playerId;
}
