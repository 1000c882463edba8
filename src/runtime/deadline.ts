// Waiting with an end, in time during which our own event loop was alive. A process that stalls (a
// burst to parse, a starved machine) hears nothing while it does; counted by the wall clock, its
// deadlines would declare healthy servers dead, and do so to everyone at once.

/** How often the loop's pulse is taken, and how much of the time between two counts at most. */
const PULSE_MS = 50;

let aliveMs = 0;
let lastPulseMs = performance.now();

/** Milliseconds that the loop has been alive since the process began; a stall counts as one pulse. */
export function loopAliveMs(): number {
  return aliveMs + Math.min(performance.now() - lastPulseMs, PULSE_MS);
}

setInterval(() => {
  aliveMs = loopAliveMs();
  lastPulseMs = performance.now();
}, PULSE_MS).unref();

/** Deadlines up to here are shorter than a turn of a busy loop may be, in which nothing is heard. */
const SHORT_MS = 100;
/** Turns of the loop that a short one lasts at least. */
const SHORT_TURNS = 5;

/** Calls `onExpired` after `deadlineMs` of the loop's life, unless cancelled; returns the cancellation. */
export function startDeadline(deadlineMs: number, onExpired: () => void): () => void {
  return deadlineMs <= SHORT_MS ? startInTurns(deadlineMs, onExpired) : startInLife(deadlineMs, onExpired);
}

/** In slices, of which each takes a turn: what was sent in one turn is answered in another at the earliest. */
function startInTurns(deadlineMs: number, onExpired: () => void): () => void {
  let turnsLeft = SHORT_TURNS;
  let timer = setTimeout(check, deadlineMs / SHORT_TURNS);

  function check(): void {
    turnsLeft -= 1;
    if (turnsLeft === 0) onExpired();
    else timer = setTimeout(check, deadlineMs / SHORT_TURNS);
  }

  return () => clearTimeout(timer);
}

function startInLife(deadlineMs: number, onExpired: () => void): () => void {
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
