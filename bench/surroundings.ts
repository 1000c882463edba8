// Where a run took place and what it measured: without these, a figure is a rumour.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { projectDir } from "../scripts/clone.ts";
import type { Surroundings } from "./results.ts";

/** `mariadb` is the server's own words. */
export function readSurroundings(mariadb: string): Surroundings {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(projectDir, "package.json"), "utf8"),
  ) as Record<"dependencies" | "devDependencies", Record<string, string>>;
  const installed = { ...devDependencies, ...dependencies };
  return {
    startedAt: new Date().toISOString(),
    commit: git("rev-parse", "--short", "HEAD") ?? "unknown",
    isModified: git("status", "--porcelain", "--", "src", "prisma", "bench", "package-lock.json") !== "",
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: cpus().length,
      memoryBytes: totalmem(),
      kernel: release(),
      loadAverage: loadavg()[0] ?? 0,
    },
    versions: {
      node: process.versions.node,
      mariadb,
      ...Object.fromEntries(MEASURED_PACKAGES.map((name) => [name, installed[name] ?? "unknown"])),
    },
  };
}

const MEASURED_PACKAGES = [
  "graphql",
  "graphql-yoga",
  "graphql-jit",
  "dataloader",
  "@prisma/client",
  "@prisma/adapter-mariadb",
  "fastify",
  "mercurius",
  "mysql2",
  "fast-jwt",
  "autocannon",
];

/** Null without git or outside a repository. */
function git(...args: string[]): string | null {
  try {
    return execFileSync("git", args, { cwd: projectDir, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    // An unpacked archive is measured all the same.
    return null;
  }
}
