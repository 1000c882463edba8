// Which of GraphQL's two media types an answer takes, by the request's Accept header (RFC 9110
// section 12.5.1, GraphQL over HTTP section 6.1). Both lanes and every refusal use this one choice.

import { BoundedMap } from "../runtime/bounded-map.ts";
import { limits } from "../runtime/limits.ts";

export type MediaType = "application/graphql-response+json" | "application/json";

const OFFERED: readonly MediaType[] = ["application/graphql-response+json", "application/json"];

/**
 * The type that the client prefers, or null when it takes neither. Wildcards and a missing header
 * mean application/json, which is what clients from before the other type expect.
 */
export function negotiatedMediaType(accept: string | undefined): MediaType | null {
  if (accept === undefined || accept === "" || accept === "*/*") return "application/json";
  if (accept === "application/json" || accept === "application/graphql-response+json") return accept;
  const known = remembered.get(accept);
  if (known !== undefined) return known;
  const preferred = preferredOf(accept);
  remembered.set(accept, preferred);
  return preferred;
}

/** Every client sends one and the same header each time. */
const remembered = new BoundedMap<string, MediaType | null>({
  weightMax: limits.acceptCharactersRememberedMax,
  weightOf: (accept) => accept.length,
});

interface Range {
  readonly name: string;
  readonly quality: number;
}

function preferredOf(accept: string): MediaType | null {
  const ranges = accept.toLowerCase().split(",").flatMap(rangeOf);
  let best: { type: MediaType; quality: number; named: number } | null = null;
  for (const type of OFFERED) {
    // The most specific range decides, also when it says "not this".
    const range = [type, "application/*", "*/*"].map((name) => ranges.find((it) => it.name === name)).find(Boolean);
    if (range === undefined || range.quality === 0) continue;
    // Of equals the one that stands first, and of those that no range names application/json.
    const named = range.name === type ? ranges.indexOf(range) : ranges.length + OFFERED.length - OFFERED.indexOf(type);
    const { quality } = range;
    const isBetter = best === null || quality > best.quality || (quality === best.quality && named < best.named);
    if (isBetter) best = { type, quality, named };
  }
  return best?.type ?? null;
}

function rangeOf(text: string): Range[] {
  const [name = "", ...parameters] = text.split(";").map((part) => part.trim());
  return hasForeignCharset(parameters) ? [] : [{ name, quality: qualityOf(parameters) }];
}

/** 1 where none is given, 0 ("not this") where it cannot be read. */
function qualityOf(parameters: readonly string[]): number {
  const text = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  if (text === undefined) return 1;
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

function hasForeignCharset(parameters: readonly string[]): boolean {
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  return charset !== undefined && charset.replaceAll('"', "") !== "charset=utf-8";
}
