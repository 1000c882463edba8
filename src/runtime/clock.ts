// Where time enters: everything that asks what time it is takes a Clock, so that a test can
// set it. Durations are measured with performance.now(), which never jumps.

export interface Clock {
  /** Milliseconds since 1970 in UTC. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** The calendar year in UTC, the one that turns a birth year into an age. */
export function utcYear(clock: Clock): number {
  return new Date(clock.nowMs()).getUTCFullYear();
}
