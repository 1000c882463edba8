// How answers must look whatever they say: only statuses that this load can get, a time to come back with every 503,
// and nothing of anybody else's in them.

import type { Evidence } from "../evidence.ts";
import type { Entry } from "../history.ts";

const CODES_OF_503 = new Set(["OVERLOADED", "UNAVAILABLE", "TIMEOUT", "OUTCOME_UNKNOWN"]);

export function* sentencesOnManners({ entries }: Evidence): Iterable<string> {
  for (const entry of entries) {
    if (entry.answer === null) continue;
    const { status, code, retryAfter } = entry.answer;
    if (status === 503) {
      if (!CODES_OF_503.has(code ?? "")) yield `${told(entry)} with a code that no 503 has`;
      if (retryAfter === null) yield `${told(entry)} without Retry-After`;
    } else if (status !== 200 || code !== null) yield `${told(entry)}, which nothing that was asked explains`;
  }
}

export function* sentencesOnPrivacy({ entries, markers }: Evidence): Iterable<string> {
  const ownerOf = new Map([...markers].map(([playerId, marker]) => [marker, playerId]));
  for (const entry of entries) {
    const { ask, answer, outcome } = entry;
    if (answer === null) continue;
    const shown = new Set(Array.from(answer.text.matchAll(/\d{16}/g), ([digits]) => ownerOf.get(digits)));
    for (const owner of shown) {
      if (owner !== undefined && owner !== ask.playerId) {
        yield `an answer to player ${ask.playerId} (${ask.kind}) shows what is private to player ${owner}`;
      }
    }
    // Without this an answer that shows nothing at all would pass.
    if (ask.kind === "PlayerState" && outcome === "ok" && !shown.has(ask.playerId)) {
      yield `an answer to player ${ask.playerId} lacks what is its own`;
    }
  }
}

function told({ ask, answer }: Entry): string {
  return `${ask.kind} of player ${ask.playerId} was answered ${answer!.status} ${answer!.code ?? ""}`.trimEnd();
}
