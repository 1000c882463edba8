// A map for what stays for milliseconds and is never the same again: a fixed number of short lists. A Map that such
// entries pass through outgrows its table again and again, and each outgrown one, once old, keeps what it held and the
// next table from the collector's cheap look, until there is a full one.

import { textHash } from "./text-hash.ts";

const BUCKETS = 1_024;
/** Of long keys one character in four spreads them as well. */
const STRIDE = 4;

export class TransientMap<Value> {
  readonly #buckets: { readonly key: string; readonly value: Value }[][] = Array.from({ length: BUCKETS }, () => []);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    return this.#bucketOf(key).find((entry) => entry.key === key)?.value;
  }

  /** The key is not in it yet. */
  add(key: string, value: Value): void {
    this.#bucketOf(key).push({ key, value });
    this.#size += 1;
  }

  /** Takes it away, if this is what is there. */
  delete(key: string, value: Value): void {
    const bucket = this.#bucketOf(key);
    const place = bucket.findIndex((entry) => entry.key === key && entry.value === value);
    if (place === -1) return;
    bucket.splice(place, 1);
    this.#size -= 1;
  }

  #bucketOf(key: string): { readonly key: string; readonly value: Value }[] {
    return this.#buckets[textHash(key, STRIDE) & (BUCKETS - 1)]!;
  }
}
