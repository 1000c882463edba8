// A copy of prisma/ that a test may change: another migration, an edited file, other grants.
import { readdirSync } from "node:fs";
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The first migration's name: where changes to an existing one go. */
export const FIRST_MIGRATION = "20261121000000_spine";

/** Every migration of ours, in the order in which they are applied. */
export const migrationNames: readonly string[] = readdirSync(new URL("../../prisma/migrations", import.meta.url))
  .filter((name) => /^\d/.test(name))
  .toSorted();

/** `directory` goes to `migrate` as `prismaDirectory`. */
export interface PrismaCopy {
  readonly directory: string;
  addMigration(name: string, script: string): Promise<void>;
  appendToMigration(name: string, text: string): Promise<void>;
  removeMigration(name: string): Promise<void>;
  readMigration(name: string): Promise<string>;
  appendToGrants(text: string): Promise<void>;
  remove(): Promise<void>;
}

/** Copies migrations/ and grants.sql into a new temporary directory. */
export async function copyPrismaDirectory(): Promise<PrismaCopy> {
  const source = fileURLToPath(new URL("../../prisma", import.meta.url));
  const directory = await mkdtemp(join(tmpdir(), "satchel-prisma-"));
  await cp(join(source, "migrations"), join(directory, "migrations"), { recursive: true });
  await cp(join(source, "grants.sql"), join(directory, "grants.sql"));
  const folder = (name: string): string => join(directory, "migrations", name);
  const file = (name: string): string => join(folder(name), "migration.sql");
  return {
    directory,
    addMigration: async (name, script) => {
      await mkdir(folder(name), { recursive: true });
      await writeFile(file(name), script);
    },
    appendToMigration: (name, text) => appendFile(file(name), text),
    removeMigration: (name) => rm(folder(name), { recursive: true }),
    readMigration: (name) => readFile(file(name), "utf8"),
    appendToGrants: (text) => appendFile(join(directory, "grants.sql"), text),
    remove: () => rm(directory, { recursive: true }),
  };
}
