// CPU time of the database to the nanosecond, from what the scheduler keeps per thread: statements of a few
// hundred microseconds would drown in the 10 ms ticks that the rest of the bench counts by. A thread that
// ends takes its time along; the one that serves our connection lives as long as that does.

import { readdirSync, readFileSync } from "node:fs";

/** Microseconds that the living threads of `pid` have run. */
export function threadCpuUs(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ", 1)[0]);
    } catch {
      // It has ended since it was listed.
      return 0;
    }
  });
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1_000;
}
