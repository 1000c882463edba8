// Which reads may begin. Answers that are cached cost next to nothing and are always given; reads that have to be
// computed begin so many at a time, and the others wait in line, which costs next to nothing and keeps whoever asked from
// asking again. Who has waited too long is refused: past a point a read is only late, and makes others late. Nobody is
// refused for a wait that is merely foreseen: a refusal costs a good part of what a read costs, and whoever is told at
// once comes back at once, until there is time for nothing else. Writes pass: they have a bound of their own.

import { monitorEventLoopDelay } from "node:perf_hooks";
import type { GraphQLError } from "graphql";
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
  /** What becomes of a read that comes now. */
  outlook(): Outlook;
  /** A place in line, where `outlook` says so, for one that has little to keep while it waits. */
  enter(turn: Turn): Place;
  /** Who leaves before his turn is never told of it. */
  leave(place: Place): void;
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

export type Outlook = "begins" | "waits" | "is refused";

/** Of which one is called, later on. */
export interface Turn {
  /** At once it may `run` one read. */
  begin(): void;
  refuse(reason: GraphQLError): void;
}

export interface Place {
  readonly turn: Turn;
  /** In the life of the event loop: a stall of ours makes nobody late. */
  readonly sinceMs: number;
  /** False once its request is over, though it stands in line still. */
  isWaiting: boolean;
}

export function createAdmission({
  computedMax = limits.readsComputedMax,
  waitingMax = limits.readsWaitingMax,
  lateMax = limits.readsLateMax,
  waitMs = limits.readWaitMs,
}: AdmissionOptions = {}): Admission {
  const line = new WaitingLine<Place>();
  let computing = 0;
  let waitingCount = 0;
  const lateness = createLateness();

  const compute = async <T>(read: () => Promise<T>): Promise<T> => {
    computing += 1;
    try {
      return await read();
    } finally {
      computing -= 1;
      beginNext();
    }
  };

  const beginNext = (): void => {
    while (computing < computedMax) {
      const next = line.take();
      if (next === undefined) return;
      if (left(next)) next.turn.begin();
    }
  };

  /** Whether it was there still. */
  const left = (place: Place): boolean => {
    if (!place.isWaiting) return false;
    place.isWaiting = false;
    waitingCount -= 1;
    return true;
  };

  /** One burst stalls the loop for a moment, and says nothing of what it can do: only many reads in a late loop do. */
  const isLate = (): boolean => computing + waitingCount >= lateMax && lateness.delayMs() >= limits.admissionDelayMs;

  const outlook = (): Outlook => {
    if (computing < computedMax) return "begins";
    return line.size >= waitingMax || isLate() ? "is refused" : "waits";
  };

  const stand = (turn: Turn): Place => {
    const place = { turn, sinceMs: loopAliveMs(), isWaiting: true };
    line.add(place);
    waitingCount += 1;
    return place;
  };

  const wait = <T>(read: () => Promise<T>, request: Cancellation | undefined): Promise<T> =>
    new Promise<T>((resolve, refuse) => {
      const place = stand({ begin: () => resolve(compute(read)), refuse });
      request?.whenOver((reason) => {
        if (left(place)) refuse(reason);
      });
    });

  const sweep = setInterval(() => {
    const sinceMs = loopAliveMs() - waitMs;
    for (let { first } = line; first !== undefined && first.sinceMs < sinceMs; first = line.first) {
      line.take();
      if (left(first)) first.turn.refuse(overloaded());
    }
  }, limits.admissionSweepMs);
  sweep.unref();

  return {
    run<T>(read: () => Promise<T>, request?: Cancellation): Promise<T> {
      const now = outlook();
      if (now === "begins") return compute(read);
      return now === "waits" ? wait(read, request) : Promise.reject(overloaded());
    },
    runAgain: compute,
    outlook,
    enter: stand,
    leave: left,
    inFlight: () => computing,
    waiting: () => waitingCount,
    stop() {
      clearInterval(sweep);
      lateness.stop();
    },
  };
}

/** How late the event loop is, as of the last window: what has passed is no pressure. */
function createLateness() {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let delayMs = 0;
  const timer = setInterval(() => {
    delayMs = Number.isNaN(delay.mean) ? 0 : delay.mean / 1e6 - RESOLUTION_MS;
    delay.reset();
  }, limits.admissionWindowMs);
  timer.unref();
  return {
    delayMs: () => delayMs,
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}

const RESOLUTION_MS = 10;
