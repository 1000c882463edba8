// Answers about the catalogue that outlive the request which asked. The catalogue is the same for everybody and seldom
// changes, and most reads need a page of it. A request may be told what was read under the generation of the catalogue
// that it has read itself, after it arrived (cache/generations.ts): then nothing of it has changed since. Requests that
// know no generation ask anew.

import { BoundedMap } from "../runtime/bounded-map.ts";
import { limits } from "../runtime/limits.ts";

/** What one request knows of the catalogue. */
export interface CatalogueReading {
  /** The epoch and the catalogue's generation: equal text, nothing has changed. */
  readonly generation: string;
  /** On performance.now()'s clock: when the oldest of what it was told was read. */
  oldestMs: number;
}

export interface KeptAnswers<Value> {
  /** What was answered under the reading's generation; undefined where nothing was, or not lately. */
  get(keyText: string, reading: CatalogueReading): Promise<Value> | undefined;
  /** Keeps `answer` once it is there, for those who read the same generation. */
  keep(keyText: string, reading: CatalogueReading, answer: Promise<Value>): void;
}

interface Kept<Value> {
  readonly answer: Promise<Value>;
  readonly generation: string;
  readonly askedAtMs: number;
  readonly rowCount: number;
}

export function createKeptAnswers<Value>(): KeptAnswers<Value> {
  const answers = new BoundedMap<string, Kept<Value>>({
    weightMax: limits.catalogueRowsKeptMax,
    weightOf: (_, { rowCount }) => 1 + rowCount,
  });
  return {
    get(keyText, reading) {
      const kept = answers.get(keyText);
      if (kept === undefined || kept.generation !== reading.generation) return undefined;
      if (performance.now() - kept.askedAtMs > limits.catalogueKeptMs) return undefined;
      reading.oldestMs = Math.min(reading.oldestMs, kept.askedAtMs);
      return kept.answer;
    },
    keep(keyText, { generation }, answer) {
      const askedAtMs = performance.now();
      answer.then(
        (value) => {
          const rowCount = Array.isArray(value) ? value.length : 1;
          answers.set(keyText, { answer, generation, askedAtMs, rowCount });
        },
        // Whoever asked is told.
        () => undefined,
      );
    },
  };
}
