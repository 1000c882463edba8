// The database's clock: the one that counts for what is recorded and for how long keys live. Clocks of
// processes jump.

import type { Transaction } from "../database/transaction.ts";
import { rfc3339 } from "./columns.ts";

export interface DatabaseMoment {
  readonly rfc3339: string;
  /** Milliseconds since 1970. */
  readonly ms: number;
}

/** One statement. */
export async function databaseNow(transaction: Transaction): Promise<DatabaseMoment> {
  const [row] = await transaction.query<[[string]]>("SELECT CAST(NOW(3) AS CHAR)");
  const text = rfc3339(row[0]);
  return { rfc3339: text, ms: Date.parse(text) };
}
