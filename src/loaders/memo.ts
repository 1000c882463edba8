// What one request has already asked: the same question gets the same answer for the whole request,
// so that an answer never contradicts itself. Lives as long as the request; dropped after every
// mutation field, which is when the same question may have a new answer. A request that is over asks
// nothing any more.

import type { Cancellation } from "../runtime/cancellation.ts";
import type { BatchLoader } from "./batch-loader.ts";
import type { CatalogueReading } from "./kept-rows.ts";

export interface Memo {
  /**
   * The loader's answer, asked for once per request. A failure is remembered too. Rejects with the
   * reason of the cancellation once there is one.
   */
  load<Key, Value>(loader: BatchLoader<Key, Value>, key: Key): Promise<Value>;
  /** Remembers an answer that is known without asking. */
  prime<Key, Value>(loader: BatchLoader<Key, Value>, key: Key, value: Value): void;
  /** Forgets everything. */
  clear(): void;
}

/**
 * `cancellation` is that of the request; without one it lasts until it is answered. `catalogue` is what it knows of the
 * catalogue; null where it asks anew.
 */
export function createMemo(cancellation?: Cancellation, catalogue: CatalogueReading | null = null): Memo {
  const answers = new Map<string, Map<string, Promise<unknown>>>();
  const answersOf = (name: string) => {
    let ofLoader = answers.get(name);
    if (ofLoader === undefined) answers.set(name, (ofLoader = new Map<string, Promise<unknown>>()));
    return ofLoader;
  };
  const loadOrTake = <Key, Value>(loader: BatchLoader<Key, Value>, key: Key, text: string): Promise<Value> => {
    const { kept } = loader;
    if (catalogue === null || kept === null) return loader.load(key, cancellation, text);
    return catalogue.generation().then((generation) => {
      if (generation === null) return loader.load(key, cancellation, text);
      const known = kept.get(text, generation);
      if (known !== undefined) {
        catalogue.oldestMs = Math.min(catalogue.oldestMs, known.askedAtMs);
        return known.rows;
      }
      const rows = loader.load(key, cancellation, text);
      kept.keep(text, generation, rows);
      return rows;
    });
  };
  return {
    load<Key, Value>(loader: BatchLoader<Key, Value>, key: Key): Promise<Value> {
      const ofLoader = answersOf(loader.name);
      const text = loader.keyText(key);
      const known = ofLoader.get(text) as Promise<Value> | undefined;
      if (known !== undefined) return known;
      const reason = cancellation?.reason ?? null;
      if (reason !== null) return Promise.reject(reason);
      const answer = loadOrTake(loader, key, text);
      ofLoader.set(text, answer);
      return answer;
    },
    prime(loader, key, value) {
      answersOf(loader.name).set(loader.keyText(key), Promise.resolve(value));
    },
    clear() {
      answers.clear();
    },
  };
}
