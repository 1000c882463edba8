// JSON as a compiled query puts it together: text where everything is there already, a promise of text where a part
// must be waited for. The first error ends it.

import type { GraphQLLeafType } from "graphql";
import type { Context } from "../context.ts";

/** One request, on its way through the functions. */
export interface Asking {
  readonly context: Context;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of fields whose arguments hold variables, once they have been met. */
  readonly argumentsOf: (Record<string, unknown> | undefined)[];
}

/** JSON, or JSON on its way. */
export type Text = string | Promise<string>;

/** Throws, or rejects, where the answer has an error. */
export type Write = (value: unknown, asking: Asking) => Text;

/** Of shared rows, by the object. */
export type Texts = WeakMap<object, string>;

/** How values of one type are written. */
export interface WrittenValue {
  readonly write: Write;
  /** The same row gives the same text, whoever asks. */
  readonly isOfRowAlone: boolean;
  /** What `write` remembers; null for nothing. */
  readonly texts: Texts | null;
}

/** A field of an object, written by that object. */
export interface WrittenField extends Omit<WrittenValue, "texts"> {
  /** Its key, ready to stand behind what was written before it. */
  readonly opening: string;
}

/** Whether many answers share the row, which nobody changes then. */
export type IsShared = (row: never) => boolean;

/** In the order of the fields, which are asked for one after the other and waited for together. */
export function writeObject(fields: readonly WrittenField[]): Write {
  return (value, asking) => {
    if (value instanceof Error) throw value;
    // Conditions may leave nothing.
    if (fields.length === 0) return "{}";
    // What has been written since the last part that must be waited for.
    let text = "";
    let gapped: Gapped | null = null;
    for (const { opening, write } of fields) {
      text += opening;
      const part = gapped === null ? write(value, asking) : begun(write, value, asking);
      if (typeof part === "string") text += part;
      else {
        (gapped ??= new Gapped()).add(text, part);
        text = "";
      }
    }
    return gapped === null ? `${text}}` : gapped.filled(`${text}}`);
  };
}

/** Of a type that allows null. */
export function writeNullable(write: Write): Write {
  return (value, asking) => (value === null || value === undefined ? "null" : write(value, asking));
}

/** Of a type that allows none. */
export function writePresent(write: Write): Write {
  return (value, asking) => {
    if (value === null || value === undefined) throw new Error("null where the schema allows none");
    return write(value, asking);
  };
}

/** Of an array. */
export function writeList(items: WrittenValue): Write {
  return (value, asking) => {
    if (!Array.isArray(value)) throw value instanceof Error ? value : new TypeError("a list that is no array");
    if (value.length === 0) return "[]";
    try {
      return itemsOf(value, items, asking);
    } catch (thrown) {
      letGo(value);
      throw thrown;
    }
  };
}

function itemsOf(items: readonly unknown[], { write: writeItem, texts }: WrittenValue, asking: Asking): Text {
  let text = "[";
  let gapped: Gapped | null = null;
  for (let place = 0; place < items.length; place += 1) {
    if (place > 0) text += ",";
    const item = items[place];
    // Of a page that many share nearly all is known: asked here, it costs no calls.
    const known = texts?.get(item as object);
    const part =
      known ?? (gapped === null ? written(writeItem, item, asking) : begun(written, writeItem, item, asking));
    if (typeof part === "string") text += part;
    else {
      (gapped ??= new Gapped()).add(text, part);
      text = "";
    }
  }
  return gapped === null ? `${text}]` : gapped.filled(`${text}]`);
}

/** As the type's own `serialize` has it. */
export function writeLeaf(type: GraphQLLeafType): Write {
  return (value) => {
    if (value instanceof Error) throw value;
    const serialized = type.serialize(value);
    if (typeof serialized === "string") return quoted(serialized);
    if (serialized === null || serialized === undefined) throw new Error(`${type.name} made nothing of a value`);
    // JSON has no others: NaN is null there.
    if (typeof serialized === "number" && Number.isFinite(serialized)) return String(serialized);
    return JSON.stringify(serialized);
  };
}

/** Waits for a value that is on its way. */
export function written(write: Write, value: unknown, asking: Asking): Text {
  return isPromise(value) ? value.then((present) => write(present, asking)) : write(value, asking);
}

/** Beside others that are under way already, of which each must be waited for even where this one throws. */
function begun<Given extends unknown[]>(write: (...given: Given) => Text, ...given: Given): Text {
  try {
    return write(...given);
  } catch (thrown) {
    return Promise.reject(thrown);
  }
}

/** Of what nobody writes any more, parts may be on their way, also in lists: a rejection without a listener ends the process. */
function letGo(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) letGo(item);
  else if (isPromise(value)) value.then(letGo, () => undefined);
}

/** Remembers in `texts` what is shared. */
export function writtenOnce(write: Write, texts: Texts, isShared: IsShared): Write {
  return (value, asking) => {
    const known = texts.get(value as object);
    if (known !== undefined) return known;
    const text = write(value, asking);
    if (typeof text === "string" && isShared(value as never)) {
      // Put together once as well: a search makes one string of what were many, which each answer would go through.
      text.search("}");
      texts.set(value as object, text);
    }
    return text;
  };
}

/** Text with gaps for parts that are on their way. */
class Gapped {
  readonly #texts: string[] = [];
  readonly #parts: Promise<string>[] = [];

  /** `text` stands before the part. */
  add(text: string, part: Promise<string>): void {
    this.#texts.push(text);
    this.#parts.push(part);
  }

  /** All of it, with `rest` behind the last part; rejects as the first part does that rejects. */
  filled(rest: string): Promise<string> {
    const texts = this.#texts;
    // Mostly there is one, and no list to be made. Added and not joined: what stands around this one joins it again.
    if (this.#parts.length === 1) return this.#parts[0]!.then((part) => texts[0]! + part + rest);
    return Promise.all(this.#parts).then(
      (parts) => parts.reduce((sum, part, place) => sum + texts[place]! + part, "") + rest,
    );
  }
}

/** Most texts need no escape, which is seen faster than looked for by JSON.stringify. */
function quoted(text: string): string {
  return /^[ !#-[\]-~]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
