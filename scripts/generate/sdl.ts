// The SDL of src/schema: read, handed to the server as a module, and published for app developers as
// schema.graphql with everything in it that theirs tools and they read: descriptions, costs, list sizes.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { parse, print } from "graphql";

/** Where the server reads it. */
export const TYPE_DEFS_FILE = "src/schema/generated/type-defs.ts";
/** Where app developers and their tools do. */
export const PUBLISHED_SCHEMA_FILE = "schema.graphql";

/** A .graphql file: its name in its folder, and its text. */
export interface GraphqlFile {
  readonly name: string;
  readonly text: string;
}

/** The .graphql files of one folder, by name. */
export async function readGraphqlFiles(folder: string): Promise<GraphqlFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".graphql")).toSorted();
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), "utf8") })));
}

/** The whole schema as one text. */
export async function readSdl(root: string): Promise<string> {
  const files = await readGraphqlFiles(join(root, "src/schema"));
  return files.map(({ text }) => text).join("\n");
}

/** The text of the module that the server imports. */
export function typeDefsModule(sdl: string): string {
  return `// Generated from src/schema/*.graphql.\n\nexport const typeDefs = ${JSON.stringify(sdl)};\n`;
}

/**
 * The text of schema.graphql. Printed from the syntax and not from the built schema, which knows no
 * directives in places: @cost and @listSize would be lost.
 */
export function publishedSchema(sdl: string): string {
  return `# Generated from src/schema by \`npm run generate\`. For apps: the schema that the server serves.\n\n${print(parse(sdl))}\n`;
}
