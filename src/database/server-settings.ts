// Settings of the MySQL server that our promises rest on, read once at start. Production refuses to
// start on a server that breaks one; development only hears of it.

import type { DatabasePool } from "./pool.ts";

interface Expectation {
  readonly variable: string;
  readonly isRight: (value: string) => boolean;
  readonly why: string;
}

const expectations: readonly Expectation[] = [
  {
    variable: "innodb_flush_log_at_trx_commit",
    isRight: (value) => value === "1",
    why: "must be 1: an acknowledged write must be on disk",
  },
  {
    variable: "sync_binlog",
    isRight: (value) => value === "1",
    why: "must be 1: replicas and backups must not miss a committed write (MariaDB's default is 0)",
  },
  {
    variable: "time_zone",
    isRight: (value) => value === "+00:00",
    why: "must be +00:00 in our sessions: times are kept in UTC",
  },
  {
    variable: "character_set_database",
    isRight: (value) => value === "utf8mb4",
    why: "must be utf8mb4: names hold any character",
  },
];

/** One line per setting that breaks a promise; empty when all is well. One statement. */
export async function brokenServerSettings(pool: DatabasePool): Promise<string[]> {
  const names = expectations.map(({ variable }) => variable);
  const rows = await pool.query<{ Variable_name: string; Value: string }[]>(
    `SHOW VARIABLES WHERE Variable_name IN (${names.map(() => "?").join(", ")})`,
    names,
  );
  const values = new Map(rows.map((row) => [row.Variable_name, row.Value]));
  return expectations
    .filter(({ variable, isRight }) => {
      const value = values.get(variable);
      // A server without a binary log has no sync_binlog to get wrong.
      return value !== undefined && !isRight(value);
    })
    .map(({ variable, why }) => `${variable} is ${values.get(variable)}; it ${why}`);
}
