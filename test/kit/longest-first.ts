// The order of the files: what takes longest begins first, so that no core is idle while a last long file runs. A clone
// that has run them knows how long each took; one that has not goes by this list, and then by size.

import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Longest first, and first of all those that have a process of their own: vitest shares one only among neighbours. */
const LONG = [
  "test/faults/no-read-is-older",
  "test/faults/the-judge-of-freshness-finds",
  "test/faults/the-checker-finds",
  "test/faults/",
  "test/worker/",
  "test/edge/limits-of-",
  "test/process/",
  "test/start/",
  "test/browser/",
  "test/cdn/",
];

/** Given to vitest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's method of that name, not an array's
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((beginning) => moduleId.includes(beginning));
  return rank === -1 ? LONG.length : rank;
}
