// The promise of the cache, judged from outside: after an answer no process tells that player an older state, a session
// sees versions grow, nobody is shown what is another's, and what is shown is what the ledger says. The one exception,
// to the letter: what a process committed that could not confirm its bumps, others may miss for as long as an entry lives.

import { evidenceOf, type Case, type Evidence, type Timeline } from "./evidence.ts";
import type { Entry } from "./history.ts";
import { linesText, type Read } from "./reading.ts";

/** The lifetime of a cached answer, as documented; not taken from the server, which might be wrong about it. */
const ENTRY_MS = 30_000;

/** A time in which a process could not confirm what it told Redis. */
export interface Doubt {
  readonly port: number;
  readonly fromMs: number;
  /** When it owed nothing any more; infinite where it died owing, which nobody pays. */
  readonly toMs: number;
}

export interface FreshnessCase extends Case {
  readonly readings: readonly Read[];
  /** Of the process that each entry of the history was sent to. */
  readonly portOf: ReadonlyMap<Entry, number>;
  readonly doubts: readonly Doubt[];
}

/** What a judgement found. */
export interface Freshness {
  readonly sentences: readonly string[];
  /** Reads that only the exception allows. */
  readonly excused: number;
}

export function judgeFreshness(given: FreshnessCase): Freshness {
  const judge = new Judge(given);
  return { sentences: [...judge.sentences()], excused: judge.excused };
}

type Told = Timeline["entries"][number];

class Judge {
  excused = 0;
  readonly #given: FreshnessCase;
  readonly #evidence: Evidence;
  readonly #items: readonly number[];
  readonly #ledger: ReadonlyMap<string, string>;

