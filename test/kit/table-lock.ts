// Makes statements wait, to have requests in flight for as long as a test needs them.

import { connectTo } from "../../scripts/migrations/connection.ts";
import type { TestDatabase } from "./database.ts";

export interface TableLock {
  /** Whether a statement of somebody else waits for the table now. */
  isWaitedFor(): Promise<boolean>;
  release(): Promise<void>;
}

/** Locks a table against all other sessions until released. */
export async function lockTable(database: TestDatabase, table: string): Promise<TableLock> {
  const session = await connectTo(database.migratorDatabaseUrl);
  await session.query(`LOCK TABLES ${table} WRITE`);
  return {
    async isWaitedFor() {
      const waiting = await database.query(
        "SELECT 1 FROM information_schema.processlist WHERE db = ? AND state LIKE 'Waiting for table%'",
        [database.name],
      );
      return waiting.length > 0;
    },
    release: () => session.end(),
  };
}
