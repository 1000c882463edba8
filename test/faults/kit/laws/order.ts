// Versions are the order in which things happened: what had ended before something else began has the smaller version,
// and whoever sends one thing after the other sees versions grow.

import type { Evidence } from "../evidence.ts";
import type { Entry } from "../history.ts";

export function* sentencesOnOrder({ timelines, entries }: Evidence): Iterable<string> {
  for (const [playerId, { entries: own }] of timelines) {
    let latest = { version: 0, notBeforeMs: 0 };
    for (const { version, notBeforeMs, notAfterMs } of own) {
      if (notAfterMs < latest.notBeforeMs) {
        yield `version ${version} of player ${playerId} was told before version ${latest.version} was asked for`;
      }
      if (notBeforeMs > latest.notBeforeMs) latest = { version, notBeforeMs };
    }
  }
  const bySession = new Map<string, Entry[]>();
  for (const entry of entries) {
    const text = `${entry.session}|${entry.ask.playerId}`;
    const known = bySession.get(text);
    if (known === undefined) bySession.set(text, [entry]);
    else known.push(entry);
  }
  for (const sent of bySession.values()) yield* sentencesOnSession(sent);
}

function* sentencesOnSession(entries: readonly Entry[]): Iterable<string> {
  const keysBefore = new Set<string>();
  let seen: { version: number; endedAtMs: number } | null = null;
  for (const { key, ask, answer, outcome, startedAtMs, endedAtMs } of entries) {
    // What is asked for again is told as it was.
    const isFirst = key === null || !keysBefore.has(key);
    if (key !== null) keysBefore.add(key);
    const version = outcome === "ok" ? (answer?.version ?? null) : null;
    if (version === null || !isFirst) continue;
    const isNew = key !== null && answer!.replayed === false;
    if (seen !== null && startedAtMs >= seen.endedAtMs && (isNew ? version <= seen.version : version < seen.version)) {
      yield `a session of player ${ask.playerId} saw version ${seen.version}, and then ${version} (${ask.kind})`;
    }
    if (seen === null || version > seen.version) seen = { version, endedAtMs: endedAtMs! };
  }
}
