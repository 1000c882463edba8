// `npm run bench [-- --quick ...]`: the benchmark. What it is and how to read it: bench/README.md.
import { runBench } from "../bench/run.ts";

/** The command. Resolves to the exit code: 1 when a budget is broken. */
export async function main(args: readonly string[]): Promise<number> {
  return runBench(args);
}
