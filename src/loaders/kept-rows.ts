// Rows of the catalogue that outlive the request which asked for them. The catalogue is the same for everybody and
// seldom changes, and most reads need a page of it. Rows are told under the generation of the catalogue that stands when
// they are asked for, read at that moment like they would be: so an answer holds nothing that is older than what it has
// read before, a player's version above all. Where no generation is known, they are read anew.

import { BoundedMap } from "../runtime/bounded-map.ts";
import { limits } from "../runtime/limits.ts";

/** What one request knows of the catalogue. */
export interface CatalogueReading {
  /**
   * What stands now, read after this call: equal text, nothing has changed. Null where that cannot be known, or a
   * write is under way.
   */
  generation(): Promise<string | null>;
  /** On performance.now()'s clock: when the oldest rows that it was told were read; Infinity without any. */
  oldestMs: number;
}

/** Those of one loader. */
export interface KeptRows<Value> {
  /** What was read under the generation, and when that was asked for; undefined where nothing was, or not lately. */
  get(keyText: string, generation: string): { readonly rows: Value; readonly askedAtMs: number } | undefined;
  /** Keeps what is on its way, asked for after the generation was read, once it is there. */
  keep(keyText: string, generation: string, asked: Promise<Value>): void;
}

interface Kept<Value> {
  readonly rows: Value;
  readonly generation: string;
  readonly askedAtMs: number;
  readonly rowCount: number;
}

export function createKeptRows<Value>(): KeptRows<Value> {
  const all = new BoundedMap<string, Kept<Value>>({
    weightMax: limits.catalogueRowsKeptMax,
    weightOf: (_, { rowCount }) => rowCount,
  });
  return {
    get(keyText, generation) {
      const kept = all.get(keyText);
      if (kept === undefined || kept.generation !== generation) return undefined;
      return performance.now() - kept.askedAtMs > limits.catalogueKeptMs ? undefined : kept;
    },
    keep(keyText, generation, asked) {
      const askedAtMs = performance.now();
      asked.then(
        (rows) => {
          // What took longer must not stand in the way of what was asked for after it.
          if ((all.get(keyText)?.askedAtMs ?? 0) > askedAtMs) return;
          const rowCount = Array.isArray(rows) ? Math.max(1, rows.length) : 1;
          all.set(keyText, { rows, generation, askedAtMs, rowCount });
        },
        // Whoever asked is told.
        () => undefined,
      );
    },
  };
}
