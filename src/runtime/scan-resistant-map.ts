// A map with a bound on its weight in which what is asked for once does not push out what is asked for again and
// again (S3-FIFO, Yang et al., SOSP 2023). A newcomer stays in a queue of newcomers for a while. Who is used there moves
// to the regulars, and so does who comes back soon after it had to leave: keys that left are remembered by a number each.
// Under a flood of reads that nobody repeats the regulars stay as they were.

import { BoundedMap, type Entry } from "./bounded-map.ts";
import { textHash } from "./text-hash.ts";

export interface ScanResistantMapOptions<Value> {
  /** Sum of the weights of both queues. */
  readonly weightMax: number;
  /** Of that for newcomers. One that weighs more by itself is no newcomer. */
  readonly newcomersWeightMax: number;
  readonly weightOf: (key: string, value: Value) => number;
}

/** Keys that left, about; a power of two. */
const REMEMBERED = 65_536;

export class ScanResistantMap<Value> {
  readonly #newcomers: BoundedMap<string, Value>;
  readonly #regulars: BoundedMap<string, Value>;
  readonly #isHeavy: (key: string, value: Value) => boolean;
  readonly #left = new Uint32Array(REMEMBERED);

  constructor({ weightMax, newcomersWeightMax, weightOf }: ScanResistantMapOptions<Value>) {
    this.#isHeavy = (key, value) => weightOf(key, value) > newcomersWeightMax;
    this.#regulars = new BoundedMap({ weightMax: weightMax - newcomersWeightMax, weightOf });
    this.#newcomers = new BoundedMap({
      weightMax: newcomersWeightMax,
      weightOf,
      isFirstInFirstOut: true,
      onEvicted: (key, value, isUsed) => {
        if (isUsed) this.#regulars.set(key, value);
        else this.#remember(key);
      },
    });
  }

  /** Of all that is in it. */
  get weight(): number {
    return this.#regulars.weight + this.#newcomers.weight;
  }

  get(key: string): Value | undefined {
    return this.entryOf(key)?.use();
  }

  /** No use by itself. It leaves with a move from one queue to the other, too. */
  entryOf(key: string): Entry<Value> | undefined {
    return this.#regulars.entryOf(key) ?? this.#newcomers.entryOf(key);
  }

  set(key: string, value: Value): void {
    const isNew = this.#newcomers.delete(key) || !(this.#regulars.delete(key) || this.#hasLeft(key));
    if (isNew && !this.#isHeavy(key, value)) this.#newcomers.set(key, value);
    else this.#regulars.set(key, value);
  }

  #remember(key: string): void {
    const hash = textHash(key);
    this.#left[hash & (REMEMBERED - 1)] = hash;
  }

  #hasLeft(key: string): boolean {
    const hash = textHash(key);
    return this.#left[hash & (REMEMBERED - 1)] === hash;
  }
}
