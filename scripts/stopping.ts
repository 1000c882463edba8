// What must be undone before this process may end: a server to stop, a lease to give back. Whoever
// opens something says so here, run.mjs runs the steps on every way out (done, failed, Ctrl-C, parent
// gone), last opened first. So a script itself needs no signal handlers.

type StopStep = () => Promise<void>;

const steps: StopStep[] = [];

/** Has `step` run before the process ends. Returns what takes it back, for when the work was undone earlier. */
export function onStop(step: StopStep): () => void {
  steps.push(step);
  return () => {
    const index = steps.indexOf(step);
    if (index >= 0) steps.splice(index, 1);
  };
}

/** Runs and forgets every step, newest first. One that throws does not keep the others from running. */
export async function runStopSteps(): Promise<void> {
  const errors: unknown[] = [];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    await step().catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw errors[0];
}
