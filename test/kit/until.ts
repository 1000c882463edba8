// Waiting for a condition instead of sleeping for a guess.
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 25;
/** Only against waiting for ever: a busy machine may take its time. */
const UNTIL_MS_MAX = 30_000;

/** Resolves as soon as `condition` holds; throws `describe()` when it does not within `msMax`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  describe: () => string,
  msMax = UNTIL_MS_MAX,
  pollMs = POLL_MS,
): Promise<void> {
  const startedAt = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAt > msMax) throw new Error(`waited ${msMax} ms: ${describe()}`);
    await delay(pollMs);
  }
}
