// First come, first served. An array that is taken from at its front, without moving what is behind each time.

/** Taken entries that are let go of together. */
const TAKEN_MAX = 1_024;

export class WaitingLine<Entry> {
  #entries: (Entry | undefined)[] = [];
  #taken = 0;

  get size(): number {
    return this.#entries.length - this.#taken;
  }

  /** Whoever has waited longest. */
  get first(): Entry | undefined {
    return this.#entries[this.#taken];
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Takes the first away. */
  take(): Entry | undefined {
    const entry = this.#entries[this.#taken];
    if (entry === undefined) return undefined;
    // Nobody holds it from here on.
    this.#entries[this.#taken] = undefined;
    this.#taken += 1;
    if (this.#taken === this.#entries.length || this.#taken === TAKEN_MAX) {
      this.#entries = this.#entries.slice(this.#taken);
      this.#taken = 0;
    }
    return entry;
  }
}
