// A world in a database of its own on the server that all test files share: for faults that MySQL survives.

import { createTestDatabase } from "../../kit/database.ts";
import { createWorld, type World } from "./world.ts";

export interface TestWorld {
  readonly world: World;
  readonly databaseUrl: string;
  readonly migratorDatabaseUrl: string;
  drop(): Promise<void>;
}

/** `route` says where servers find the database, for tests that put something in between. */
export async function createTestWorld(
  options: { readonly playerCount?: number; readonly route?: (databaseUrl: string) => Promise<string> } = {},
): Promise<TestWorld> {
  const { name, databaseUrl, migratorDatabaseUrl, drop } = await createTestDatabase();
  const adminUrl = new URL(process.env["SATCHEL_TEST_ADMIN_DATABASE_URL"]!);
  adminUrl.pathname = name;
  const world = await createWorld(
    {
      adminUrl: adminUrl.href,
      migratorDatabaseUrl,
      databaseUrl: (await options.route?.(databaseUrl)) ?? databaseUrl,
      redisUrl: process.env["SATCHEL_TEST_REDIS_URL"]!,
    },
    options.playerCount,
  );
  return { world, databaseUrl, migratorDatabaseUrl, drop };
}
