// What single tests drive besides the servers that every run has. A folder of test/ that needs a program says so
// here; `npm test` gets it only when a file of that folder is to run. Where it cannot be had, that folder's tests
// are skipped; in CI, where nothing may be skipped, the run ends instead.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseCLI } from "vitest/node";
import { projectDir } from "./clone.ts";
import type { Progress } from "./progress.ts";
import { SetupError } from "./setup-error.ts";
import { ensurePrograms, type InstallConsent, isContinuousIntegration } from "./stack/packages.ts";

/** By folder: the kind of program, and the variable that tells the tests its path. */
const drivenPrograms = {
  "test/browser": { kind: "chromium", variable: "SATCHEL_TEST_CHROMIUM" },
  "test/cdn": { kind: "nginx", variable: "SATCHEL_TEST_NGINX" },
} as const;

/** What the tests are told, and what the person is. */
export interface TestPrograms {
  /** For each program that a chosen test needs its path; empty where it cannot be had. */
  readonly environment: Readonly<Record<string, string>>;
  /** For each folder that is skipped one text: why, and what to do about it. */
  readonly skipped: readonly string[];
}

/**
 * Finds what the tests chosen by `args` need, and installs it as far as consent goes. Throws a SetupError in CI
 * when something cannot be had.
 */
export async function ensureTestPrograms(options: {
  /** As vitest gets them. */
  readonly args: readonly string[];
  readonly binDir: string;
  readonly consent: InstallConsent;
  readonly progress: Progress;
}): Promise<TestPrograms> {
  const { args, ...others } = options;
  const { filter } = parseCLI(["vitest", "run", ...args], { allowUnknownOptions: true });
  const environment: Record<string, string> = {};
  const skipped: string[] = [];
  for (const [folder, { kind, variable }] of Object.entries(drivenPrograms)) {
    if (!hasChosenTest(folder, filter)) continue;
    try {
      environment[variable] = (await ensurePrograms({ ...others, needed: [kind] }))[kind] ?? "";
    } catch (error) {
      if (!(error instanceof SetupError) || isContinuousIntegration()) throw error;
      environment[variable] = "";
      skipped.push(`${folder}/ is skipped: ${error.message}`);
    }
  }
  return { environment, skipped };
}

/** vitest's own rule, a part of the path, without its finer options: those only choose fewer. */
function hasChosenTest(folder: string, filter: readonly string[]): boolean {
  const parts = filter.map((part) => part.replace(/^\.\//, "").replace(/:\d+$/, ""));
  const paths = readdirSync(join(projectDir, folder)).map((name) => join(projectDir, folder, name));
  return parts.length === 0 || paths.some((path) => parts.some((part) => path.includes(part)));
}
