// What TypeScript knows of the schema: the types that resolvers are written against.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as typescript from "@graphql-codegen/typescript";
import * as typescriptResolvers from "@graphql-codegen/typescript-resolvers";
import { parse } from "graphql";

/** Where the resolvers import it from. */
export const RESOLVER_TYPES_FILE = "src/schema/generated/resolver-types.ts";

/** The text of the module. */
export async function resolverTypes(root: string, sdl: string): Promise<string> {
  return codegen({
    filename: RESOLVER_TYPES_FILE,
    schema: parse(sdl),
    documents: [],
    config: {
      contextType: "../../context.ts#Context",
      mappers: await mappers(root),
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
}

/** Each `export … XModel` of models.ts stands behind the GraphQL type X. */
async function mappers(root: string): Promise<Record<string, string>> {
  const models = await readFile(join(root, "src/schema/models.ts"), "utf8");
  const names = [...models.matchAll(/^export (?:type|interface) (\w+)Model\b/gm)].map(([, name]) => name!);
  return Object.fromEntries(names.map((name) => [name, `../models.ts#${name}Model`]));
}
