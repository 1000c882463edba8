// Counting what happens with every request: a plain number, which is handed to its counter when that is read. The
// library checks and joins the labels at each step, which costs more than the look-up that is counted.

import type { Counter } from "prom-client";

/** Counts one. */
export type Tally = () => void;

/** For one combination of labels of `counter`; call it once for each. */
export function createTally<Label extends string>(counter: Counter<Label>, labels: Record<Label, string>): Tally {
  let pending = 0;
  const flush = (): void => {
    if (pending === 0) return;
    counter.inc(labels, pending);
    pending = 0;
  };
  let flushes = flushesByCounter.get(counter);
  if (flushes === undefined) {
    const all: (() => void)[] = [];
    flushes = all;
    flushesByCounter.set(counter, all);
    Object.assign(counter, { collect: () => all.forEach((run) => run()) });
  }
  flushes.push(flush);
  return () => {
    pending += 1;
  };
}

const flushesByCounter = new WeakMap<object, (() => void)[]>();
