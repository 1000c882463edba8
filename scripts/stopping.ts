// What must be undone before this process may end: a server to stop, a lease to give back. Whoever
// opens something says so here, run.mjs runs the steps on every way out (done, failed, Ctrl-C, parent
// gone), last opened first. So a script itself needs no signal handlers.

type StopStep = () => Promise<void>;

const steps: StopStep[] = [];

/**
 * Has `step` run before the process ends. Returns the way to run it earlier. However often it is asked for, by
 * whomever, it runs once, and everybody waits for that one run.
 */
export function onStop(step: StopStep): StopStep {
  let running: Promise<void> | undefined;
  const runOnce = (): Promise<void> => {
    // Forgotten only when done: a stop that comes while it runs must wait for it.
    running ??= step().finally(() => steps.splice(steps.indexOf(runOnce), 1));
    return running;
  };
  steps.push(runOnce);
  return runOnce;
}

/** Runs every step that is not done, newest first. One that throws does not keep the others from running. */
export async function runStopSteps(): Promise<void> {
  const errors: unknown[] = [];
  for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
    await step().catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw errors[0];
}
