// Whether MySQL can be reached, as those see it who ask it: while it cannot, most do without it or are refused at once,
// instead of each waiting for its deadline, and now and then one finds out. One lost connection is no outage: two in a
// row are.

import { limits } from "./limits.ts";

export interface Breaker {
  /** Whether MySQL was away the last times. */
  isOpen(): boolean;
  /** Whether it was the last time. */
  isDoubtful(): boolean;
  /** Whether somebody has found out only just now, or is about to. */
  isResting(): boolean;
  /** Somebody goes to find out: the others wait for that. */
  rest(): void;
  /**
   * MySQL was away for somebody who began to ask at `beganAtMs`, on performance.now()'s clock. Of all who were on one lost
   * connection the first counts: what began before that says nothing new. Counted in any case where not given.
   */
  countOutage(beganAtMs?: number): void;
  /** MySQL has answered. */
  close(): void;
}

export function createBreaker(): Breaker {
  let outages = 0;
  let countedAtMs = 0;
  let restsUntilMs = 0;
  const rest = (): void => {
    restsUntilMs = performance.now() + limits.breakerMs;
  };
  return {
    isOpen: () => outages >= OUTAGES_MIN,
    isDoubtful: () => outages > 0,
    isResting: () => performance.now() < restsUntilMs,
    rest,
    countOutage(beganAtMs = performance.now()) {
      if (outages > 0 && beganAtMs < countedAtMs) return;
      outages += 1;
      countedAtMs = performance.now();
      rest();
    },
    close() {
      outages = 0;
    },
  };
}

const OUTAGES_MIN = 2;
