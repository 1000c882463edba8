// The server's source with a mistake in it, as a copy that processes of their own can run: exact texts of a file are
// replaced, and each must be there once, so that a mutant cannot go stale in silence.

import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory, projectDir } from "../../../scripts/clone.ts";
import { compileChanged } from "../../kit/compiled-server.ts";
import type { Edit } from "./server-here.ts";

/** The compiled main.js to start instead of the project's own. Throws where an edit does not fit. */
export function changedSource(edits: readonly Edit[]): string {
  const texts = new Map<string, string>();
  for (const { path, from, to } of edits) {
    const parts = (texts.get(path) ?? readFileSync(join(projectDir, path), "utf8")).split(from);
    if (parts.length !== 2) throw new Error(`${path} holds this ${parts.length - 1} times, not once:\n${from}`);
    texts.set(path, parts.join(to));
  }
  const copy = mkdtempSync(join(dataDirectory(), "mutant-"));
  compileChanged(texts, copy);
  return join(copy, "src", "main.js");
}