  constructor(given: FreshnessCase) {
    this.#given = given;
    this.#evidence = evidenceOf(given);
    this.#items = [...new Set([...given.final.balances.keys()].map((place) => Number(place.split(".")[1])))];
    this.#ledger = new Map(
      given.final.ledger.map(({ playerId, version, lines }) => [`${playerId}.${version}`, linesText(lines)]),
    );
  }

  *sentences(): Iterable<string> {
    for (const read of this.#given.readings) {
      yield* this.#onManners(read);
      if (read.seen === null) continue;
      yield* this.#onPrivacy(read);
      yield* this.#onAge(read);
      yield* this.#onContents(read);
    }
    yield* this.#onSessions();
  }

  *#onManners(read: Read): Iterable<string> {
    const { status, code, retryAfter, seen } = read;
    if (seen !== null || status === 0) return;
    if (status !== 503 || retryAfter === null) yield `manners: ${nameOf(read)} was answered ${status} ${code}`;
  }

  *#onPrivacy(read: Read): Iterable<string> {
    const { owners } = read.seen!;
    for (const owner of owners) {
      if (owner !== read.playerId) yield `privacy: ${nameOf(read)} shows what is of player ${owner}`;
    }
    // Without this an answer that shows nothing at all would pass.
    if (!owners.includes(read.playerId)) yield `privacy: ${nameOf(read)} lacks what is its own`;
  }

  *#onAge(read: Read): Iterable<string> {
    const missed = this.#after(read).filter(({ notAfterMs }) => notAfterMs < read.startedAtMs);
    if (missed.length === 0) return;
    const stale = missed.find((entry) => !this.#isExcused(entry, read));
    if (stale === undefined) this.excused += 1;
    else {
      const lateMs = (read.startedAtMs - stale.notAfterMs).toFixed(1);
      yield `age: ${nameOf(read)} shows version ${read.seen!.version}, ${lateMs} ms after ${stale.version} had been told`;
    }
  }

  /** The player's entries that the read does not show. */
  #after({ playerId, seen }: Read): readonly Told[] {
    const { entries } = this.#evidence.timelines.get(playerId)!;
    return entries
      .slice(
        Math.max(
          0,
          entries.findIndex(({ version }) => version > seen!.version),
        ),
      )
      .filter(({ version }) => version > seen!.version);
  }

  /**
   * Missing an entry is allowed where a process in doubt committed it, or may have, and where nobody else had told of it
   * before: to others than that process, in what may be cached, for as long as an entry lives.
   */
  #isExcused({ by, notAfterMs }: Told, read: Read): boolean {
    if (by === null || read.lane !== "fast" || read.startedAtMs - notAfterMs > ENTRY_MS) return false;
    const isInDoubt = (entry: Entry) => this.#isInDoubt(entry, read);
    const told = by.answered.filter(({ endedAtMs }) => endedAtMs! < read.startedAtMs);
    const committed = by.answered.filter(({ answer }) => answer!.replayed === false);
    const suspects = committed.length > 0 ? committed : by.entries;
    return told.every(isInDoubt) && suspects.some(isInDoubt);
  }

  /** Whether it was sent, before the read and elsewhere, to a process that was in doubt by then and until the read. */
  #isInDoubt(entry: Entry, read: Read): boolean {
    const port = this.#given.portOf.get(entry);
    if (port === read.port || entry.startedAtMs > read.startedAtMs) return false;
    const endedAtMs = entry.endedAtMs ?? Infinity;
    return this.#given.doubts.some(
      ({ port: doubtful, fromMs, toMs }) => doubtful === port && endedAtMs >= fromMs && read.startedAtMs <= toMs,
    );
  }

  *#onContents(read: Read): Iterable<string> {
    const { playerId, startedAtMs, endedAtMs } = read;
    const { version, balances, entries } = read.seen!;
    const { versionsIn, balanceAt } = this.#evidence;
    const [, high] = versionsIn(playerId, startedAtMs, endedAtMs);
    if (version > high) yield `contents: ${nameOf(read)} shows version ${version} when ${high} was the last`;
    if (balances !== null) {
      const { byItem, isWhole } = balances;
      const items = isWhole ? [...new Set([...this.#items, ...byItem.keys()])] : [...byItem.keys()];
      let fits = false;
      // Quantities may be newer than the version beside them, never older.
      for (let moment = version; moment <= Math.max(version, high) && !fits; moment += 1) {
        fits = items.every((itemId) => (byItem.get(itemId) ?? 0) === balanceAt(playerId, itemId, moment));
      }
      if (!fits) yield `contents: ${nameOf(read)} shows balances of no version from ${version} to ${high}`;
    }
    const newest = entries?.[0]?.version ?? version;
    if (newest < version || newest > Math.max(version, high)) {
      yield `contents: ${nameOf(read)} shows version ${version} and entry ${newest}`;
    }
    for (const [place, entry] of (entries ?? []).entries()) {
      if (entry.version !== newest - place) yield `contents: ${nameOf(read)} shows entries with a gap`;
      if (this.#ledger.get(`${playerId}.${entry.version}`) !== entry.lines) {
        yield `contents: ${nameOf(read)} shows in entry ${entry.version} what the ledger has not`;
      }
    }
  }

  /** Whoever asks one thing after the other sees versions grow, whichever process and lane answers. */
  *#onSessions(): Iterable<string> {
    for (const steps of this.#sessions().values()) {
      let seen = { version: 0, endedAtMs: 0 };
      for (const { read, version, startedAtMs, endedAtMs } of steps) {
        if (read !== null && version < seen.version && startedAtMs >= seen.endedAtMs) {
          const missed = this.#after(read).filter((entry) => entry.version <= seen.version);
          if (!missed.every((entry) => this.#isExcused(entry, read))) {
            yield `session: ${nameOf(read)} saw version ${seen.version}, and then ${version}`;
          }
        }
        if (version > seen.version) seen = { version, endedAtMs };
      }
    }
  }

  #sessions(): Map<string, Step[]> {
    const sessions = new Map<string, Step[]>();
    const add = (session: string, step: Step) => {
      const known = sessions.get(session);
      if (known === undefined) sessions.set(session, [step]);
      else known.push(step);
    };
    for (const read of this.#given.readings) {
      if (read.seen === null) continue;
      const { startedAtMs, endedAtMs } = read;
      add(`${read.session}|${read.playerId}`, { read, version: read.seen.version, startedAtMs, endedAtMs });
    }
    for (const { session, ask, outcome, answer, startedAtMs, endedAtMs } of this.#given.entries) {
      const version = answer?.version ?? null;
      if (outcome !== "ok" || version === null) continue;
      const step = { read: null, version, startedAtMs, endedAtMs: endedAtMs! };
      add(`${session}|${ask.playerId}`, step);
    }
    for (const steps of sessions.values()) steps.sort((a, b) => a.startedAtMs - b.startedAtMs);
    return sessions;
  }
}

interface Step {
  /** Null for a write. */
  readonly read: Read | null;
  readonly version: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

function nameOf({ kind, lane, playerId, port, session }: Read): string {
  return `${kind} of player ${playerId} (${session}, ${lane} lane, port ${port})`;
}
