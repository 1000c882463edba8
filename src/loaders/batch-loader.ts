// Natural batching: one loader per kind of question, shared by all requests of the process. A key
// that arrives while the loader is idle goes out in the same turn of the event loop; keys that
// arrive while a batch is at the database collect, and leave together when it returns.
// One player alone waits for nobody; a thousand at once become a handful of statements.
//
// Ordering guarantee: a load joins only a batch that has not been dispatched when it arrives, so its
// answer is read after it was asked. DataLoader's cache stays off: a process-wide memory of answers
// would be a cache without fences (rows of the catalogue have one: kept-rows.ts). Authorisation never
// depends on a batch. A key whose request is over by the time its batch leaves is left out: nobody waits
// for its answer.

import DataLoader from "dataloader";
import { overloaded } from "../errors.ts";
import { limits } from "../runtime/limits.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { isOutage, isStatementFault } from "../database/database-error.ts";
import { createKeptRows, type KeptRows } from "./kept-rows.ts";

export interface BatchLoader<Key, Value> {
  readonly name: string;
  /** The key as text: equal text, same question. */
  keyText(key: Key): string;
  /** Rows of the catalogue, which requests share; null where each asks anew. */
  readonly kept: KeptRows<Value> | null;
  /**
   * Rejects with what the statement threw, with OVERLOADED when too many keys wait, or with the reason
   * of `cancellation` where that came before the batch left. `text` is the key's, where it is known already.
   */
  load(key: Key, cancellation?: Cancellation, text?: string): Promise<Value>;
}

/** Answers in the order of the keys; an Error in a place fails that key alone. */
export type BatchFunction<Key, Value> = (keys: readonly Key[]) => Promise<readonly (Value | Error)[]>;

export interface BatchLoaderOptions<Key, Value> {
  readonly name: string;
  readonly keyText: (key: Key) => string;
  /** Called with distinct keys, at most `batchKeysMax` of them. */
  readonly batch: BatchFunction<Key, Value>;
  readonly metrics: Metrics;
  readonly batchKeysMax?: number;
  /** Whether what it answers depends on the catalogue and on nothing else. */
  readonly isOfCatalogue?: boolean;
}

export function createBatchLoader<Key, Value>(options: BatchLoaderOptions<Key, Value>): BatchLoader<Key, Value> {
  const { name, keyText, metrics } = options;
  const gate = createGate(limits.batchesInFlightMax);
  const batchKeys = metrics.batchKeys.labels({ loader: name });
  const keysWaiting = metrics.keysWaiting.labels({ loader: name });
  let waiting = 0;

  const dispatch = async (asks: readonly Ask<Key>[]): Promise<readonly (Value | Error)[]> => {
    waiting -= asks.length;
    keysWaiting.set(waiting);
    const refusal = gate.refusal();
    if (refusal !== null) return asks.map(() => refusal);
    let outage: Error | null = null;
    try {
      const { distinct, places } = distinctKeys(asks);
      batchKeys.observe(distinct.length);
      const answers = distinct.length === 0 ? [] : await isolateFailures(distinct, options.batch);
      outage = answers.find(isOutage) ?? null;
      return places.map((place) => (place instanceof Error ? place : answers[place]!));
    } finally {
      gate.leave(outage);
    }
  };

  const loader = new DataLoader<Ask<Key>, Value>(dispatch, {
    cache: false,
    maxBatchSize: options.batchKeysMax ?? limits.batchKeysMax,
    batchScheduleFn: gate.enter,
    name,
  });

  return {
    name,
    keyText,
    kept: options.isOfCatalogue === true ? createKeptRows<Value>() : null,
    load(key, cancellation, text = keyText(key)) {
      if (waiting >= limits.keysWaitingMax) return Promise.reject(overloaded());
      waiting += 1;
      return loader.load({ key, text, cancellation });
    },
  };
}

/** A key, and the request that wants it. */
interface Ask<Key> {
  readonly key: Key;
  readonly text: string;
  readonly cancellation: Cancellation | undefined;
}

