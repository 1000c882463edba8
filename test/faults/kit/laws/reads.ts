// Reads are never older than what the player had been told before they began, nor newer than what can have happened, and
// show the balances of one moment.

import type { Evidence } from "../evidence.ts";
import { seenStateOf } from "../payload.ts";

export function* sentencesOnReads({ reads, versionsIn, balanceAt }: Evidence): Iterable<string> {
  for (const { ask, answer, outcome, startedAtMs, endedAtMs } of reads) {
    if (outcome !== "ok") continue;
    const { version, quantities } = seenStateOf(answer!);
    const [low, high] = versionsIn(ask.playerId, startedAtMs, endedAtMs!);
    if (version < low) {
      yield `player ${ask.playerId} read version ${version} after ${low} had been told`;
      continue;
    }
    if (version > high) yield `player ${ask.playerId} read version ${version} when ${high} was the last`;
    // Quantities may be newer than the version beside them, never older.
    let isWhole = false;
    for (let moment = version; moment <= Math.max(version, high) && !isWhole; moment += 1) {
      isWhole = quantities.every(({ itemId, quantity }) => quantity === balanceAt(ask.playerId, itemId, moment));
    }
    if (!isWhole) yield `player ${ask.playerId} read balances that it has at no version from ${version} to ${high}`;
  }
}
