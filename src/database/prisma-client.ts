// Prisma on the shared pool: everything but the loaders' hot statements goes through it.

import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import type { Pool } from "mariadb";
import { PrismaClient } from "./generated/client.ts";
import type { DatabasePool } from "./pool.ts";

export type { PrismaClient } from "./generated/client.ts";

/** The client does not own the pool: closing it leaves the connections open. */
export function createPrismaClient(pool: DatabasePool): PrismaClient {
  // The adapter only calls query, execute, getConnection and end, all of which our pool has; through
  // it Prisma's statements are counted and have the same deadline. The text protocol halves the
  // cost: a prepared statement would be made for each length of an IN list.
  const adapter = new PrismaMariaDb(pool as unknown as Pool, { useTextProtocol: true });
  return new PrismaClient({ adapter, errorFormat: "minimal" });
}
