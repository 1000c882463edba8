// x
import type { Verdict } from "../budgets.ts";
import type { BenchResults } from "../results.ts";

export function reportPage(_: BenchResults, __: readonly Verdict[]): string {
  return "";
}
