// Each way in which balance and ledger can part, done by hand and undone, against the view and the check
// that `npm run seed` ends with.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { checkLedger } from "../../prisma/seed/ledger-check.ts";
import { createTestDatabase, type TestDatabase } from "../kit/database.ts";

describe("ledger_mismatch", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedDemo({ ...database, playerCount: 40 });
  });
  afterAll(() => database.drop());

  const check = () => checkLedger({ databaseUrl: database.migratorDatabaseUrl });

  it("is empty after a seed, and the check counts everybody", async () => {
    const [{ transactions }] = await database.query("SELECT COUNT(*) AS transactions FROM item_transaction");
    expect(await database.query("SELECT * FROM ledger_mismatch")).toEqual([]);
    expect(await check()).toEqual({
      playerCount: 40,
      transactionCount: transactions,
      mismatches: [],
      wrongVersions: [],
    });
  });

  // Player 2 has one tree swallow (item 3), no berry (5) and no worm (4) left, and never had wheat (6).
  it.each([
    ["a balance too high", 3, "UPDATE player_item SET quantity = 2 WHERE player_id = 2 AND item_id = 3"],
    ["a balance too low", 3, "UPDATE player_item SET quantity = 0 WHERE player_id = 2 AND item_id = 3"],
    ["a balance that is gone", 3, "DELETE FROM player_item WHERE player_id = 2 AND item_id = 3"],
    ["a balance without a ledger", 6, "INSERT INTO player_item VALUES (2, 6, 1)"],
    [
      "a ledger line that was changed",
      3,
      "UPDATE item_transaction_line SET received = 5 WHERE player_id = 2 AND item_id = 3",
    ],
    ["a ledger line that was added", 6, "INSERT INTO item_transaction_line VALUES (2, 1, 6, 1, 0)"],
    ["a ledger line that is gone", 3, "DELETE FROM item_transaction_line WHERE player_id = 2 AND item_id = 3"],
  ])("finds %s, and only that", async (_, itemId, statement) => {
    await restoredAfter(["player_item", "item_transaction_line"], async () => {
      await database.query(statement);
      const rows = await database.query("SELECT player_id, item_id FROM ledger_mismatch");
      expect(rows).toEqual([{ player_id: 2, item_id: itemId }]);
      expect((await check()).mismatches).toMatchObject([{ playerId: 2, itemId }]);
    });
    expect(await database.query("SELECT * FROM ledger_mismatch")).toEqual([]);
  });

  it("finds a balance below zero even where the ledger says the same", async () => {
    await restoredAfter(["player_item", "item_transaction_line"], async () => {
      await database.query("ALTER TABLE player_item DROP CONSTRAINT ck_player_item__quantity");
      await database.query(
        "UPDATE item_transaction_line SET spent = 9 WHERE player_id = 2 AND item_id = 4 AND spent = 1",
      );
      await database.query("UPDATE player_item SET quantity = -8 WHERE player_id = 2 AND item_id = 4");
      expect(await database.query("SELECT * FROM ledger_mismatch")).toEqual([
        { player_id: 2, item_id: 4, ledger_quantity: -8, balance: -8 },
      ]);
    });
  });

  it.each([
    ["one too many", "UPDATE player SET version = version + 1 WHERE id = 2"],
    ["one too few", "UPDATE player SET version = version - 1 WHERE id = 2"],
  ])("does not show a version that is %s; the check does", async (_, statement) => {
    await restoredAfter(["player"], async () => {
      await database.query(statement);
      expect((await check()).wrongVersions).toMatchObject([{ playerId: 2, transactionCount: 3 }]);
    });
    expect((await check()).wrongVersions).toEqual([]);
  });

  it("is read in pieces that together reach every player", async () => {
    await restoredAfter(["player", "player_item"], async () => {
      await database.query("SET SESSION foreign_key_checks = 0");
      await database.query("UPDATE player SET id = 7000 WHERE id = 40");
      await database.query("INSERT INTO player_item VALUES (7000, 1, 1)");
      await database.query("SET SESSION foreign_key_checks = 1");
      const { mismatches, wrongVersions } = await check();
      expect(mismatches.map(({ playerId }) => playerId)).toContain(7000);
      expect(wrongVersions.map(({ playerId }) => playerId)).toEqual([7000]);
    });
  });

  /** Puts the rows of `tables` back as they were before `work`. */
  async function restoredAfter(tables: readonly string[], work: () => Promise<void>): Promise<void> {
    for (const table of tables) await database.query(`CREATE TEMPORARY TABLE kept_${table} AS SELECT * FROM ${table}`);
    try {
      await work();
    } finally {
      await database.query("SET SESSION foreign_key_checks = 0");
      for (const table of tables) {
        await database.query(`DELETE FROM ${table}`);
        await database.query(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
        await database.query(`DROP TEMPORARY TABLE kept_${table}`);
      }
      await database.query("SET SESSION foreign_key_checks = 1");
    }
  }
});
