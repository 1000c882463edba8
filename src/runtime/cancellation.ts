// The end of a request before its answer: its deadline has passed, or whoever asked is gone. One per
// request, handed down to what works for it. Work that has begun at the database is shared with
// others and goes on; what has not begun never does.

export class Cancellation {
  #reason: Error | null = null;
  readonly #listeners: ((reason: Error) => void)[] = [];

  /** Why the request is over; null while somebody waits for its answer. */
  get reason(): Error | null {
    return this.#reason;
  }

  /** Ends the request. The first reason stands. */
  cancel(reason: Error): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    for (const tell of this.#listeners.splice(0)) tell(reason);
  }

  /** Calls `listener` with the reason as soon as there is one, at once where there is. */
  whenOver(listener: (reason: Error) => void): void {
    if (this.#reason !== null) listener(this.#reason);
    else this.#listeners.push(listener);
  }

  /** Settles as `work` does, or rejects with the reason as soon as there is one. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== null) reject(this.#reason);
      else this.#listeners.push(reject);
      work.then(resolve, reject);
    });
  }
}
