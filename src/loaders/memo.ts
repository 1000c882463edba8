// What one request has already asked: the same question gets the same answer for the whole request,
// so that an answer never contradicts itself. Lives as long as the request; dropped after every
// mutation field, which is when the same question may have a new answer.

import type { BatchLoader } from "./batch-loader.ts";

export interface Memo {
  /** The loader's answer, asked for once per request. A failure is remembered too. */
  load<Key, Value>(loader: BatchLoader<Key, Value>, key: Key): Promise<Value>;
  /** Forgets everything. */
  clear(): void;
}

export function createMemo(): Memo {
  const answers = new Map<string, Map<string, Promise<unknown>>>();
  return {
    load<Key, Value>(loader: BatchLoader<Key, Value>, key: Key): Promise<Value> {
      let ofLoader = answers.get(loader.name);
      if (ofLoader === undefined) answers.set(loader.name, (ofLoader = new Map<string, Promise<unknown>>()));
      const text = loader.keyText(key);
      const known = ofLoader.get(text) as Promise<Value> | undefined;
      if (known !== undefined) return known;
      const answer = loader.load(key);
      ofLoader.set(text, answer);
      return answer;
    },
    clear() {
      answers.clear();
    },
  };
}
