// Who may see a player's private fields, and what the others get: Satchel's rule and Satchel's codes.

import { maySeePrivate, type Viewer } from "../../../src/context.ts";
import { forbidden, unauthenticated } from "../../../src/errors.ts";

export interface WithViewer {
  readonly viewer: Viewer | null;
}

/** A resolver that refuses before it looks anything up. */
export function own<Player extends { readonly id: string | number | bigint }, Args, Context extends WithViewer, Result>(
  resolve: (player: Player, args: Args, context: Context) => Result,
) {
  return (player: Player, args: Args, context: Context): Result => {
    if (!maySeePrivate(context.viewer, BigInt(player.id))) {
      throw context.viewer === null ? unauthenticated() : forbidden();
    }
    return resolve(player, args, context);
  };
}

/** The number in a token that is a player's own; null for every other caller. */
export function viewerPlayerId({ viewer }: WithViewer): bigint | null {
  return viewer?.role === "player" ? viewer.playerId : null;
}
