// Which reads may begin. Answers that are cached cost next to nothing and are always given; reads that have to be
// computed begin so many at a time, and the others wait in line, which costs nothing and keeps whoever asked from
// asking again. Who would wait too long is refused, at once where that can be foreseen: past a point a read is only
// late, and makes others late. Writes pass: they have a bound of their own.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { overloaded } from "../errors.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import { limits } from "../runtime/limits.ts";
import { WaitingLine } from "../runtime/waiting-line.ts";

export interface Admission {
  /** Runs `read` when its turn comes, unless its request is over by then; or throws OVERLOADED. */
  run<T>(read: () => Promise<T>, request?: Cancellation): Promise<T>;
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
  /** In line. */
  readonly waitMs?: number;
}

interface Waiting {
  readonly sinceMs: number;
  readonly request: Cancellation | undefined;
  readonly begin: () => void;
  readonly refuse: (reason: Error) => void;
}

export function createAdmission({
  computedMax = limits.readsComputedMax,
  waitingMax = limits.readsWaitingMax,
  waitMs = limits.readWaitMs,
}: AdmissionOptions = {}): Admission {
  const line = new WaitingLine<Waiting>();
  let computing = 0;
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
      const reason = next.request?.reason ?? null;
      if (reason === null) next.begin();
      else next.refuse(reason);
    }
  };

  const isHopeless = (): boolean =>
    line.size >= waitingMax || pace.delayMs() >= limits.admissionDelayMs || pace.msFor(line.size) > waitMs;

  const sweep = setInterval(() => {
    const sinceMs = performance.now() - waitMs;
    while (line.first !== undefined && line.first.sinceMs < sinceMs) line.take()!.refuse(overloaded());
  }, limits.admissionSweepMs);
  sweep.unref();

  return {
    run<T>(read: () => Promise<T>, request?: Cancellation): Promise<T> {
      if (computing < computedMax) {
        pace.slacken();
        return compute(read);
      }
      if (isHopeless()) return Promise.reject(overloaded());
      return new Promise<T>((resolve, refuse) => {
        const begin = (): void => resolve(compute(read));
        line.add({ sinceMs: performance.now(), request, begin, refuse });
      });
    },
    inFlight: () => computing,
    waiting: () => line.size,
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
  let windowBeganMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
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
