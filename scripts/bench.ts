// `npm run bench [-- --quick ...]`: the benchmark of reads; `npm run bench -- item-locations`, the comparison of the
// ways to that query; `npm run bench -- writes`, what a committed write costs;
// `npm run bench -- hot`, what a cached answer costs; `npm run bench -- flood`, 50,000 of them asked for at once;
// `npm run bench -- pressure`, what it does beyond its limits; `npm run bench -- profile`, where a read's time goes.
// What they are and how to read them: bench/README.md.
import { benchFlood } from "../bench/flood/run.ts";
import { benchHot } from "../bench/hot/run.ts";
import { benchItemLocations } from "../bench/item-locations/run.ts";
import { benchPressure } from "../bench/pressure/run.ts";
import { benchProfile } from "../bench/profile/run.ts";
import { runBench } from "../bench/run.ts";
import { benchWrites } from "../bench/writes/run.ts";

/** The command, by its first word. Resolves to the exit code: 1 when a budget is broken. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === "item-locations") return benchItemLocations(rest);
  if (name === "hot") return benchHot(rest);
  if (name === "flood") return benchFlood(rest);
  if (name === "pressure") return benchPressure(rest);
  if (name === "profile") return benchProfile(rest);
  return name === "writes" ? benchWrites(rest) : runBench(args);
}
