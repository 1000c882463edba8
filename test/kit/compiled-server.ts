// The server as JavaScript, compiled once per run as `npm run build` does it: processes that tests start in dozens
// are up in half the time, and are what production runs.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory, projectDir } from "../../scripts/clone.ts";

/** Called once, before any test. */
export function compileServer(): void {
  compile(projectDir, folder());
}

/** The compiled file of `src/<name>.ts`. */
export function compiledServer(script: string): string {
  return join(folder(), "dist", script.replace(/^src\//, "").replace(/\.ts$/, ".js"));
}

/** Compiles the src/ of `source` into the dist/ of `target`, where it finds the project's packages. Types are not checked. */
export function compile(source: string, target: string): void {
  mkdirSync(target, { recursive: true });
  cpSync(join(projectDir, "package.json"), join(target, "package.json"));
  symlinkSync(join(projectDir, "node_modules"), join(target, "node_modules"));
  const tsc = join(projectDir, "node_modules", "typescript", "bin", "tsc");
  const config = ["-p", join(source, "tsconfig.build.json"), "--noCheck", "--outDir", join(target, "dist")];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...config], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the server does not compile: ${stdout}`);
}

function folder(): string {
  return join(dataDirectory(), "compiled");
}
