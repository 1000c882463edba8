// Everything that is derived from other files: Prisma's client, the SDL as a module and as it is
// published, the resolvers' types, the registry of operations with their costs, and the operations as an
// app in TypeScript imports them. Run before anything that imports them; the entry of every npm script
// does so when an input changed (prepare.mjs has the list). Nothing here connects to a database.

import { join } from "node:path";
import { projectDir } from "./clone.ts";
import { COSTS_FILE, costsText } from "./generate/costs.ts";
import { readIfThere, writeOutput } from "./generate/output.ts";
import { generatePrismaClient } from "./generate/prisma-client.ts";
import { OPERATIONS_FOLDER, REGISTRY_FILE, operationsOf, withAppended } from "./generate/registry.ts";
import { RESOLVER_TYPES_FILE, resolverTypes } from "./generate/resolver-types.ts";
import {
  PUBLISHED_SCHEMA_FILE,
  TYPE_DEFS_FILE,
  publishedSchema,
  readGraphqlFiles,
  readSdl,
  typeDefsModule,
} from "./generate/sdl.ts";
import { TYPED_OPERATIONS_FILE, typedOperations } from "./generate/typed-operations.ts";
import { problemsOfOperations } from "./operations/judgement.ts";
import { manifestText, registryOf } from "./operations/manifest.ts";
import { schemaOf } from "./operations/schema-changes.ts";
import { SetupError } from "./setup-error.ts";

/** The command. */
export async function main(): Promise<void> {
  await generate();
}

/**
 * Writes all generated files of the project at `root`. Idempotent; about three seconds, which are
 * Prisma's. Throws a SetupError when an operation does not fit the schema or the limits.
 */
export async function generate(root: string = projectDir): Promise<void> {
  const results = await Promise.allSettled([generatePrismaClient(root), generateFromGraphql(root)]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** All but Prisma's client, of the project at `root`. Throws as `generate` does. */
export async function generateFromGraphql(root: string): Promise<void> {
  const sdl = await readSdl(root);
  const schema = schemaOf(sdl, "src/schema");
  const files = await readGraphqlFiles(join(root, OPERATIONS_FOLDER));
  const own = operationsOf(files);
  const operations = withAppended(registryOf(await readIfThere(join(root, REGISTRY_FILE))), own);
  const problems = problemsOfOperations(schema, operations);
  if (problems.length > 0) throw new SetupError(problems.join("\n"));
  const outputs: readonly (readonly [string, string])[] = [
    [TYPE_DEFS_FILE, typeDefsModule(sdl)],
    [RESOLVER_TYPES_FILE, await resolverTypes(root, sdl)],
    [PUBLISHED_SCHEMA_FILE, publishedSchema(sdl)],
    [REGISTRY_FILE, manifestText(operations)],
    [COSTS_FILE, costsText(schema, operations)],
    [TYPED_OPERATIONS_FILE, await typedOperations(sdl, files, own)],
  ];
  for (const [path, text] of outputs) await writeOutput(join(root, path), text);
}
