// How a variant's process ends: when asked to, and when the bench is gone. Nothing here is on the path of
// a request.

/** Runs until SIGTERM or until the process that started it closes its channel; then `stop`, then exit. */
export function untilStopped(stop: () => Promise<unknown>): void {
  const end = () => void stop().finally(() => process.exit(0));
  process.once("SIGTERM", end);
  process.once("disconnect", end);
}
