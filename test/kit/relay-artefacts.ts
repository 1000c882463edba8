// Relay's own compiler, run as an app runs it before it is built: it checks documents against the schema
// that the server shows by introspection, and writes what relay-runtime executes.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildClientSchema, getIntrospectionQuery, printSchema } from "graphql";
import type { GraphQLTaggedNode } from "relay-runtime";
import type { TestApi } from "./api.ts";

const COMPILE_MS_MAX = 20_000;

export interface RelayArtefacts {
  /** What the compiler made of the operation or fragment of this name. */
  readonly artefacts: Readonly<Record<string, GraphQLTaggedNode>>;
  /** The operations' texts by the ids that stand for them in the artefacts. */
  readonly textById: Readonly<Record<string, string>>;
}

const load = createRequire(import.meta.url);

/**
 * Compiles documents that stand in a module of this name, with which Relay wants the names of operations
 * and fragments to begin. Throws what the compiler prints if it refuses them.
 */
export async function compileWithRelay(api: TestApi, moduleName: string, documents: string): Promise<RelayArtefacts> {
  const folder = await mkdtemp(join(tmpdir(), "satchel-relay-"));
  try {
    await mkdir(join(folder, "src"));
    await mkdir(join(folder, "artefacts"));
    const schema = buildClientSchema(await api.read({ query: getIntrospectionQuery() }));
    await writeFile(join(folder, "schema.graphql"), printSchema(schema));
    await writeFile(join(folder, "src", `${moduleName}.js`), `graphql\`${documents}\`;\n`);
    // The compiler adds to a map that is there.
    await writeFile(join(folder, "texts.json"), "{}");
    await writeFile(join(folder, "relay.config.json"), JSON.stringify(config));
    await promisify(execFile)(process.execPath, [load.resolve("relay-compiler/cli.js"), "relay.config.json"], {
      cwd: folder,
      timeout: COMPILE_MS_MAX,
    }).catch((error: { stdout?: string; stderr?: string }) => {
      throw new Error(`the compiler refuses: ${error.stdout}${error.stderr}`);
    });
    return {
      artefacts: readArtefacts(folder, documents),
      textById: JSON.parse(await readFile(join(folder, "texts.json"), "utf8")) as Record<string, string>,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const config = {
  src: "./src",
  schema: "./schema.graphql",
  language: "javascript",
  artifactDirectory: "./artefacts",
  eagerEsModules: false,
  persistConfig: { file: "./texts.json", algorithm: "SHA256" },
};

/** Artefacts are CommonJS modules that name one another. */
function readArtefacts(folder: string, documents: string): Record<string, GraphQLTaggedNode> {
  const names = documents.matchAll(/(?:query|fragment|queryName:) "?(\w+)/g);
  return Object.fromEntries(
    [...names].map(([, name]) => [name, load(join(folder, "artefacts", `${name}.graphql.js`)) as GraphQLTaggedNode]),
  );
}