interface Gate {
  /** DataLoader's batchScheduleFn: calls `dispatch` when the batch may go. */
  enter(dispatch: () => void): void;
  /** Why the batch that is being dispatched must fail without a statement; null if it may go. */
  refusal(): Error | null;
  /** A batch is back; `outage` if the database could not be reached for it. */
  leave(outage: Error | null): void;
}

/**
 * One batch is out at a time, and while it is, the next one grows. A further one, up to `places`,
 * leaves only when it is full or has waited a moment: a batch that takes long must not hold up those
 * behind it, but one that returns soon should find them gathered. Nobody waits in vain: a batch that
 * waited too long is refused, and an outage that one batch met is the answer to all behind it,
 * instead of a deadline each. A batch always leaves at the end of a turn of the event loop: every
 * request whose bytes have already arrived has its say, and nobody waits for a timer.
 */
function createGate(places: number): Gate {
  const queue: { dispatch: () => void; sinceMs: number }[] = [];
  let taken = 0;
  let refused: Error | null = null;
  let overtaking: NodeJS.Timeout | undefined;

  const refuse = (dispatch: () => void, reason: Error) => {
    refused = reason;
    dispatch();
    refused = null;
  };
  const admitNext = () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (performance.now() - next.sinceMs <= limits.batchWaitMs) {
        taken += 1;
        setImmediate(next.dispatch);
        return;
      }
      refuse(next.dispatch, overloaded());
    }
  };
  const admitWhereDue = () => {
    // Only the newest batch still grows, so of two that wait the first is full.
    while (queue.length > 0 && (taken === 0 || (taken < places && queue.length > 1))) admitNext();
    if (queue.length > 0 && taken < places) overtaking ??= setTimeout(overtake, limits.batchOvertakeMs);
  };
  const overtake = () => {
    overtaking = undefined;
    if (taken < places) admitNext();
    admitWhereDue();
  };

  return {
    enter(dispatch) {
      if (taken === 0 && queue.length === 0) {
        taken = 1;
        setImmediate(dispatch);
        return;
      }
      queue.push({ dispatch, sinceMs: performance.now() });
      admitWhereDue();
    },
    refusal: () => refused,
    leave(outage) {
      taken -= 1;
      if (outage !== null) for (const { dispatch } of queue.splice(0)) refuse(dispatch, outage);
      admitWhereDue();
    },
  };
}

/** Each key once, and for every ask the place of its answer, or why it gets none. */
function distinctKeys<Key>(asks: readonly Ask<Key>[]) {
  const distinct: Key[] = [];
  const placeByText = new Map<string, number>();
  const places = asks.map(({ key, text, cancellation }): number | Error => {
    const reason = cancellation?.reason ?? null;
    if (reason !== null) return reason;
    const known = placeByText.get(text);
    if (known !== undefined) return known;
    placeByText.set(text, distinct.length);
    return distinct.push(key) - 1;
  });
  return { distinct, places };
}

/**
 * Runs the batch; when the server is there but the statement failed, halves it, so that one key
 * that cannot be answered (a row past the time limit, say) does not fail its neighbours. Bounded in
 * statements and time: when they are spent, what is left fails together.
 */
async function isolateFailures<Key, Value>(
  keys: readonly Key[],
  batch: BatchFunction<Key, Value>,
): Promise<readonly (Value | Error)[]> {
  const startedAtMs = performance.now();
  let splitsLeft = limits.batchSplitsMax;
  const attempt = async (part: readonly Key[]): Promise<readonly (Value | Error)[]> => {
    try {
      return await batch(part);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      const spent = splitsLeft < 2 || performance.now() - startedAtMs > limits.batchWaitMs;
      if (part.length === 1 || spent || !isStatementFault(failure)) return part.map(() => failure);
      splitsLeft -= 2;
      const middle = part.length >> 1;
      const [left, right] = await Promise.all([attempt(part.slice(0, middle)), attempt(part.slice(middle))]);
      return [...left, ...right];
    }
  };
  return attempt(keys);
}
