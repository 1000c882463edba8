// Which core runs what: the server that is measured on the last, what asks it on the first, the same for all variants;
// MySQL and Redis wherever there is room. Cores of a shared machine differ by what their neighbours do (by 1.9x for
// minutes where this was written), and the scheduler may leave one server on the slow one for a whole run.

import { spawnSync } from "node:child_process";
import { cpus } from "node:os";

export type Pinned = "server" | "load";

/** The words before a command that keep it on its core; none where that cannot be done. */
export function pinning(pinned: Pinned): readonly string[] {
  if (!canPin) return [];
  return ["taskset", "-c", String(pinned === "load" ? 0 : cpus().length - 1)];
}

/** Linux has the command; with one core there is nothing to choose. */
const canPin = cpus().length > 1 && spawnSync("taskset", ["--version"]).status === 0;
