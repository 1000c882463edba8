// A map with a bound on its weight in which what is asked for once does not push out what is asked for again and
// again (S3-FIFO, Yang et al., SOSP 2023). A newcomer stays in a small queue for a while. Who is used there moves to
// the large one, and so does who comes back soon after it had to leave: keys that left are remembered by a number each.
// Under a flood of reads that nobody repeats, entries leave the small queue before the collector has moved them to where
// they are expensive, and the large one stays as it was.

import { BoundedMap } from "./bounded-map.ts";
import { textHash } from "./text-hash.ts";

export interface ScanResistantMapOptions<Value> {
  /** Sum of the weights of both queues. An entry that weighs more than a queue by itself does not stay in it. */
  readonly weightMax: number;
  /** Of that for newcomers. */
  readonly newcomersWeightMax: number;
  readonly weightOf: (key: string, value: Value) => number;
}

/** Keys that left, about; a power of two. */
const REMEMBERED = 65_536;

export class ScanResistantMap<Value> {
  readonly #newcomers: BoundedMap<string, Newcomer<Value>>;
  readonly #regulars: BoundedMap<string, Value>;
  readonly #left = new Uint32Array(REMEMBERED);

  constructor({ weightMax, newcomersWeightMax, weightOf }: ScanResistantMapOptions<Value>) {
    this.#regulars = new BoundedMap({ weightMax: weightMax - newcomersWeightMax, weightOf });
    this.#newcomers = new BoundedMap({
      weightMax: newcomersWeightMax,
      weightOf: (key, { value }) => weightOf(key, value),
      onEvicted: (key, { value, isUsed }) => {
        if (isUsed) this.#regulars.set(key, value);
        else this.#remember(key);
      },
      isFirstInFirstOut: true,
    });
  }

  get(key: string): Value | undefined {
    const regular = this.#regulars.get(key);
    if (regular !== undefined) return regular;
    const newcomer = this.#newcomers.get(key);
    if (newcomer === undefined) return undefined;
    newcomer.isUsed = true;
    return newcomer.value;
  }

  set(key: string, value: Value): void {
    // One that is put in again has been asked for again.
    const isKnown = this.#newcomers.delete(key) || this.#regulars.delete(key) || this.#hasLeft(key);
    if (isKnown) this.#regulars.set(key, value);
    else this.#newcomers.set(key, { value, isUsed: false });
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

interface Newcomer<Value> {
  readonly value: Value;
  isUsed: boolean;
}
