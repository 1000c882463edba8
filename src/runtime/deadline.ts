// Waiting with an end. A stall of our own event loop lets timers fire before the sockets are read, so
// an expired deadline looks once more, after the next round of reading, before it counts.

/** Settles as `work` does, or rejects with `lateError()` when it has not within `deadlineMs`. */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number, lateError: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(lateError())), deadlineMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
