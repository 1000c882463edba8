// client/operations.ts: the operations of src/operations for an app in TypeScript, each as a typed
// document with the types of its variables and of its answer, and the ids that they are registered by.
// One file without any import at run time, so that an app's team can copy it.

import { codegen } from "@graphql-codegen/core";
import * as typedDocumentNode from "@graphql-codegen/typed-document-node";
import * as typescriptOperations from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";
import { format } from "oxfmt";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import type { GraphqlFile } from "./sdl.ts";

/** Where app developers find it. */
export const TYPED_OPERATIONS_FILE = "client/operations.ts";

/** As .oxfmtrc.json has it. */
const PRINT_WIDTH = 120;

const HEADER = `// Generated from src/operations by \`npm run generate\`; copy this file into your app. For each operation: a document
// for any client that knows typed documents (Apollo Client, urql), the types of its variables and answer, and the id
// that it is registered by. BigInt, DateTime and UUID are strings in JSON. Enums may gain values: have a default case.
`;

/** The text of the module. `operations` are those of `files`, as they are registered. */
export async function typedOperations(
  sdl: string,
  files: readonly GraphqlFile[],
  operations: readonly RegisteredOperation[],
): Promise<string> {
  const text = await codegen({
    filename: TYPED_OPERATIONS_FILE,
    schema: parse(sdl),
    documents: files.map(({ name, text: body }) => ({ location: name, document: parse(body) })),
    config: {
      // As they travel in JSON, both ways.
      scalars: { ID: "string", BigInt: "string", DateTime: "string", UUID: "string" },
      useTypeImports: true,
      immutableTypes: true,
      // What the server answers: __typename only where the operation asks for it.
      skipTypename: true,
      arrayInputCoercion: false,
    },
    plugins: [{ operations: {} }, { documents: {} }],
    pluginMap: { operations: typescriptOperations, documents: typedDocumentNode },
  });
  return formatted(`${HEADER}${importsFirst(text).trimEnd()}\n\n${idsOf(operations)}`);
}

/** The types one field a line, so that a change shows in review; the syntax trees one document a line. */
async function formatted(text: string): Promise<string> {
  const guarded = text.replaceAll(/^export const \w+ = \{"kind"/gm, (document) => `// prettier-ignore\n${document}`);
  const { code, errors } = await format(TYPED_OPERATIONS_FILE, guarded, { printWidth: PRINT_WIDTH });
  if (errors.length > 0) throw new Error(`${TYPED_OPERATIONS_FILE} could not be formatted: ${errors[0]?.message}`);
  return code;
}

/** The plugins put types of their own before the import. */
function importsFirst(text: string): string {
  const lines = text.split("\n");
  const isImport = (line: string) => line.startsWith("import ");
  return [...lines.filter(isImport), "", ...lines.filter((line) => !isImport(line))].join("\n");
}

/**
 * By operation name, which every client knows at the place where it sends: clients rewrite documents
 * (Apollo adds __typename), so an id that hung on a document would not get there.
 */
function idsOf(operations: readonly RegisteredOperation[]): string {
  const lines = operations.map(({ name, id }) => `  ${name}: "sha256:${id}",\n`).join("");
  return `/** What to send as \`documentId\`, by the operation's name. */
export const documentIds = {
${lines}} as const;
`;
}
