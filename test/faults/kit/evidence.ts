// History and rows, joined: what was asked under each key, which entries of the ledger belong to it, and which
// versions of a player may have been the current one at a given time. The laws look at nothing else.

import type { Ask, Entry } from "./history.ts";
import { placeOf, type LedgerEntry, type Rows, type StoredAnswer } from "./rows.ts";
import { payloadOf } from "./payload.ts";

/** What the checker is given. */
export interface Case {
  readonly entries: readonly Entry[];
  /** Before the first request. */
  readonly initial: Rows;
  /** When nothing was on its way any more. */
  readonly final: Rows;
  /** Ingredients of each item that can be exchanged for. */
  readonly recipes: ReadonlyMap<number, readonly { readonly itemId: number; readonly count: number }[]>;
  /** By player: digits that stand in its own state alone. */
  readonly markers: ReadonlyMap<number, string>;
}

/** Everything that was sent under one key. */
export interface Request {
  readonly key: string;
  readonly ask: Ask;
  /** In the order of sending. */
  readonly entries: readonly Entry[];
  /** Those that were told an outcome. */
  readonly answered: readonly Entry[];
  readonly startedAtMs: number;
  /** When the first outcome was told; infinite where none was. By then it was decided. */
  readonly decidedAtMs: number;
  readonly stored: StoredAnswer | null;
}

/** Entries of one player that the load added, and when each of them can have been committed. */
export interface Timeline {
  readonly firstVersion: number;
  /** Dense from `firstVersion + 1` unless the law of versions is broken. */
  readonly entries: readonly (LedgerEntry & {
    readonly by: Request | null;
    readonly notBeforeMs: number;
    readonly notAfterMs: number;
  })[];
}

export interface Evidence extends Case {
  readonly requests: readonly Request[];
  readonly reads: readonly Entry[];
  /** Entries that the load added, by player and version. */
  readonly added: ReadonlyMap<string, LedgerEntry>;
  /** The requests that name each entry, in their answers or in the stored ones. */
  readonly claims: ReadonlyMap<string, ReadonlySet<Request>>;
  readonly timelines: ReadonlyMap<number, Timeline>;
  /** The balance after that version, as initial balances and ledger say. */
  balanceAt(playerId: number, itemId: number, version: number): number;
  /** The lowest and the highest version that can have been current at some time in the interval. */
  versionsIn(playerId: number, fromMs: number, toMs: number): readonly [low: number, high: number];
}

export function evidenceOf(given: Case): Evidence {
  const { entries, initial, final } = given;
  const requests = requestsOf(entries, final);
  const added = new Map(
    final.ledger
      .filter(({ playerId, version }) => version > (initial.versions.get(playerId) ?? 0))
      .map((entry) => [placeOf(entry.playerId, entry.version), entry]),
  );
  const claims = claimsOf(requests);
  const timelines = timelinesOf(initial, added, claims);
  const states = new Map(
    [...timelines].map(([playerId, timeline]) => [playerId, statesOf(playerId, timeline, initial)]),
  );
  return {
    ...given,
    requests,
    reads: entries.filter(({ key }) => key === null),
    added,
    claims,
    timelines,
    balanceAt: (playerId, itemId, version) => stateAt(states.get(playerId), version).get(itemId) ?? 0,
    versionsIn: (playerId, fromMs, toMs) => {
      const { firstVersion, entries: own } = timelines.get(playerId)!;
      let low = firstVersion;
      let high = own.at(-1)?.version ?? firstVersion;
      for (const { version, notAfterMs } of own) if (notAfterMs < fromMs) low = version;
      for (const { version, notBeforeMs } of own.toReversed()) if (notBeforeMs > toMs) high = version - 1;
      return [low, high];
    },
  };
}

/** The row of the idempotency table that a request's answer is stored in. */
export function keyHexOf(key: string): string {
  return key.replaceAll("-", "");
}

function requestsOf(entries: readonly Entry[], final: Rows): Request[] {
  const stored = new Map(final.storedAnswers.map((answer) => [`${answer.playerId}|${answer.keyHex}`, answer]));
  const byKey = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.key === null) continue;
    const known = byKey.get(entry.key);
    if (known === undefined) byKey.set(entry.key, [entry]);
    else known.push(entry);
  }
  return [...byKey].map(([key, sent]) => {
    const { ask, startedAtMs } = sent[0]!;
    const answered = sent.filter(({ outcome }) => outcome === "ok" || outcome === "refused");
    return {
      key,
      ask,
      entries: sent,
      answered,
      startedAtMs,
      decidedAtMs: Math.min(...answered.map(({ endedAtMs }) => endedAtMs!)),
      stored: stored.get(`${ask.playerId}|${keyHexOf(key)}`) ?? null,
    };
  });
}

function claimsOf(requests: readonly Request[]): Map<string, Set<Request>> {
  const claims = new Map<string, Set<Request>>();
  for (const request of requests) {
    const named = [
      ...(request.stored?.transactions ?? []),
      ...request.answered.flatMap(({ answer }) => payloadOf(answer!).transactions),
    ];
    for (const { playerId, version } of named) {
      const place = placeOf(playerId, version);
      const known = claims.get(place);
      if (known === undefined) claims.set(place, new Set([request]));
      else known.add(request);
    }
  }
  return claims;
}

function timelinesOf(
  initial: Rows,
  added: ReadonlyMap<string, LedgerEntry>,
  claims: ReadonlyMap<string, ReadonlySet<Request>>,
): Map<number, Timeline> {
  const byPlayer = new Map<number, Timeline["entries"][number][]>(
    [...initial.versions.keys()].map((playerId) => [playerId, []]),
  );
  for (const [place, entry] of added) {
    const [by = null] = claims.get(place) ?? [];
    byPlayer
      .get(entry.playerId)!
      .push({ ...entry, by, notBeforeMs: by?.startedAtMs ?? 0, notAfterMs: by?.decidedAtMs ?? Infinity });
  }
  return new Map(
    [...byPlayer].map(([playerId, entries]) => [
      playerId,
      {
        firstVersion: initial.versions.get(playerId)!,
        entries: entries.toSorted((a, b) => a.version - b.version),
      },
    ]),
  );
}

type State = ReadonlyMap<number, number>;

/** Quantity by item after each version. */
function statesOf(playerId: number, { firstVersion, entries }: Timeline, initial: Rows): Map<number, State> {
  const first = [...initial.balances].flatMap(([place, quantity]): [number, number][] => {
    const [owner, itemId] = place.split(".").map(Number);
    return owner === playerId ? [[itemId!, quantity]] : [];
  });
  let state: State = new Map(first);
  const states = new Map([[firstVersion, state]]);
  for (const { version, lines } of entries) {
    const next = new Map(state);
    for (const { itemId, received, spent } of lines) next.set(itemId, (next.get(itemId) ?? 0) + received - spent);
    states.set(version, next);
    state = next;
  }
  return states;
}

/** Where a version is missing, which a law of its own reports, the one before counts. */
function stateAt(states: ReadonlyMap<number, State> | undefined, version: number): State {
  const exact = states?.get(version);
  if (exact !== undefined) return exact;
  let state: State = new Map();
  for (const [known, there] of states ?? []) {
    if (known > version) break;
    state = there;
  }
  return state;
}
