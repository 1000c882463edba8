// Who of the waiting commands leaves next, and together with whom. Pure choice: it looks at the queue and at who
// is out, and changes neither.

import { limits } from "../runtime/limits.ts";
import type { Command } from "./command.ts";

/** A command that waits. */
export interface Waiting {
  readonly command: Command;
  /** Since when it might have left, on performance.now()'s clock; in the future while it pauses. */
  readySinceMs: number;
  /** How often others held its rows. */
  deferrals: number;
  /** Whose rows they held the last time. */
  heldUpBy: readonly bigint[];
  /** Commands it travels with at most, itself counted. */
  companyMax: number;
}

export interface Chosen<T> {
  readonly group: readonly T[];
  /** Players whose rows the group waits for; empty for a group that skips what others hold. */
  readonly waitFor: ReadonlySet<bigint>;
}

/** The first commands that may leave together, in their order. */
export function nextGroup<T extends Waiting>(
  queue: readonly T[],
  { playersOut, mayWait }: { readonly playersOut: ReadonlySet<bigint>; readonly mayWait: boolean },
): Chosen<T> {
  const nowMs = performance.now();
  const group: T[] = [];
  const blocked = { actors: new Set<bigint>(), players: new Set<bigint>() };
  let waitFor: ReadonlySet<bigint> = NOBODY;
  let companyMax: number = limits.groupCommandsMax;
  let lineCount = 0;
  for (const waiting of queue) {
    // Nobody behind can join any more, and who is blocked counts for this group alone.
    if (group.length >= companyMax || lineCount >= limits.groupLinesMax) break;
    const { command, readySinceMs } = waiting;
    const isFree =
      readySinceMs <= nowMs &&
      group.length < Math.min(companyMax, waiting.companyMax) &&
      (group.length === 0 || lineCount + linesOf(command) <= limits.groupLinesMax) &&
      !blocked.actors.has(command.playerIds[0]!) &&
      !command.playerIds.some((playerId) => blocked.players.has(playerId) || playersOut.has(playerId)) &&
      // Those that wait for rows take only their like along: nobody else is to wait with them.
      (waitFor.size === 0 || command.playerIds.every((playerId) => waitFor.has(playerId)));
    if (!isFree) {
      block(blocked, waiting);
      continue;
    }
    if (group.length === 0 && mayWait && isPatient(waiting)) waitFor = new Set(waiting.heldUpBy);
    group.push(waiting);
    companyMax = Math.min(companyMax, waiting.companyMax);
    lineCount += linesOf(command);
  }
  return { group, waitFor };
}

/** Whether the group leaves now: nothing else is out, or it is large, or its first has waited a moment. */
export function isReady(
  [first, ...others]: readonly Waiting[],
  { groupsOut, overtakeMs }: { readonly groupsOut: number; readonly overtakeMs: number },
): boolean {
  if (first === undefined) return false;
  if (groupsOut === 0 || others.length + 1 >= limits.groupCommandsMin) return true;
  return performance.now() - first.readySinceMs >= overtakeMs;
}

const NOBODY: ReadonlySet<bigint> = new Set();

/** Its actor's later commands stay behind it; of the others only those that need the rows it lacks. */
function block(blocked: { actors: Set<bigint>; players: Set<bigint> }, { command, heldUpBy }: Waiting): void {
  blocked.actors.add(command.playerIds[0]!);
  for (const playerId of heldUpBy) blocked.players.add(playerId);
}

/** Skipped so often that it waits for its rows. */
function isPatient({ deferrals }: Waiting): boolean {
  return deferrals > limits.commandDeferralsMax;
}

/** What it adds to the statements of its group. */
function linesOf({ itemIds, playerIds }: Command): number {
  return playerIds.length * (itemIds.length + 1);
}
