// Which reads may begin. Answers that are cached cost next to nothing and are always given; reads that have to be
// computed begin so many at a time, and the others wait in line, which costs nothing and keeps whoever asked from
// asking again. Who would wait too long is refused, at once where that can be foreseen: past a point a read is only
// late, and makes others late. Writes pass: they have a bound of their own.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { overloaded } from "../errors.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import { loopAliveMs } from "../runtime/deadline.ts";
import { limits } from "../runtime/limits.ts";
import { WaitingLine } from "../runtime/waiting-line.ts";

export interface Admission {
  /** Runs `read` when its turn comes, unless its request is over by then; or throws OVERLOADED. */
  run<T>(read: () => Promise<T>, request?: Cancellation): Promise<T>;
  /** Runs at once what has had its turn already, and must be read in another way. */
  runAgain<T>(read: () => Promise<T>): Promise<T>;
  /** Reads that are being computed. */
  inFlight(): number;
  /** Reads in line. */
  waiting(): number;
  stop(): void;
}

export interface AdmissionOptions {
  /** Reads that are computed at the same time. */
  readonly computedMax?: number;
  /** Reads in line. */
  readonly waitingMax?: number;
  /** Reads, computed and in line together, up to which a late event loop refuses nobody. */
  readonly lateMax?: number;
  /** In line. */
  readonly waitMs?: number;
}

interface Waiting {
  /** In the life of the event loop: a stall of ours makes nobody late. */
  readonly sinceMs: number;
  /** False once its request is over, though it stands in line still. */
  isWaiting: boolean;
  readonly begin: () => void;
  readonly refuse: (reason: Error) => void;
}

export function createAdmission({
  computedMax = limits.readsComputedMax,
  waitingMax = limits.readsWaitingMax,
  lateMax = limits.readsLateMax,
  waitMs = limits.readWaitMs,
}: AdmissionOptions = {}): Admission {
  const line = new WaitingLine<Waiting>();
  let computing = 0;
  let waitingCount = 0;
  const pace = createPace(() => computing >= computedMax);

  const compute = async <T>(read: () => Promise<T>): Promise<T> => {
    computing += 1;
    try {
      return await read();
    } finally {
      computing -= 1;
      pace.count();
      beginNext();
    }
  };

  const beginNext = (): void => {
    while (computing < computedMax) {
      const next = line.take();
      if (next === undefined) return;
      if (leave(next)) next.begin();
    }
  };

  /** Whether it was there still. */
  const leave = (waiting: Waiting): boolean => {
    if (!waiting.isWaiting) return false;
    waiting.isWaiting = false;
    waitingCount -= 1;
    return true;
  };

  /** One burst stalls the loop for a moment, and says nothing of what it can do: only many reads in a late loop do. */
  const isLate = (): boolean => computing + waitingCount >= lateMax && pace.delayMs() >= limits.admissionDelayMs;

  const isHopeless = (): boolean => line.size >= waitingMax || isLate() || pace.msFor(waitingCount) > waitMs;

  const wait = <T>(read: () => Promise<T>, request: Cancellation | undefined): Promise<T> =>
    new Promise<T>((resolve, refuse) => {
      const begin = (): void => resolve(compute(read));
      const waiting: Waiting = { sinceMs: loopAliveMs(), isWaiting: true, begin, refuse };
      line.add(waiting);
      waitingCount += 1;
      request?.whenOver((reason) => {
        if (leave(waiting)) refuse(reason);
      });
    });

  const sweep = setInterval(() => {
    const sinceMs = loopAliveMs() - waitMs;
    for (let { first } = line; first !== undefined && first.sinceMs < sinceMs; first = line.first) {
      line.take();
      if (leave(first)) first.refuse(overloaded());
    }
  }, limits.admissionSweepMs);
  sweep.unref();

  return {
    run<T>(read: () => Promise<T>, request?: Cancellation): Promise<T> {
      if (computing < computedMax) {
        pace.slacken();
        return compute(read);
      }
      return isHopeless() ? Promise.reject(overloaded()) : wait(read, request);
    },
    runAgain: compute,
    inFlight: () => computing,
    waiting: () => waitingCount,
    stop() {
      clearInterval(sweep);
      pace.stop();
    },
  };
}

/** How fast reads end, and how late the event loop is: both as of the last window, since what has passed is no pressure. */
function createPace(isFull: () => boolean) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let delayMs = 0;
  let ended = 0;
  let isSlack = true;
  let perMs: number | null = null;
  let windowBeganMs = loopAliveMs();
  const timer = setInterval(() => {
    const nowMs = loopAliveMs();
    perMs = isSlack ? null : ended / (nowMs - windowBeganMs);
    delayMs = Number.isNaN(delay.mean) ? 0 : delay.mean / 1e6 - RESOLUTION_MS;
    windowBeganMs = nowMs;
    ended = 0;
    isSlack = !isFull();
    delay.reset();
  }, limits.admissionWindowMs);
  timer.unref();
  return {
    count: () => void (ended += 1),
    /** Somebody did not have to wait: how many ended says how many came, and not how many could. */
    slacken: () => void (isSlack = true),
    delayMs: () => delayMs,
    /** For so many to end; 0 where that is not known. */
    msFor: (count: number) => (count === 0 || perMs === null ? 0 : count / perMs),
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}

const RESOLUTION_MS = 10;
