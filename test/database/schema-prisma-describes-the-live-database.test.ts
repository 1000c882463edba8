// The drift test: schema.prisma, which the client's types come from, against what the migrations made.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../kit/database.ts";
import { describeLiveSchema } from "../kit/live-schema.ts";
import { describePrismaSchema } from "../kit/prisma-schema.ts";

describe("schema.prisma", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it("has every table, view, column, type, default, index and foreign key of the live database, and no other", async () => {
    const described = describePrismaSchema();
    expect(await describeLiveSchema(database)).toEqual(described);
    expect(Object.keys(described)).toHaveLength(16);
  });

  it("has every text column compared as bytes", async () => {
    const rows = await database.query(
      "SELECT table_name, column_name, collation_name FROM information_schema.columns " +
        "WHERE table_schema = DATABASE() AND collation_name <> 'utf8mb4_bin' AND table_name <> '_prisma_migrations'",
    );
    expect(rows).toEqual([]);
  });

  // What the comparison must notice, one kind of drift each. They stay for the next: each differs by itself.
  it.each([
    ["a column more", "ALTER TABLE player ADD COLUMN nickname VARCHAR(64) NULL"],
    ["a type", "ALTER TABLE run MODIFY duration_seconds INTEGER NOT NULL"],
    ["a nullability", "ALTER TABLE player MODIFY display_name VARCHAR(64) NULL"],
    ["a default", "ALTER TABLE verification ALTER attempts SET DEFAULT 1"],
    ["an enum's value", "ALTER TABLE item MODIFY kind ENUM('SPENDABLE', 'RECEIVABLE', 'DECORATION') NOT NULL"],
    ["an index that is gone", "ALTER TABLE item_location DROP INDEX ix_item_location__player_id_cell_lat_lng"],
    [
      "an index's order",
      "ALTER TABLE run_total DROP INDEX ix_run_total__distance_mm_player_id, ADD INDEX ix_run_total__distance_mm_player_id (distance_mm, player_id)",
    ],
    ["an index's uniqueness", "ALTER TABLE player DROP INDEX uq_player__email, ADD INDEX uq_player__email (email)"],
    ["a foreign key that is gone", "ALTER TABLE verification DROP FOREIGN KEY fk_verification__player_id"],
    [
      "a view's column",
      "CREATE OR REPLACE SQL SECURITY INVOKER VIEW player_item_state AS SELECT player_id, item_id, quantity FROM player_item",
    ],
    ["a table that is gone", "DROP TABLE run"],
  ])("would notice a change of %s", async (_, statement) => {
    const before = await describeLiveSchema(database);
    await database.query(statement);
    expect(await describeLiveSchema(database)).not.toEqual(before);
  });
});
