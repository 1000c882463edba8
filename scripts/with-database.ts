// Gives a script the database to work on, by two URLs, and the cache of its answers: those of the environment, or
// those of this clone's private stack, which it joins (also beside a running `npm start`) and leaves when it is done.
import { dataDirectory } from "./clone.ts";
import type { CacheUrls } from "./new-epoch.ts";
import { SetupError } from "./setup-error.ts";

/** The same database twice: as the app may use it, and as migrations and seeds need it; and its cache. */
export interface DatabaseUrls extends CacheUrls {
  readonly migratorDatabaseUrl: string;
}

/**
 * Runs `work` against DATABASE_URL (and MIGRATOR_DATABASE_URL, which defaults to it), else against the private stack.
 * Installs nothing. The stack is left also when `work` throws.
 */
export async function withDatabase<T>(work: (urls: DatabaseUrls) => Promise<T>): Promise<T> {
  const databaseUrl = process.env["DATABASE_URL"];
  const migratorDatabaseUrl = process.env["MIGRATOR_DATABASE_URL"];
  const redisUrl = process.env["REDIS_URL"] ?? null;
  if (databaseUrl !== undefined) {
    return work({ databaseUrl, redisUrl, migratorDatabaseUrl: migratorDatabaseUrl ?? databaseUrl });
  }
  if (migratorDatabaseUrl !== undefined) {
    throw new SetupError(
      "MIGRATOR_DATABASE_URL is set but DATABASE_URL is not: set both, or neither for the private stack",
    );
  }
  // Loaded only here: with URLs given, nothing of the private stack is needed.
  const { openStack } = await import("./stack/stack.ts");
  const stack = await openStack({
    dataDir: dataDirectory(),
    installConsent: "no",
    progress: (line) => console.error(line),
  });
  try {
    return await work(stack.urls);
  } finally {
    await stack.leave();
  }
}
