// While MySQL cannot be reached, writes are refused at once instead of each waiting for its deadline; one at a time
// tries again now and then. One lost connection is no outage: two failures in a row are.

import { limits } from "../runtime/limits.ts";

export interface Breaker {
  /** Whether MySQL was away the last times. */
  isOpen(): boolean;
  /** Whether a command may come in; `isTrying`: whether others are on their way already. */
  lets(isTrying: boolean): boolean;
  countOutage(): void;
  /** MySQL has answered. */
  close(): void;
}

export function createBreaker(): Breaker {
  let outages = 0;
  let untilMs = 0;
  return {
    isOpen: () => outages >= OUTAGES_MIN,
    lets: (isTrying) => outages < OUTAGES_MIN || (performance.now() >= untilMs && !isTrying),
    countOutage() {
      outages += 1;
      untilMs = performance.now() + limits.breakerMs;
    },
    close() {
      outages = 0;
    },
  };
}

const OUTAGES_MIN = 2;
