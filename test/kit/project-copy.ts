// Copies of the project for tests that change its files: the whole of what generates, or only what the
// operations are made from. In the run's own folder, so that an end of any kind leaves nothing behind.

import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory, projectDir } from "../../scripts/clone.ts";

const PROGRAMS = ["src", "scripts", "prisma", "prisma.config.ts", "package.json", "tsconfig.json"];
const OPERATIONS = ["src/schema", "src/operations", "schema.graphql", "client"];

/** Enough of the project to generate in, so that a generation of this clone at the same time is not disturbed. */
export function copyOfPrograms(): string {
  const copy = copyOf(PROGRAMS);
  symlinkSync(join(projectDir, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** The schema, the operations and what is generated from them, without a program. */
export function copyOfOperations(): string {
  return copyOf(OPERATIONS);
}

function copyOf(paths: readonly string[]): string {
  const copy = mkdtempSync(join(dataDirectory(), "copy-"));
  for (const path of paths) cpSync(join(projectDir, path), join(copy, path), { recursive: true });
  return copy;
}
