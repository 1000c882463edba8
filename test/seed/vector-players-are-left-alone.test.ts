// Acceptance checks, examples and the curl line rest on players 1 and 2: no demo seed may touch them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { createTestDatabase, seedVectors, type TestDatabase } from "../kit/database.ts";

const OWN_TABLES: Record<string, string> = {
  player: "id",
  verification: "player_id",
  item_transaction: "player_id",
  item_transaction_line: "player_id",
  player_item: "player_id",
  item_location: "player_id",
  run: "player_id",
  run_total: "player_id",
};

describe("a demo seed", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedVectors(database.migratorDatabaseUrl);
  });
  afterAll(() => database.drop());

  async function vectorRows(): Promise<Record<string, unknown[]>> {
    const rows: Record<string, unknown[]> = {};
    for (const [table, key] of Object.entries(OWN_TABLES))
      rows[table] = await database.query(`SELECT * FROM ${table} WHERE ${key} <= 2 ORDER BY 1, 2`);
    return rows;
  }

  it("leaves every row of players 1 and 2 as it was", async () => {
    const before = await vectorRows();
    for (const rows of Object.values(before)) expect(rows.length).toBeGreaterThan(0);
    await seedDemo({ ...database, playerCount: 450, itemCount: 120 });
    expect(await vectorRows()).toEqual(before);
  });

  it("gives no other item the name of a vector item", async () => {
    const rows = await database.query(
      "SELECT i.id FROM item i JOIN item v ON v.id <= 6 AND v.display_name = i.display_name AND v.id <> i.id",
    );
    expect(rows).toEqual([]);
    expect(await database.query("SELECT COUNT(*) AS count, COUNT(DISTINCT display_name) AS names FROM item")).toEqual([
      { count: 120, names: 120 },
    ]);
  });
});
