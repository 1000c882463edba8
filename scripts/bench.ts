// `npm run bench [-- --quick ...]`: the benchmark, and `npm run bench -- item-locations`, the comparison of the
// ways to that query. What they are and how to read them: bench/README.md.
import { benchItemLocations } from "../bench/item-locations/run.ts";
import { runBench } from "../bench/run.ts";

/** The command, by its first word. Resolves to the exit code: 1 when a budget is broken. */
export async function main(args: readonly string[]): Promise<number> {
  return args[0] === "item-locations" ? benchItemLocations(args.slice(1)) : runBench(args);
}
