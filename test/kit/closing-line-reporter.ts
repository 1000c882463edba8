// Counts what vitest ran, for the line that `npm test` ends with. A file that does not load, a failing
// hook and an error outside any test each count as a failure: none of them may pass for green.
import { writeFileSync } from "node:fs";
import type { SerializedError } from "@vitest/utils";
import type { Reporter, TestModule } from "vitest/node";

/** What a run came to. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Writes the counts to the file that `SATCHEL_TEST_OUTCOME` names; without it, nothing. */
export class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const path = process.env["SATCHEL_TEST_OUTCOME"];
    if (path !== undefined) writeFileSync(path, JSON.stringify(countTests(modules, unhandledErrors)));
  }
}

/** The sum over all files. */
export function countTests(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): TestCounts {
  const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) counts[outcomeOf(test.result().state)] += 1;
    if (hasFailureOutsideTests(module)) counts.failed += 1;
  }
  return counts;
}

/** Pending is what a cut-short run did not get to: not passed, and not chosen to be skipped either. */
function outcomeOf(state: "passed" | "failed" | "skipped" | "pending"): keyof TestCounts {
  return state === "pending" ? "failed" : state;
}

function hasFailureOutsideTests(module: TestModule): boolean {
  return module.errors().length > 0 || [...module.children.allSuites()].some((suite) => suite.errors().length > 0);
}
