// `npm run migrate`, and the step that `npm start`, `npm test` and `npm run seed` begin with: brings one
// database to the newest migration and the app's account to the rights in prisma/grants.sql. Runs again
// and again without effect; two at once take turns on Prisma's own lock, and the second finds nothing to do.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Connection } from "mariadb";
import { connectTo, readAddress } from "./migrations/connection.ts";
import { applyGrants } from "./migrations/grants.ts";
import {
  applyMigration,
  pendingMigrations,
  readHistory,
  readMigrationFiles,
  withMigrationLock,
} from "./migrations/history.ts";
import { SetupError } from "./setup-error.ts";
import { onStop } from "./stopping.ts";
import { withDatabase } from "./with-database.ts";

/** What `migrate` needs to know. */
export interface MigrateOptions {
  /** An account that may create, alter and drop in its database, and grant what it has. */
  readonly migratorDatabaseUrl: string;
  /** The app's own account; the same URL where there is only one account. */
  readonly databaseUrl: string;
  /** Told each migration before it runs, and warnings. */
  readonly progress?: (line: string) => void;
  /** Holds migrations/ and grants.sql; the repository's prisma/ unless a test says otherwise. */
  readonly prismaDirectory?: string;
}

/**
 * Applies what is pending, in order, and then the grants. Resolves to the number of migrations applied by this call.
 * Throws a SetupError when history and disk contradict each other, when a migration fails, or when nobody answers.
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: number }> {
  const applying = applyPending(options);
  // No rollback undoes half a migration: a Ctrl-C in the midst of one waits for its end.
  const awaitEnd = onStop(async () => {
    await applying.catch(() => undefined);
  });
  try {
    return await applying;
  } finally {
    await awaitEnd();
  }
}

/** The command. Takes no arguments. */
export async function main(args: readonly string[]): Promise<void> {
  if (args.length > 0) throw new SetupError(`npm run migrate takes no arguments, got: ${args.join(" ")}`);
  await withDatabase(async (urls) => {
    const { applied } = await migrate({ ...urls, progress: (line) => console.error(line) });
    console.log(
      applied === 0 ? "The database is up to date." : `Applied ${applied} migration${applied === 1 ? "" : "s"}.`,
    );
  });
}

async function applyPending(options: MigrateOptions): Promise<{ applied: number }> {
  const progress = options.progress ?? (() => undefined);
  const directory = options.prismaDirectory ?? fileURLToPath(new URL("../prisma", import.meta.url));
  const files = await readMigrationFiles(join(directory, "migrations"));
  const grantsSql = await readFile(join(directory, "grants.sql"), "utf8");
  const migrator = await connectTo(options.migratorDatabaseUrl, { multipleStatements: true });
  try {
    return await withMigrationLock(migrator, async () => {
      const pending = pendingMigrations(files, await readHistory(migrator));
      for (const file of pending) {
        progress(`applying migration ${file.name}`);
        await applyMigration(migrator, file);
      }
      await grantToApp({ migrator, databaseUrl: options.databaseUrl, grantsSql, progress });
      return { applied: pending.length };
    });
  } finally {
    await migrator.end();
  }
}

async function grantToApp(options: {
  migrator: Connection;
  databaseUrl: string;
  grantsSql: string;
  progress: (line: string) => void;
}): Promise<void> {
  const { databaseUrl, ...rest } = options;
  // Without a database: before its first grant the app may connect to the server but not to the database.
  const app = await connectTo(withoutDatabase(databaseUrl));
  try {
    await applyGrants({ ...rest, app, database: readAddress(databaseUrl).database });
  } finally {
    await app.end();
  }
}

function withoutDatabase(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.pathname = "";
  return url.href;
}
