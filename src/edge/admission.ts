// Which reads may begin. Answers that are cached cost next to nothing and are always given; a read that has to be
// computed waits in line for MySQL, and past a point it would only be late, and make others late. Under
// pressure such reads are refused at once, before any write is: writes have a bound of their own.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { overloaded } from "../errors.ts";
import { limits } from "../runtime/limits.ts";

export interface Admission {
  /** Runs `read`, or throws OVERLOADED. */
  run<T>(read: () => Promise<T>): Promise<T>;
  /** Reads that are being computed. */
  inFlight(): number;
  stop(): void;
}

export interface AdmissionOptions {
  /** Reads that may be in flight whatever the pressure. */
  readonly unquestionedMax?: number;
  /** Reads that may be in flight at all. */
  readonly inFlightMax?: number;
}

export function createAdmission({
  unquestionedMax = limits.readsUnquestionedMax,
  inFlightMax = limits.readsInFlightMax,
}: AdmissionOptions = {}): Admission {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let delayMs = 0;
  let inFlight = 0;
  // The mean of the last window: one stall is no pressure, and neither is what has passed.
  const timer = setInterval(() => {
    delayMs = Number.isNaN(delay.mean) ? 0 : delay.mean / 1e6 - RESOLUTION_MS;
    delay.reset();
  }, limits.admissionWindowMs);
  timer.unref();

  const admits = (): boolean => {
    if (inFlight < unquestionedMax) return true;
    return inFlight < inFlightMax && delayMs < limits.admissionDelayMs;
  };

  return {
    async run(read) {
      if (!admits()) throw overloaded();
      inFlight += 1;
      try {
        return await read();
      } finally {
        inFlight -= 1;
      }
    },
    inFlight: () => inFlight,
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}

const RESOLUTION_MS = 10;
