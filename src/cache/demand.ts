// What a tag's key says behind its generation, and nothing that anybody is told depends on: that an answer was asked for
// under it by a process that had none, or that one has been shared; and when, in milliseconds by Redis' clock. Beyond a
// few in a second what is asked for once is not shared, and what nobody has shared is not looked for.

export const ASKED = "~";
export const SHARED = "+";

export type Mark = typeof ASKED | typeof SHARED;

/** How much answers under some generations are in demand: nobody else asked lately, somebody did, some are shared. */
export type Demand = "first" | "repeated" | "shared";

/** The generation alone. */
export function generationIn(value: string): string {
  const end = value.search(MARKED);
  return end === -1 ? value : value.slice(0, end);
}

/** Whether both are of one generation. */
export function isSameGeneration(value: string, other: string): boolean {
  return generationIn(value) === generationIn(other);
}

/** Of an answer that depends on all of these: it is as much in demand as the least of them. */
export function demandUnder(values: readonly string[]): Demand {
  if (values.every((value) => value.includes(SHARED))) return "shared";
  return values.every((value) => MARKED.test(value)) ? "repeated" : "first";
}

const MARKED = /[~+]/;
