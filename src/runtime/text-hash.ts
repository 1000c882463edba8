// A number for a text, for tables of our own: fast, well spread, and no secret. Whoever can choose keys can make them
// meet, so nothing may be wrong when they do.

/**
 * FNV-1a with a finish that spreads it (MurmurHash3's): 32 bits, unsigned. Of one character in `stride`, where texts that
 * differ in others alone may share a number.
 */
export function textHash(text: string, stride = 1): number {
  let hash = 2_166_136_261;
  for (let place = 0; place < text.length; place += stride) hash = Math.imul(hash ^ text.charCodeAt(place), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
  return (hash ^ (hash >>> 16)) >>> 0;
}
