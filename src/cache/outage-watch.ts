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
  /** A read has met an outage. */
  met(): void;
  /** MySQL has answered a read. */
  answered(): void;
}

export function createOutageWatch(): OutageWatch {
  let metInARow = 0;
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
    met() {
      metInARow += 1;
      awayUntilMs = performance.now() + limits.breakerMs;
    },
    answered() {
      metInARow = 0;
    },
  };
}
