// What the clients of a load did and were told, in the order in which it happened. A client appends before it sends
// and fills in what came back, so a request whose answer never came is there too: its outcome is unknown.

/** An item and how many of it. */
export interface Line {
  readonly itemId: number;
  readonly count: number;
}

/** What a client asks for. The player is the one whose items change, or who is read. */
export type Ask = { readonly playerId: number } & (
  | { readonly kind: "GrantItems"; readonly items: readonly Line[] }
  | { readonly kind: "SpendItems"; readonly items: readonly Line[]; readonly expectedVersion?: number }
  | { readonly kind: "ExchangeItems"; readonly itemId: number; readonly times: number }
  | { readonly kind: "TransferItems"; readonly toPlayerId: number; readonly items: readonly Line[] }
  | { readonly kind: "CollectItem"; readonly n: number }
  | { readonly kind: "PlayerState" }
);

/**
 * `ok`: done. `refused`: an expected refusal, which is the answer to its key. `fail`: known not to be applied.
 * `unknown`: the connection was lost, the client gave up waiting, or the server said that it does not know.
 */
export type Outcome = "ok" | "refused" | "fail" | "unknown";

/** One request, and what came of it. */
export interface Entry {
  /** Who sends one thing after the other; its twins of one request apart. */
  readonly session: string;
  /** The idempotency key; null for a read. */
  readonly key: string | null;
  readonly ask: Ask;
  readonly startedAtMs: number;
  /** Null while there is no answer, and for ever where none came. */
  readonly endedAtMs: number | null;
  readonly outcome: Outcome;
  /** Null where no answer came. */
  readonly answer: Answer | null;
}

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** Of the first error. */
  readonly code: string | null;
  /** `data` and `errors` as JSON: equal for equal answers. */
  readonly text: string;
  /** Absent where the server says nothing about it. */
  readonly replayed: boolean | null;
  /** The player's version that the answer shows; null where it shows none. */
  readonly version: number | null;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Append-only: entries are added and filled in, never changed or removed. */
export class History {
  readonly #entries: Mutable<Entry>[] = [];

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Told before a request is sent. Returns how to tell what came of it. */
  append(sent: Pick<Entry, "session" | "key" | "ask">): (outcome: Outcome, answer: Answer | null) => Entry {
    const entry: Mutable<Entry> = {
      ...sent,
      startedAtMs: performance.now(),
      endedAtMs: null,
      outcome: "unknown",
      answer: null,
    };
    this.#entries.push(entry);
    return (outcome, answer) => Object.assign(entry, { endedAtMs: performance.now(), outcome, answer });
  }

  /** How many entries have each outcome, reads not counted. */
  count(): Record<Outcome, number> {
    const counts = { ok: 0, refused: 0, fail: 0, unknown: 0 };
    for (const { key, outcome } of this.#entries) if (key !== null) counts[outcome] += 1;
    return counts;
  }
}
