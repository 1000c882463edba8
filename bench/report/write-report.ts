// Writes a run down: the figures as JSON under their date and commit, and the report of the latest run.

import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { projectDir } from "../../scripts/clone.ts";
import type { Verdict } from "../budgets.ts";
import type { BenchResults } from "../results.ts";
import { reportPage } from "./report-page.ts";

/** Returns the two paths, relative to the repository. */
export function writeReport(folder: string, results: BenchResults, verdicts: readonly Verdict[]): string[] {
  mkdirSync(folder, { recursive: true });
  const { startedAt, commit, isModified } = results;
  const moment = startedAt.slice(0, 16).replace("T", "-").replace(":", "");
  const jsonPath = join(folder, `${moment}-${commit}${isModified ? "-modified" : ""}.json`);
  const pagePath = join(folder, "report.html");
  writeFileSync(jsonPath, `${JSON.stringify({ ...results, verdicts }, null, 1)}\n`);
  writeFileSync(pagePath, reportPage(results, verdicts));
  return [jsonPath, pagePath].map((path) => relative(projectDir, path));
}
