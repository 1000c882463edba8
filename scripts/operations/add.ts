// `npm run operations -- add <manifest>`: takes the operations of an app's own manifest into the registry.
// All or nothing, and append-only. What is there already is left as it is.

import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { COSTS_FILE, costsText } from "../generate/costs.ts";
import { readIfThere, writeOutput } from "../generate/output.ts";
import { REGISTRY_FILE, withAppended } from "../generate/registry.ts";
import { readSdl } from "../generate/sdl.ts";
import { SetupError } from "../setup-error.ts";
import { problemsOfOperations } from "./judgement.ts";
import { manifestOf, manifestText, registryOf } from "./manifest.ts";
import { schemaOf } from "./schema-changes.ts";

/** Some ten thousand operations; what is larger is another file by mistake. */
const MANIFEST_BYTES_MAX = 16 * 1024 * 1024;
/** Lines of problems that are printed; the rest is a number. */
const PROBLEMS_SHOWN_MAX = 20;

/** What `add` did. */
export interface Addition {
  /** In the order of the manifest. */
  readonly added: readonly RegisteredOperation[];
  readonly knownCount: number;
}

/**
 * Appends what the manifest at `path` holds to the registry of the project at `root`, and counts its
 * cost. Throws a SetupError, and has written nothing, when any operation may not be registered.
 */
export async function add(root: string, path: string): Promise<Addition> {
  const name = basename(path);
  const handed = manifestOf(await readManifest(path), name);
  const schema = schemaOf(await readSdl(root), "src/schema");
  const registered = registryOf(await readIfThere(join(root, REGISTRY_FILE)));
  const known = new Map(registered.map((operation) => [operation.id, operation]));
  // One that is here already is judged too: under a known id there may be another body.
  const problems = problemsOfOperations(schema, handed);
  if (problems.length > 0) throw new SetupError(refusal(name, problems));
  const added = handed.filter(({ id }) => !known.has(id));
  if (added.length > 0) {
    const operations = withAppended(registered, added);
    // The costs first: they refuse what is wrong with older entries before the registry is touched.
    const costs = costsText(schema, operations);
    await writeOutput(join(root, REGISTRY_FILE), manifestText(operations));
    await writeOutput(join(root, COSTS_FILE), costs);
  }
  return { added, knownCount: handed.length - added.length };
}

async function readManifest(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MANIFEST_BYTES_MAX) {
      throw new SetupError(`${path} has ${size} bytes, more than the ${MANIFEST_BYTES_MAX} of a manifest`);
    }
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof SetupError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = { ENOENT: "there is no such file", EISDIR: "it is a folder" }[code ?? ""] ?? message;
    throw new SetupError(`cannot read ${path}: ${reason}`);
  }
}

function refusal(name: string, problems: readonly string[]): string {
  const shown = problems.slice(0, PROBLEMS_SHOWN_MAX);
  const more = problems.length - shown.length;
  return [`Nothing of ${name} was added:`, ...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
