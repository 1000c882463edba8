// A refusal must have been true at some moment between the request and its answer: at one of the versions that can have
// been the current one in between, exactly the things that it names were lacking.

import type { Evidence, Request } from "../evidence.ts";
import type { Ask, Line } from "../history.ts";
import { placeOf } from "../rows.ts";
import { payloadOf, type Payload } from "../payload.ts";
import { nameOf } from "./answers.ts";

export function* sentencesOnRefusals(evidence: Evidence): Iterable<string> {
  for (const request of evidence.requests) {
    const [first] = request.answered;
    if (first?.outcome !== "refused") continue;
    const { refusals } = payloadOf(first.answer!);
    const { ask, startedAtMs, decidedAtMs } = request;
    const [low, high] = evidence.versionsIn(ask.playerId, startedAtMs, decidedAtMs);
    if (ask.kind === "CollectItem") {
      if (!canBeGone(evidence, request)) yield `${nameOf(request)} was refused, and the item lay there`;
      continue;
    }
    let isTrue = false;
    for (let version = low; version <= high && !isTrue; version += 1) {
      isTrue = textOf(refusals) === textOf(refusalsAt(evidence, ask, version));
    }
    if (!isTrue) {
      const words = `${textOf(refusals)}, which holds at no version from ${low} to ${high}`;
      yield `${nameOf(request)} was refused with ${words}`;
    }
  }
}

/** Whether somebody may have collected it before the refusal was told. */
function canBeGone({ requests, initial }: Evidence, { ask, decidedAtMs, key }: Request): boolean {
  if (ask.kind !== "CollectItem" || !initial.itemLocations.has(placeOf(ask.playerId, ask.n))) return true;
  return requests.some(
    (other) =>
      other.key !== key &&
      other.ask.kind === "CollectItem" &&
      other.ask.playerId === ask.playerId &&
      other.ask.n === ask.n &&
      other.stored?.transactions.length === 1 &&
      other.startedAtMs <= decidedAtMs,
  );
}

type Lack = Pick<Payload["refusals"][number], "code" | "itemId" | "have" | "need" | "currentVersion">;

/** What the request lacks at that version. */
function refusalsAt({ balanceAt, recipes }: Evidence, ask: Ask, version: number): Lack[] {
  if (ask.kind === "SpendItems" && ask.expectedVersion !== undefined && ask.expectedVersion !== version) {
    return [{ code: "STALE_VERSION", itemId: null, have: null, need: null, currentVersion: version }];
  }
  return spentBy(ask, recipes).flatMap(({ itemId, count }): Lack[] => {
    const have = balanceAt(ask.playerId, itemId, version);
    return have >= count ? [] : [{ code: "INSUFFICIENT_ITEMS", itemId, have, need: count, currentVersion: null }];
  });
}

function spentBy(ask: Ask, recipes: Evidence["recipes"]): readonly Line[] {
  if (ask.kind === "SpendItems" || ask.kind === "TransferItems") return ask.items;
  if (ask.kind !== "ExchangeItems") return [];
  return (recipes.get(ask.itemId) ?? []).map(({ itemId, count }) => ({ itemId, count: count * ask.times }));
}

function textOf(lacks: readonly Lack[]): string {
  return lacks
    .map(({ code, itemId, have, need, currentVersion }) =>
      code === "STALE_VERSION" ? `${code} ${currentVersion}` : `${code} item ${itemId}: ${have} of ${need}`,
    )
    .toSorted()
    .join(", ");
}
