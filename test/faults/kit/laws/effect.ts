// The entries that a request left are what it asked for, and what its answer told.

import type { Evidence, Request } from "../evidence.ts";
import type { Ask } from "../history.ts";
import { placeOf } from "../rows.ts";
import { payloadOf } from "../payload.ts";
import { nameOf } from "./answers.ts";

export function* sentencesOnEffects(evidence: Evidence): Iterable<string> {
  const { requests, added, initial, final } = evidence;
  const collected = new Map<string, Request>();
  for (const request of requests) {
    const { ask, answered, stored } = request;
    const named = stored?.transactions ?? answered.flatMap(({ answer }) => payloadOf(answer!).transactions);
    if (named.length === 0) continue;
    const expected = effectOf(ask, evidence);
    const entries = named.map(({ playerId, version }) => added.get(placeOf(playerId, version)));
    for (const [place, entry] of entries.entries()) {
      if (entry === undefined) continue;
      const wanted = expected[place];
      const [left, right] = [textOf(entry), wanted === undefined ? "nothing" : textOf(wanted)];
      if (left !== right) yield `${nameOf(request)} asked for ${right}, and the ledger has ${left}`;
    }
    if (ask.kind === "CollectItem") {
      const place = placeOf(ask.playerId, ask.n);
      if (collected.has(place)) yield `item location ${place} was collected twice`;
      if (final.itemLocations.has(place)) yield `item location ${place} was collected, and is still there`;
      collected.set(place, request);
    }
    yield* sentencesOnChanges(evidence, request);
  }
  for (const place of initial.itemLocations.keys()) {
    if (!final.itemLocations.has(place) && !collected.has(place)) {
      yield `item location ${place} is gone, and nobody collected it`;
    }
  }
}

/** The balances that an answer tells are those after the entry that it names. */
function* sentencesOnChanges({ balanceAt }: Evidence, request: Request): Iterable<string> {
  const [first] = request.answered;
  if (first === undefined) return;
  const { transactions, changes } = payloadOf(first.answer!);
  const [own] = transactions;
  if (own === undefined) return;
  for (const { itemId, quantity } of changes) {
    const balance = balanceAt(own.playerId, itemId, own.version);
    if (balance === quantity) continue;
    yield `${nameOf(request)} was told that ${quantity} of item ${itemId} are left, and the ledger says ${balance}`;
  }
}

interface Effect {
  readonly playerId: number;
  readonly kind: string;
  readonly lines: readonly { readonly itemId: number; readonly received: number; readonly spent: number }[];
}

/** The entries of the ledger that a request asks for, the actor's first. */
function effectOf(ask: Ask, { recipes, initial }: Evidence): Effect[] {
  const received = (itemId: number, count: number) => ({ itemId, received: count, spent: 0 });
  const spent = (itemId: number, count: number) => ({ itemId, received: 0, spent: count });
  const { playerId } = ask;
  switch (ask.kind) {
    case "GrantItems":
      return [{ playerId, kind: "GRANT", lines: ask.items.map((line) => received(line.itemId, line.count)) }];
    case "SpendItems":
      return [{ playerId, kind: "SPEND", lines: ask.items.map((line) => spent(line.itemId, line.count)) }];
    case "TransferItems":
      return [
        { playerId, kind: "TRANSFER", lines: ask.items.map((line) => spent(line.itemId, line.count)) },
        {
          playerId: ask.toPlayerId,
          kind: "TRANSFER",
          lines: ask.items.map((line) => received(line.itemId, line.count)),
        },
      ];
    case "ExchangeItems": {
      const ingredients = recipes.get(ask.itemId) ?? [];
      const lines = ingredients.map(({ itemId, count }) => spent(itemId, count * ask.times));
      return [{ playerId, kind: "EXCHANGE", lines: [received(ask.itemId, ask.times), ...lines] }];
    }
    case "CollectItem":
      return [
        { playerId, kind: "COLLECT", lines: [received(initial.itemLocations.get(placeOf(playerId, ask.n)) ?? 0, 1)] },
      ];
    case "PlayerState":
      return [];
  }
}

function textOf({ playerId, kind, lines }: Effect): string {
  const parts = lines
    .toSorted((a, b) => a.itemId - b.itemId)
    .map(({ itemId, received, spent }) => `item ${itemId} +${received} -${spent}`);
  return `${kind} of player ${playerId}: ${parts.join(", ")}`;
}
