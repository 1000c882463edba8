// A map with a bound: when it is full, what has not been used lately goes first. The bound is a number of
// entries, or a weight (bytes, say) that each entry has a part in. A use only sets a mark, and who is marked when
// somebody has to go stays for another round (second chance): an exact order would move an entry at each use, and the
// tables that such moves leave behind keep what they hold from the collector.

export interface BoundedMapOptions<Key, Value> {
  /** Sum of the weights that the map holds at most. An entry that weighs more by itself is not kept. */
  readonly weightMax: number;
  /** 1 where not given: the bound is then a number of entries. */
  readonly weightOf?: (key: Key, value: Value) => number;
  /** Told of each that had to go, and whether it has been used since it came or was looked at last. */
  readonly onEvicted?: (key: Key, value: Value, isUsed: boolean) => void;
  /** A use saves nobody: whoever came first goes first. */
  readonly isFirstInFirstOut?: boolean;
}

/** What whoever comes back for the same may hold on to, to find it without looking it up. */
export class Entry<Value> {
  readonly weight: number;
  isUsed = false;
  #value: Value | undefined;

  constructor(value: Value, weight: number) {
    this.#value = value;
    this.weight = weight;
  }

  /** Undefined once it has left the map: nothing is kept by whoever holds on to it. */
  get value(): Value | undefined {
    return this.#value;
  }

  use(): Value | undefined {
    this.isUsed = true;
    return this.#value;
  }

  leave(): void {
    this.#value = undefined;
  }
}

export class BoundedMap<Key, Value> {
  readonly #weightMax: number;
  readonly #weightOf: (key: Key, value: Value) => number;
  readonly #onEvicted: BoundedMapOptions<Key, Value>["onEvicted"];
  readonly #isFirstInFirstOut: boolean;
  #weight = 0;
  // A Map keeps its entries in the order of insertion: the first has waited longest for its next look.
  readonly #entries = new Map<Key, Entry<Value>>();
  // Stands at the first entry. A fresh look from the front would meet all that has gone since the table was made.
  #front: Iterator<[Key, Entry<Value>], undefined> = this.#entries.entries();
  /** Entries that went since it was made, and not by it. */
  #gone = 0;

  constructor({ weightMax, weightOf = () => 1, onEvicted, isFirstInFirstOut = false }: BoundedMapOptions<Key, Value>) {
    this.#weightMax = weightMax;
    this.#weightOf = weightOf;
    this.#onEvicted = onEvicted;
    this.#isFirstInFirstOut = isFirstInFirstOut;
  }

  /** Of all that is in it. */
  get weight(): number {
    return this.#weight;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)?.use();
  }

  /** No use by itself. */
  entryOf(key: Key): Entry<Value> | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    this.delete(key);
    const weight = this.#weightOf(key, value);
    if (weight > this.#weightMax) return;
    while (this.#weight + weight > this.#weightMax) this.#evict();
    this.#entries.set(key, new Entry(value, weight));
    this.#weight += weight;
  }

  /** Whether it was there. */
  delete(key: Key): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    entry.leave();
    this.#weight -= entry.weight;
    this.#gone += 1;
    if (this.#gone > this.#entries.size) this.#renewFront();
    return true;
  }

  /** One that stands still holds the table that it was made on, and each that came after, with all that was in them. */
  #renewFront(): void {
    this.#front = this.#entries.entries();
    this.#gone = 0;
  }

  /** One goes; at most all are looked at, since a look takes the mark away. */
  #evict(): void {
    for (;;) {
      const { value: first } = this.#front.next();
      if (first === undefined) {
        // It has seen the end while the map was empty, as it is not now.
        this.#renewFront();
        continue;
      }
      const [key, entry] = first;
      this.#entries.delete(key);
      if (!entry.isUsed || this.#isFirstInFirstOut) {
        this.#weight -= entry.weight;
        const value = entry.value!;
        entry.leave();
        this.#onEvicted?.(key, value, entry.isUsed);
        return;
      }
      entry.isUsed = false;
      this.#entries.set(key, entry);
    }
  }
}
