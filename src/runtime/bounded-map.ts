// A map with a bound: when it is full, what was used least recently goes first. The bound is a number of
// entries, or a weight (bytes, say) that each entry has a part in.

export interface BoundedMapOptions<Key, Value> {
  /** Sum of the weights that the map holds at most. An entry that weighs more by itself is not kept. */
  readonly weightMax: number;
  /** Never changes for an entry. 1 where not given: the bound is then a number of entries. */
  readonly weightOf?: (key: Key, value: Value) => number;
}

export class BoundedMap<Key, Value> {
  readonly #weightMax: number;
  readonly #weightOf: (key: Key, value: Value) => number;
  #weight = 0;
  // A Map keeps its entries in the order of insertion: the first is the one used least recently.
  readonly #entries = new Map<Key, Value>();

  constructor({ weightMax, weightOf = () => 1 }: BoundedMapOptions<Key, Value>) {
    this.#weightMax = weightMax;
    this.#weightOf = weightOf;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: Key, value: Value): void {
    this.delete(key);
    const weight = this.#weightOf(key, value);
    if (weight > this.#weightMax) return;
    while (this.#weight + weight > this.#weightMax) this.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, value);
    this.#weight += weight;
  }

  delete(key: Key): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#weightOf(key, value);
  }
}
