// Everything that is derived from other files: Prisma's client, the SDL as a module, the resolvers'
// types, and the registry of operations. Run before anything that imports them; the entry of every
// npm script does so when an input changed. Nothing here connects to a database.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as typescript from "@graphql-codegen/typescript";
import * as typescriptResolvers from "@graphql-codegen/typescript-resolvers";
import { Kind, buildSchema, parse, print, validate, type OperationDefinitionNode } from "graphql";

const SCHEMA_FOLDER = "src/schema";
const GENERATED_FOLDER = "src/schema/generated";
const OPERATIONS_FOLDER = "src/operations";
const REGISTRY_FILE = "src/operations/registry.json";

/** One registered operation, as Apollo's persisted-query manifest writes it. */
interface RegisteredOperation {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly body: string;
}

interface Registry {
  readonly format: "apollo-persisted-query-manifest";
  readonly version: 1;
  readonly operations: readonly RegisteredOperation[];
}

export async function main(): Promise<void> {
  await generate();
}

/** Writes all generated files. Idempotent; about two seconds. */
export async function generate(): Promise<void> {
  generatePrismaClient();
  const sdl = await readSchema();
  await mkdir(GENERATED_FOLDER, { recursive: true });
  await writeTypeDefinitions(sdl);
  await writeResolverTypes(sdl);
  await writeRegistry(sdl);
}

/**
 * Prisma's command line wants to download an engine that `generate` does not use; naming any existing
 * file as that engine stops it.
 */
function generatePrismaClient(): void {
  execFileSync(process.execPath, ["node_modules/prisma/build/index.js", "generate", "--no-hints"], {
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function readSchema(): Promise<string> {
  const parts = await readFolder(SCHEMA_FOLDER);
  return parts.map(({ text }) => text).join("\n");
}

async function readFolder(folder: string): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".graphql")).toSorted();
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), "utf8") })));
}

async function writeTypeDefinitions(sdl: string): Promise<void> {
  const text = `// Generated from src/schema/*.graphql.\n\nexport const typeDefs = ${JSON.stringify(sdl)};\n`;
  await writeFile(join(GENERATED_FOLDER, "type-defs.ts"), text);
}

async function writeResolverTypes(sdl: string): Promise<void> {
  const text = await codegen({
    filename: join(GENERATED_FOLDER, "resolver-types.ts"),
    schema: parse(sdl),
    documents: [],
    config: {
      contextType: "../../context.ts#Context",
      mappers: await mappers(),
      scalars: {
        ID: { input: "string", output: "string" },
        BigInt: { input: "bigint", output: "bigint" },
        DateTime: { input: "Date", output: "string" },
        UUID: { input: "string", output: "string" },
      },
      enumsAsTypes: true,
      useTypeImports: true,
      makeResolverTypeCallable: true,
      maybeValue: "T | null",
      inputMaybeValue: "T | null | undefined",
      importExtension: ".ts",
    },
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript, resolvers: typescriptResolvers },
  });
  await writeFile(join(GENERATED_FOLDER, "resolver-types.ts"), text);
}

/** Each `export … XModel` of models.ts stands behind the GraphQL type X. */
async function mappers(): Promise<Record<string, string>> {
  const models = await readFile(join(SCHEMA_FOLDER, "models.ts"), "utf8");
  const names = [...models.matchAll(/^export (?:type|interface) (\w+)Model\b/gm)].map(([, name]) => name!);
  return Object.fromEntries(names.map((name) => [name, `../models.ts#${name}Model`]));
}

/**
 * Append-only: old builds of an app keep sending old ids, so an operation that changed gets a new
 * entry beside its old one, and none is ever dropped. Each must be valid against today's schema.
 */
async function writeRegistry(sdl: string): Promise<void> {
  const known = await readRegistry();
  const added = (await readFolder(OPERATIONS_FOLDER))
    .map(({ name, text }) => registeredOperation(name, text))
    .filter(({ id }) => !known.some((operation) => operation.id === id));
  const operations = [...known, ...added];
  const schema = buildSchema(sdl);
  for (const { name, body } of operations) {
    const [error] = validate(schema, parse(body));
    if (error !== undefined) throw new Error(`operation ${name} does not fit the schema: ${error.message}`);
  }
  const registry: Registry = { format: "apollo-persisted-query-manifest", version: 1, operations };
  await writeFile(REGISTRY_FILE, `${JSON.stringify(registry, null, 2)}\n`);
}

async function readRegistry(): Promise<readonly RegisteredOperation[]> {
  try {
    return (JSON.parse(await readFile(REGISTRY_FILE, "utf8")) as Registry).operations;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function registeredOperation(file: string, text: string): RegisteredOperation {
  const document = parse(text);
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation] = operations;
  if (operations.length !== 1 || operation?.name === undefined) {
    throw new Error(`${file}: expected one named operation`);
  }
  const body = print(document);
  const id = createHash("sha256").update(body).digest("hex");
  return { id, name: operation.name.value, type: operation.operation, body };
}
