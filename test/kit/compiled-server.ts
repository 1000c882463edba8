// The server as JavaScript, compiled once per run as `npm run build` does it: processes that tests start in dozens
// are up in half the time, and are what production runs.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory, projectDir } from "../../scripts/clone.ts";

/** Programs of test/kit/ that run beside the server, compiled with it. */
const PROGRAMS = ["test/kit/burst-client.ts"];

/** Called once, before any test. */
export function compileServer(): void {
  mkdirSync(folder(), { recursive: true });
  const config = join(folder(), "tsconfig.json");
  const include = ["src", ...PROGRAMS].map((path) => join(projectDir, path));
  const compilerOptions = { rootDir: projectDir, outDir: folder() };
  writeFileSync(config, JSON.stringify({ extends: join(projectDir, "tsconfig.build.json"), compilerOptions, include }));
  compileBy(config, folder(), folder());
}

/** Whether there is a compiled file of that one. */
export function isCompiled(script: string): boolean {
  return script.startsWith("src/") || PROGRAMS.includes(script);
}

/** The compiled file of `src/<name>.ts`, or of such a program. */
export function compiledServer(script: string): string {
  return join(folder(), script.replace(/\.ts$/, ".js"));
}

/** Compiles the src/ of `source` into the dist/ of `target`, where it finds the project's packages. Types are not checked. */
export function compile(source: string, target: string): void {
  mkdirSync(target, { recursive: true });
  compileBy(join(source, "tsconfig.build.json"), target, join(target, "dist"));
}

function compileBy(config: string, target: string, outDir: string): void {
  cpSync(join(projectDir, "package.json"), join(target, "package.json"));
  symlinkSync(join(projectDir, "node_modules"), join(target, "node_modules"));
  const tsc = join(projectDir, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", config, "--noCheck", "--outDir", outDir], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the server does not compile: ${stdout}`);
}

function folder(): string {
  return join(dataDirectory(), "compiled");
}
