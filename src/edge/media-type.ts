// Which of GraphQL's two media types an answer takes, by the request's Accept header (RFC 9110
// section 12.5.1, GraphQL over HTTP section 6.1). Both lanes and every refusal use this one choice.

export type MediaType = "application/graphql-response+json" | "application/json";

const OFFERED: readonly MediaType[] = ["application/graphql-response+json", "application/json"];

/**
 * The type that the client prefers, or null when it takes neither. Wildcards and a missing header
 * mean application/json, which is what clients from before the other type expect.
 */
export function negotiatedMediaType(accept: string | undefined): MediaType | null {
  if (accept === undefined || accept === "" || accept === "*/*") return "application/json";
  if (accept === "application/json" || accept === "application/graphql-response+json") return accept;
  return preferredOf(accept);
}

function preferredOf(accept: string): MediaType | null {
  let best: { type: MediaType; quality: number } | null = null;
  for (const range of accept.toLowerCase().split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim());
    const type = name === "*/*" || name === "application/*" ? "application/json" : OFFERED.find((it) => it === name);
    const quality = qualityOf(parameters);
    if (type === undefined || quality === 0 || hasForeignCharset(parameters)) continue;
    if (best === null || quality > best.quality) best = { type, quality };
  }
  return best?.type ?? null;
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
