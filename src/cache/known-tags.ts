// Tags the way a hit meets them: one object for each name, with its key in Redis ready to be sent, and its place in
// what is being read. A turn of the event loop asks for a hundred of them, and nothing is looked up or put together.

import { BoundedMap } from "../runtime/bounded-map.ts";
import { limits } from "../runtime/limits.ts";
import { cacheKeys } from "./keys.ts";

export class KnownTag {
  readonly name: string;
  /** As Redis has it, prefix and all. */
  readonly key: string;
  /** The last reading that it was a part of, and its place among what that brought. */
  reading = 0;
  place = 0;

  constructor(name: string, key: string) {
    this.name = name;
    this.key = key;
  }
}

export interface KnownTags {
  /** In the order of the names. Two objects for one name, should too many be known, are read twice and no harm done. */
  of(names: readonly string[]): readonly KnownTag[];
}

export function createKnownTags(keyOf: (key: string) => string): KnownTags {
  const byName = new BoundedMap<string, KnownTag>({ weightMax: limits.tagsKnownMax });
  const known = (name: string): KnownTag => {
    let tag = byName.get(name);
    if (tag === undefined) byName.set(name, (tag = new KnownTag(name, keyOf(cacheKeys.tagGeneration(name)))));
    return tag;
  };
  return { of: (names) => names.map(known) };
}
