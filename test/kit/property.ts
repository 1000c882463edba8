// Properties checked with the run's seed, which `npm test` prints: TEST_SEED=<seed> has the same inputs
// again. On a failure fast-check shrinks the input and shows it.

import fc from "fast-check";

const seed = Number(process.env["TEST_SEED"] ?? 1);

/** Checks a property that needs no waiting. */
export function check<Values extends unknown[]>(property: fc.IProperty<Values>, runs: number): void {
  fc.assert(property, { seed, numRuns: runs });
}

/** Checks a property that asks the server: one input after the other. */
export function checkAsync<Values extends unknown[]>(
  property: fc.IAsyncProperty<Values>,
  runs: number,
  /** Ends trying and shrinking, which a test's own timeout would do without showing what was found. */
  msMax?: number,
): Promise<void> {
  return fc.assert(property, {
    seed,
    numRuns: runs,
    ...(msMax === undefined ? {} : { plugins: [fc.interruptAfterTimeLimit(msMax)] }),
  });
}

/** Numbers spread evenly from `min` to `max`; fc.double spreads over exponents, so that most are next to 0. */
export function between(min: number, max: number): fc.Arbitrary<number> {
  const steps = 2 ** 40;
  return fc.integer({ min: 0, max: steps }).map((step) => min + ((max - min) * step) / steps);
}
