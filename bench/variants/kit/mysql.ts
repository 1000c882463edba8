// mysql2 as both variants without an ORM run it: a pool of prepared statements, rows as arrays, large
// numbers exact. Prepared and as arrays was the cheapest of drivers and protocols tried (bench/README.md).

import { createPool, type Pool } from "mysql2/promise";
import type { VariantSettings } from "./settings.ts";

/** Numbers as mysql2 hands them over: text once they are past what a double holds. */
export type Whole = number | string;

/** Runs one prepared statement; the rows as arrays of cells. */
export type Run = <Row extends readonly unknown[]>(sql: string, values: readonly unknown[]) => Promise<Row[]>;

export function openPool({ address, databasePoolSize }: VariantSettings): { run: Run; end: () => Promise<void> } {
  const { host, port, user, password, database } = address;
  const pool: Pool = createPool({
    host,
    port,
    user,
    password,
    database,
    connectionLimit: databasePoolSize,
    rowsAsArray: true,
    supportBigNumbers: true,
    dateStrings: true,
    timezone: "Z",
  });
  return {
    run: async <Row extends readonly unknown[]>(sql: string, values: readonly unknown[]) => {
      const [rows] = await pool.execute(sql, values as (string | number)[]);
      return rows as unknown as Row[];
    },
    end: () => pool.end(),
  };
}
