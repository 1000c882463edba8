// Which core runs what: the server that is measured on one, what asks it on another, the same for all variants; MySQL and
// Redis wherever there is room. Cores of a shared machine differ by what their neighbours do (nearly twice, for minutes, where
// this was written), and the scheduler may leave one server on the slow one for a whole run. What asks has the
// faster: it should be in the way as little as it can.

import { spawnSync } from "node:child_process";
import { cpus } from "node:os";

export type Pinned = "server" | "load";

/** The words before a command that keep it on its core; none where that cannot be done. */
export function pinning(pinned: Pinned): readonly string[] {
  cores ??= coresOfThisRun();
  return cores === "any" ? [] : ["taskset", "-c", String(cores[pinned])];
}

let cores: Readonly<Record<Pinned, number>> | "any" | undefined;

/** Linux has the command; with one core there is nothing to choose. */
function coresOfThisRun(): Readonly<Record<Pinned, number>> | "any" {
  const last = cpus().length - 1;
  if (last === 0 || spawnSync("taskset", ["--version"]).status !== 0) return "any";
  const isLastFaster = passedOn(last) > passedOn(0);
  return isLastFaster ? { server: 0, load: last } : { server: last, load: 0 };
}

/** How often a core walks through 32 MB in half a second: it is memory that neighbours take from each other. */
function passedOn(core: number): number {
  const walk =
    "const a = new Float64Array(2 ** 22); let n = 0; let x = 1; const end = performance.now() + 500;" +
    "while (performance.now() < end) { for (let i = 0; i < 1e5; i += 1) { x = (x * 1103515245 + 12345) & 0x3fffff; a[x] += 1; } n += 1; }" +
    "console.log(n);";
  return Number(spawnSync("taskset", ["-c", String(core), process.execPath, "-e", walk], { encoding: "utf8" }).stdout);
}
