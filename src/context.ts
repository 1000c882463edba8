// What a resolver gets besides its arguments: who asks, how to load things, and where writes go. One per
// request.

import type { GroupCommit } from "./commands/group-commit.ts";
import type { StudioCommit } from "./commands/studio-commit.ts";
import type { Loaders } from "./loaders/index.ts";
import type { Memo } from "./loaders/memo.ts";
import type { Clock } from "./runtime/clock.ts";
import type { Cancellation } from "./runtime/cancellation.ts";
import type { Cursors } from "./runtime/cursors.ts";
import type { SigningKeys } from "./runtime/signing-keys.ts";

/** Who asks. Null in the context means anonymous. */
export type Viewer =
  | { readonly role: "player"; readonly playerId: bigint }
  | { readonly role: "service" | "admin"; readonly subject: string };

/** What all requests of a process share. */
export interface Services {
  readonly loaders: Loaders;
  readonly cursors: Cursors;
  readonly clock: Clock;
  /** Writes on players' items. */
  readonly groupCommit: GroupCommit;
  /** Writes on the catalogue and the map. */
  readonly studioCommit: StudioCommit;
  readonly rules: Rules;
}

/** What the studio decides about its game. */
export interface Rules {
  readonly playerMaySpend: boolean;
  /** How near a player must be to what it collects. */
  readonly collectReachMeters: number;
  /** Keys of the HMACs by which repeated requests are told from new ones. */
  readonly idempotencyKeys: SigningKeys;
}

export interface Context extends Services {
  readonly viewer: Viewer | null;
  /** Loads through the process-wide loaders, remembering answers for this request alone. */
  readonly memo: Memo;
  /** Ends the request before its answer; absent where nothing does. */
  readonly cancellation?: Cancellation | undefined;
  /** The header Idempotency-Key as it came; null without one. */
  readonly idempotencyKey: string | null;
  /** For each write of the request that has been answered, by response key: whether it is an earlier answer. */
  readonly replays: Map<string, boolean>;
}

/** Whether `viewer` may see what is private to the player. */
export function maySeePrivate(viewer: Viewer | null, playerId: bigint): boolean {
  if (viewer === null) return false;
  return viewer.role !== "player" || viewer.playerId === playerId;
}

/** What a request brings along. */
export type RequestContext = Pick<Context, "viewer" | "memo" | "cancellation" | "idempotencyKey">;

export function createContext(services: Services, request: RequestContext): Context {
  const { loaders, cursors, clock, groupCommit, studioCommit, rules } = services;
  const { viewer, memo, cancellation, idempotencyKey } = request;
  const replays = new Map<string, boolean>();
  // Field by field: to spread two objects costs a read more than to name what is in them.
  return {
    loaders,
    cursors,
    clock,
    groupCommit,
    studioCommit,
    rules,
    viewer,
    memo,
    cancellation,
    idempotencyKey,
    replays,
  };
}
