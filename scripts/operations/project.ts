// The project's files around its operations, read once, so that what judges them works on texts.

import { join } from "node:path";
import { COSTS_FILE } from "../generate/costs.ts";
import { readIfThere } from "../generate/output.ts";
import { OPERATIONS_FOLDER, REGISTRY_FILE } from "../generate/registry.ts";
import { PUBLISHED_SCHEMA_FILE, readGraphqlFiles, readSdl, type GraphqlFile } from "../generate/sdl.ts";
import { TYPED_OPERATIONS_FILE } from "../generate/typed-operations.ts";

/** Texts; null for a file that is not there. */
export interface Project {
  /** All of src/schema. */
  readonly sdl: string;
  readonly operationFiles: readonly GraphqlFile[];
  readonly registry: string | null;
  readonly publishedSchema: string | null;
  readonly costs: string | null;
  readonly typedOperations: string | null;
}

/** Reads the project whose folder is `root`. */
export async function readProject(root: string): Promise<Project> {
  return {
    sdl: await readSdl(root),
    operationFiles: await readGraphqlFiles(join(root, OPERATIONS_FOLDER)),
    registry: await readIfThere(join(root, REGISTRY_FILE)),
    publishedSchema: await readIfThere(join(root, PUBLISHED_SCHEMA_FILE)),
    costs: await readIfThere(join(root, COSTS_FILE)),
    typedOperations: await readIfThere(join(root, TYPED_OPERATIONS_FILE)),
  };
}
