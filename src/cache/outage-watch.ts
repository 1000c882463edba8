// Whether MySQL is away, as the reads of this process see it: once one of them has met an outage, the others do
// without MySQL where they can, but for one in a while, which finds out. One lost connection is no outage yet.

import { limits } from "../runtime/limits.ts";

export interface OutageWatch {
  /** Whether to do without MySQL just now. False for one asker in each `breakerMs`: it asks MySQL for all. */
  isAway(): boolean;
  /** Whether a read has met an outage since the last that was answered. */
  isDoubtful(): boolean;
  /** Whether two have, one after the other. */
  isConfirmed(): boolean;
  /** A read that began then, on performance.now()'s clock, has met an outage. */
  met(beganAtMs: number): void;
  /** MySQL has answered a read. */
  answered(): void;
}

export function createOutageWatch(): OutageWatch {
  let metInARow = 0;
  let lastMetAtMs = 0;
  let awayUntilMs = 0;
  return {
    isAway() {
      if (metInARow === 0) return false;
      const nowMs = performance.now();
      if (nowMs < awayUntilMs) return true;
      awayUntilMs = nowMs + limits.breakerMs;
      return false;
    },
    isDoubtful: () => metInARow > 0,
    isConfirmed: () => metInARow > 1,
    met(beganAtMs) {
      // Of all that were on one lost connection the first counts: the others say nothing new.
      if (metInARow > 0 && beganAtMs < lastMetAtMs) return;
      metInARow += 1;
      lastMetAtMs = performance.now();
      awayUntilMs = lastMetAtMs + limits.breakerMs;
    },
    answered() {
      metInARow = 0;
    },
  };
}
