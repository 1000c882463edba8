// Writing what is generated: only where it differs, and whole or not at all, so that whoever reads at the
// same time (a test, a running server in watch mode, an editor) never sees half a file.

import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Puts `text` into the file and makes its folder; leaves a file alone that holds it already. */
export async function writeOutput(path: string, text: string): Promise<void> {
  if ((await readIfThere(path)) === text) return;
  await mkdir(dirname(path), { recursive: true });
  const half = `${path}.${randomUUID()}`;
  await writeFile(half, text);
  await rename(half, path);
}

/** The file's text, or null where there is no such file. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
