// The seed's own random numbers: the same on every machine and in every Node version. Each player draws
// from a generator of its own, so that nobody's rows depend on how many players were made before.
// xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018), its state
// filled by splitmix32 (Steele, Lea and Flood, 2014, with the finalizer of MurmurHash3).

/** Draws in a fixed order; not for secrets. */
export interface Random {
  /** 0 to 2^32 - 1. */
  uint32(): number;
  /** `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** 0 up to but not 1. */
  fraction(): number;
  /** True with probability `share`. */
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** `count` different entries of `list`, in random order; all of them when it has fewer. */
  sample<T>(list: readonly T[], count: number): T[];
}

/** A generator for one `stream` (a word: what is drawn) and `number` (a player, an item) under one seed. */
export function createRandom(seed: number, stream: string, number: number): Random {
  const state = initialState(seed, stream, number);
  let [a, b, c, d] = state as [number, number, number, number];

  function uint32(): number {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return result;
  }
  // Multiplying and cutting is biased by at most (max - min) / 2^32: nothing that a demo could show.
  const integer = (min: number, max: number): number => min + Math.floor((uint32() / 2 ** 32) * (max - min + 1));
  const fraction = (): number => uint32() / 2 ** 32;
  return {
    uint32,
    integer,
    fraction,
    chance: (share) => fraction() < share,
    pick: (list) => entry(list, integer(0, list.length - 1)),
    sample: (list, count) => {
      const rest = [...list];
      const taken = Math.min(count, rest.length);
      return Array.from({ length: taken }, () => entry(rest.splice(integer(0, rest.length - 1), 1), 0));
    },
  };
}

function initialState(seed: number, stream: string, number: number): number[] {
  let mixed = 0;
  const absorb = (word: number): void => {
    mixed = finalized((mixed ^ word) + 0x9e3779b9);
  };
  for (const word of [seed, Math.floor(seed / 2 ** 32), number, Math.floor(number / 2 ** 32)]) absorb(word | 0);
  for (const letter of stream) absorb(letter.codePointAt(0) ?? 0);
  return Array.from({ length: 4 }, () => {
    mixed = (mixed + 0x9e3779b9) | 0;
    return finalized(mixed);
  });
}

function finalized(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function entry<T>(list: readonly T[], index: number): T {
  if (index >= list.length) throw new RangeError(`no entry ${index} in a list of ${list.length}`);
  return list[index] as T;
}
