// What was done stands in the ledger, once; what was refused or failed does not; nothing stands there that nobody sent.

import { keyHexOf, type Evidence, type Request } from "../evidence.ts";
import { placeOf } from "../rows.ts";
import { payloadOf } from "../payload.ts";
import { nameOf } from "./answers.ts";

export function* sentencesOnTheLedger(evidence: Evidence): Iterable<string> {
  const { requests, added, claims, initial, final } = evidence;
  for (const request of requests) yield* sentencesOnRequest(evidence, request);
  for (const [place, { kind }] of added) {
    const by = [...(claims.get(place) ?? [])];
    if (by.length === 0) yield `entry ${place} (${kind}) was sent by nobody`;
    if (by.length > 1) yield `entry ${place} (${kind}) is the effect of ${by.map(nameOf).join(" and of ")}`;
  }
  const sent = new Set(requests.map(({ key, ask }) => `${ask.playerId}|${keyHexOf(key)}`));
  const before = new Set(initial.storedAnswers.map(({ playerId, keyHex }) => `${playerId}|${keyHex}`));
  for (const { playerId, keyHex } of final.storedAnswers) {
    const text = `${playerId}|${keyHex}`;
    if (!sent.has(text) && !before.has(text)) yield `an answer is stored under a key that nobody sent (${text})`;
  }
}

function* sentencesOnRequest({ added }: Evidence, request: Request): Iterable<string> {
  const { entries, answered, stored } = request;
  for (const { outcome, answer } of answered.slice(0, 1)) {
    const named = payloadOf(answer!).transactions;
    const expected = outcome === "refused" ? 0 : request.ask.kind === "TransferItems" ? 2 : 1;
    if (named.length !== expected) yield `${nameOf(request)} was ${outcome}, and names ${named.length} entries`;
    for (const { playerId, version } of named) {
      if (!added.has(placeOf(playerId, version))) {
        yield `${nameOf(request)} was ${outcome}, and entry ${placeOf(playerId, version)} is not in the ledger`;
      }
    }
  }
  for (const { playerId, version } of stored?.transactions ?? []) {
    if (!added.has(placeOf(playerId, version))) {
      yield `${nameOf(request)} has a stored answer that names entry ${placeOf(playerId, version)}, which is not there`;
    }
  }
  if (stored !== null && entries.every(({ outcome }) => outcome === "fail")) {
    yield `${nameOf(request)} failed, as everybody was told, and has a stored answer`;
  }
}
