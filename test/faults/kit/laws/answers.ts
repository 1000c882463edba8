// One key, one answer: whoever asks again is told the same, and what was told is what is stored. A request that was told
// "not applied" was not applied.

import type { Evidence, Request } from "../evidence.ts";
import { payloadOf } from "../payload.ts";

export function* sentencesOnAnswers({ requests }: Evidence): Iterable<string> {
  for (const request of requests) {
    const { answered, stored } = request;
    const texts = new Set(answered.map(({ answer }) => answer!.text));
    if (texts.size > 1) yield `${nameOf(request)} was told different things: ${[...texts].join(" and ")}`;
    const [first] = answered;
    if (first !== undefined && stored === null) yield `${nameOf(request)} was answered, and its answer is not stored`;
    if (first !== undefined && stored !== null) {
      const { transactions, refusals } = payloadOf(first.answer!);
      const told = JSON.stringify([transactions, refusals.map(({ code }) => code)]);
      const kept = JSON.stringify([stored.transactions, stored.refusalCodes]);
      if (told !== kept) yield `${nameOf(request)} was told ${told}, and ${kept} is stored`;
    }
    for (const entry of answered) {
      if (entry.answer!.replayed === null) yield `${nameOf(request)} was not told whether it is a replay`;
      if (entry.answer!.replayed === true && !wasPreceded(request, entry)) {
        yield `${nameOf(request)} was told an earlier answer, and every earlier request was told that it failed`;
      }
    }
  }
}

/** Whether somebody else may have been the first to have it done. */
function wasPreceded({ entries }: Request, entry: Request["entries"][number]): boolean {
  return entries.some(
    ({ outcome, answer, startedAtMs }) =>
      (outcome === "unknown" || (outcome !== "fail" && answer?.replayed === false)) && startedAtMs <= entry.endedAtMs!,
  );
}

export function nameOf({ key, ask }: Pick<Request, "key" | "ask">): string {
  return `${ask.kind} of player ${ask.playerId} (${key.slice(0, 8)})`;
}
