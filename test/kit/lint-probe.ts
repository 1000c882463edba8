// Proves that the linter refuses what .oxlintrc.json means it to: lints a small source tree, made for the
// purpose, under the project's own configuration. A pattern that matches nothing says nothing by itself.
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectDir } from "../../scripts/clone.ts";

/** One thing that the linter found. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  /** As it stands in the configuration, "typescript/no-floating-promises"; eslint's own without a prefix. */
  readonly rule: string;
}

interface Report {
  readonly diagnostics: readonly {
    readonly filename: string;
    /** Missing where no rule speaks: text that does not parse, a waiver that waives nothing. */
    readonly code?: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

const REPORT_BYTES_MAX = 16 * 1024 * 1024;

/** Lints `sources`, text by path from the project's root, and finds what it may find there. */
export async function lintProbe(sources: Readonly<Record<string, string>>): Promise<Finding[]> {
  const directory = mkdtempSync(join(tmpdir(), "satchel-lint-"));
  try {
    for (const name of [".oxlintrc.json", "tsconfig.json"]) copyFileSync(join(projectDir, name), join(directory, name));
    // Types of packages and the type-aware half of the linter are looked up from here.
    symlinkSync(join(projectDir, "node_modules"), join(directory, "node_modules"));
    for (const [path, text] of Object.entries(sources)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const { diagnostics } = await lint(directory, Object.keys(sources));
    return diagnostics.map(({ filename, code = "", labels }) => ({
      file: filename,
      line: labels[0]?.span.line ?? 0,
      rule: code.replace(/^eslint\((.*)\)$/, "$1").replace(/^(.*)\((.*)\)$/, "$1/$2"),
    }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function lint(directory: string, paths: readonly string[]): Promise<Report> {
  const oxlint = join(projectDir, "node_modules", "oxlint", "bin", "oxlint");
  const args = [oxlint, "--format=json", ...paths];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: directory, maxBuffer: REPORT_BYTES_MAX }, (_, stdout, stderr) => {
      try {
        // Findings make the exit code 1; what is no report is a failure to lint.
        resolve(JSON.parse(stdout) as Report);
      } catch (error) {
        reject(new Error(`oxlint did not report: ${stdout}${stderr}`, { cause: error }));
      }
    });
  });
}
