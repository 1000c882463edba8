// What all writes share: who may act for whom, counts, and the way to the commit and back.

import type { Command } from "../commands/command.ts";
import type { CommandAnswer } from "../commands/group.ts";
import type { Context } from "../context.ts";
import { badUserInput, forbiddenWrite, unauthenticated } from "../errors.ts";
import { idArgument } from "./arguments.ts";
import { idempotencyIn, type MutationInfo } from "./idempotency.ts";

/** Sends the command of a player's write, and remembers whether its answer is an earlier one's. */
export async function submitCommand<Input extends object>(
  context: Context,
  info: MutationInfo,
  playerId: bigint,
  input: Input,
  build: (input: Input, idempotency: Command["idempotency"]) => Command,
): Promise<CommandAnswer> {
  const idempotency = idempotencyIn(context, info, { playerId }, input);
  refuseWhenOver(context);
  const answer = await context.groupCommit.submit(build(input, idempotency));
  answered(context, info, answer.replayed);
  return answer;
}

/** A write of a request that is over is not begun. */
export function refuseWhenOver({ cancellation }: Context): void {
  if (cancellation !== undefined && cancellation.reason !== null) throw cancellation.reason;
}

/** Told once a write has its answer: the same question may have a new one from now on. */
export function answered({ memo, replays }: Context, { path }: MutationInfo, replayed: boolean): void {
  memo.clear();
  replays.set(String(path.key), replayed);
}

/** The player who acts: the token's own, or the one that a service or admin names. */
export function actorOf({ viewer }: Context, id: string | null | undefined, name: string): bigint {
  if (viewer === null) throw unauthenticated();
  if (viewer.role !== "player") {
    if (id === null || id === undefined) throw badUserInput(`A service or admin token must name ${name}.`);
    return idArgument(id, "Player").playerId;
  }
  if (id === null || id === undefined) return viewer.playerId;
  const { playerId } = idArgument(id, "Player");
  if (playerId !== viewer.playerId) throw forbiddenWrite();
  return playerId;
}

/** Service and admin only. */
export function requireStudio({ viewer }: Context): { readonly subject: string } {
  if (viewer === null) throw unauthenticated();
  if (viewer.role === "player") throw forbiddenWrite();
  return viewer;
}

/** From 1: BigInt itself takes zero too, which is a version. */
export function countArgument(count: bigint): bigint {
  if (count < 1n) throw badUserInput("count and times must be at least 1.");
  return count;
}
