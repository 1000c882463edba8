// One number per table over all its rows: two databases hold the same when all numbers are the same.
import type { TestDatabase } from "./database.ts";

const TABLES = [
  "player",
  "verification",
  "item",
  "item_recipe",
  "item_transaction",
  "item_transaction_line",
  "player_item",
  "location",
  "item_location",
  "run",
  "run_total",
];

/** The server's own CHECKSUM TABLE, by table name. Comparable on one server only. */
export async function checksumsOf({ query }: Pick<TestDatabase, "query">): Promise<Record<string, number>> {
  const rows = await query(`CHECKSUM TABLE ${TABLES.join(", ")}`);
  return Object.fromEntries(rows.map((row) => [String(row.Table).replace(/^.*\./, ""), row.Checksum as number]));
}
