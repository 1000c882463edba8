// How often something may be done that is worth doing, but not at any price: so many times a second, and what was not
// used of the last second besides.

export interface Allowance {
  /** Takes one; false where none is left now. */
  take(): boolean;
}

export function createAllowance(perSecondMax: number): Allowance {
  let left = perSecondMax;
  let filledAtMs = performance.now();
  return {
    take() {
      const nowMs = performance.now();
      left = Math.min(perSecondMax, left + ((nowMs - filledAtMs) / 1000) * perSecondMax);
      filledAtMs = nowMs;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
