// Waiting with an end, in time during which our own event loop was alive. A process that stalls (a
// burst to parse, a starved machine) hears nothing while it does; counted by the wall clock, its
// deadlines would declare healthy servers dead, and do so to everyone at once.

/** How often the loop's pulse is taken, and how much of the time between two counts at most. */
const PULSE_MS = 50;

let aliveMs = 0;
let lastPulseMs = performance.now();

/** Milliseconds that the loop has been alive since the process began; a stall counts as one pulse. */
function loopAliveMs(): number {
  return aliveMs + Math.min(performance.now() - lastPulseMs, PULSE_MS);
}

setInterval(() => {
  aliveMs = loopAliveMs();
  lastPulseMs = performance.now();
}, PULSE_MS).unref();

/** Calls `onExpired` after `deadlineMs` of the loop's life, unless cancelled; returns the cancellation. */
export function startDeadline(deadlineMs: number, onExpired: () => void): () => void {
  const endMs = loopAliveMs() + deadlineMs;
  let timer = setTimeout(check, deadlineMs);
  let cancelled = false;

  function check(): void {
    const leftMs = endMs - loopAliveMs();
    if (leftMs > 1) {
      timer = setTimeout(check, leftMs);
      return;
    }
    // Timers come before sockets in a turn of the loop: look once more, after the next reading.
    setImmediate(() => {
      if (!cancelled) onExpired();
    });
  }

  return () => {
    cancelled = true;
    clearTimeout(timer);
  };
}

/** Settles as `work` does, or rejects with `lateError()` when it has not within the deadline. */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number, lateError: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = startDeadline(deadlineMs, () => reject(lateError()));
    work.then(resolve, reject).finally(cancel);
  });
}
