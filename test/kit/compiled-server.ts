// The server as JavaScript, compiled once per run as `npm run build` does it: processes that tests start in dozens
// are up in half the time, and are what production runs.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
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
  linkPackages(folder());
  compileBy(config);
}

/** Whether there is a compiled file of that one. */
export function isCompiled(script: string): boolean {
  return script.startsWith("src/") || PROGRAMS.includes(script);
}

/** The compiled file of `src/<name>.ts`, or of such a program. */
export function compiledServer(script: string): string {
  return join(folder(), script.replace(/\.ts$/, ".js"));
}

/**
 * A copy of the compiled server in `target`, with other texts for some files, by their paths: those alone are compiled.
 * Types are not checked.
 */
export function compileChanged(texts: ReadonlyMap<string, string>, target: string): void {
  cpSync(join(folder(), "src"), join(target, "src"), { recursive: true });
  linkPackages(target);
  const source = join(target, "changed");
  for (const [path, text] of texts) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), text);
  }
  const config = join(target, "tsconfig.json");
  // A file by itself: neither what it imports nor the types of Node are looked at.
  const compilerOptions = { rootDir: source, outDir: target, noResolve: true, lib: ["ES5"], types: [] };
  const files = [...texts.keys()].map((path) => join(source, path));
  const whole = { extends: join(projectDir, "tsconfig.build.json"), compilerOptions, files, include: [] };
  writeFileSync(config, JSON.stringify(whole));
  compileBy(config);
}

/** What the compiled files of `target` need beside them. */
function linkPackages(target: string): void {
  cpSync(join(projectDir, "package.json"), join(target, "package.json"));
  symlinkSync(join(projectDir, "node_modules"), join(target, "node_modules"));
}

function compileBy(config: string): void {
  const tsc = join(projectDir, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", config, "--noCheck"], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the server does not compile: ${stdout}`);
}

function folder(): string {
  return join(dataDirectory(), "compiled");
}
