// `npm run drill [-- name]`: the fault tests at their full counts, with the very code that `npm test` runs once and short.
// One test file at a time, so that what is measured is the fault and not a neighbour. Exits like `npm test`; before its
// last line it prints what each test did and measured.
import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory } from "./clone.ts";
import { runSuite } from "./test.ts";

/** The command: all of test/faults/, or the files whose names begin so; options are vitest's. Resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const firstOption = args.findIndex((arg) => arg.startsWith("-"));
  const names = firstOption === -1 ? args : args.slice(0, firstOption);
  const options = args.slice(names.length);
  const folder = join("test", "faults");
  const paths = names.length === 0 ? [folder] : names.map((name) => (name.includes("/") ? name : join(folder, name)));
  const reportPath = join(dataDirectory(), `drill-${process.pid}.txt`);
  mkdirSync(dataDirectory(), { recursive: true });
  process.env["SATCHEL_DRILL"] = "1";
  process.env["SATCHEL_DRILL_REPORT"] = reportPath;
  process.env["TEST_SEED"] ??= String(randomInt(2 ** 31));
  const startedAtMs = performance.now();
  try {
    const code = await runSuite({ args: [...paths, "--maxWorkers=1", ...options], flavour: "mariadb" });
    if (existsSync(reportPath)) console.log(`\n${readFileSync(reportPath, "utf8")}`);
    const minutes = ((performance.now() - startedAtMs) / 60_000).toFixed(1);
    console.log(`drill ${code === 0 ? "passed" : "failed"} in ${minutes} minutes, seed ${process.env["TEST_SEED"]}`);
    return code;
  } finally {
    rmSync(reportPath, { force: true });
  }
}
