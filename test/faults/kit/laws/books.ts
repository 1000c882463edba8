// The books by themselves: balances are what the ledger sums up to and never below zero, what was received and not
// spent is still there, transfers are whole, versions are dense.

import type { Evidence } from "../evidence.ts";
import { placeOf, type LedgerEntry } from "../rows.ts";

export function* sentencesOnBalances(evidence: Evidence): Iterable<string> {
  const { timelines, initial, final, balanceAt } = evidence;
  const sums = new Map(initial.balances);
  for (const [playerId, { entries }] of timelines) {
    for (const { version, lines } of entries) {
      for (const { itemId, received, spent } of lines) {
        const place = placeOf(playerId, itemId);
        sums.set(place, (sums.get(place) ?? 0) + received - spent);
        const balance = balanceAt(playerId, itemId, version);
        if (balance < 0) yield `player ${playerId} had ${balance} of item ${itemId} after version ${version}`;
      }
    }
  }
  for (const place of new Set([...sums.keys(), ...final.balances.keys()])) {
    const [sum, balance] = [sums.get(place) ?? 0, final.balances.get(place) ?? 0];
    if (sum !== balance) yield `the balance of ${place} (player, item) is ${balance}, and the ledger says ${sum}`;
    if (balance < 0) yield `the balance of ${place} (player, item) is ${balance}`;
  }
  yield* sentencesOnTotals(evidence);
}

/** What all together received and did not spend is what all together have more than before. */
function* sentencesOnTotals({ added, initial, final }: Evidence): Iterable<string> {
  const totals = new Map<number, number>();
  const add = (itemId: number, count: number) => totals.set(itemId, (totals.get(itemId) ?? 0) + count);
  for (const { lines } of added.values()) for (const line of lines) add(line.itemId, line.received - line.spent);
  for (const place of new Set([...initial.balances.keys(), ...final.balances.keys()])) {
    add(Number(place.split(".")[1]), (initial.balances.get(place) ?? 0) - (final.balances.get(place) ?? 0));
  }
  for (const [itemId, missing] of totals) {
    if (missing !== 0) yield `of item ${itemId}, ${missing} more were received than spent or kept, over all players`;
  }
}

export function* sentencesOnTransfers({ added }: Evidence): Iterable<string> {
  for (const [place, { kind, peer, playerId, version, lines }] of added) {
    if (kind !== "TRANSFER") {
      if (peer !== null) yield `entry ${place} is no transfer, and names another half`;
      continue;
    }
    const other: LedgerEntry | undefined = peer === null ? undefined : added.get(placeOf(peer.playerId, peer.version));
    if (other === undefined) yield `the transfer in entry ${place} has no other half`;
    else if (other.peer?.playerId !== playerId || other.peer.version !== version) {
      yield `the transfer in entry ${place} names a half that does not name it`;
    } else if (linesOf(lines, false) !== linesOf(other.lines, true)) {
      yield `the halves of the transfer in entry ${place} say different things`;
    }
  }
}

export function* sentencesOnVersions({ timelines, final }: Evidence): Iterable<string> {
  for (const [playerId, { firstVersion, entries }] of timelines) {
    for (const [place, { version }] of entries.entries()) {
      if (version !== firstVersion + place + 1) yield `player ${playerId} has a gap before version ${version}`;
    }
    const last = entries.at(-1)?.version ?? firstVersion;
    const version = final.versions.get(playerId);
    if (version !== last) yield `player ${playerId} has version ${version}, and entries up to ${last}`;
  }
}

function linesOf(lines: LedgerEntry["lines"], mirrored: boolean): string {
  return lines
    .toSorted((a, b) => a.itemId - b.itemId)
    .map(({ itemId, received, spent }) => [itemId, ...(mirrored ? [spent, received] : [received, spent])].join(" "))
    .join(", ");
}
