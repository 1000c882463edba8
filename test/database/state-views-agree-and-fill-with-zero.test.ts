// The two states are computed from different tables; a player who did nothing has every item, at zero.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { createTestDatabase, type TestDatabase } from "../kit/database.ts";

describe("the state views", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedDemo({ ...database, playerCount: 30 });
    await database.query("INSERT INTO player (id, display_name) VALUES (1000, 'newcomer')");
  });
  afterAll(() => database.drop());

  it("have a row for every item of every player", async () => {
    const sql = (view: string): string =>
      `SELECT player_id, COUNT(*) AS items FROM ${view} GROUP BY player_id HAVING items <> 100`;
    expect(await database.query(sql("player_item_state"))).toEqual([]);
    expect(await database.query(sql("player_item_ledger_state"))).toEqual([]);
    const [{ count }] = await database.query("SELECT COUNT(*) AS count FROM player_item_state");
    expect(count).toBe(31 * 100);
  });

  it("are zero throughout for a player without a transaction", async () => {
    for (const view of ["player_item_state", "player_item_ledger_state"]) {
      const rows = await database.query(`SELECT DISTINCT quantity FROM ${view} WHERE player_id = 1000`);
      expect(rows).toEqual([{ quantity: 0 }]);
    }
  });

  it("agree for every player and item, kinds included", async () => {
    const rows = await database.query(
      "SELECT COUNT(*) AS same FROM player_item_state s JOIN player_item_ledger_state l " +
        "ON l.player_id = s.player_id AND l.item_id = s.item_id AND l.kind = s.kind AND l.quantity = s.quantity",
    );
    expect(rows).toEqual([{ same: 31 * 100 }]);
  });

  it("show an item location with the names of its item and its place", async () => {
    const [row, ...others] = await database.query(
      "SELECT d.*, i.display_name AS item, i.kind AS kind, lo.name AS place, il.lat AS ilLat, il.lng AS ilLng FROM item_location_detail d " +
        "JOIN item_location il ON il.player_id = d.player_id AND il.n = d.n " +
        "JOIN item i ON i.id = il.item_id JOIN location lo ON lo.id = il.location_id WHERE d.player_id = 3 AND d.n = 2",
    );
    expect(others).toEqual([]);
    expect([row.item_display_name, row.item_kind, row.location_name, row.lat, row.lng]).toEqual([
      row.item,
      row.kind,
      row.place,
      row.ilLat,
      row.ilLng,
    ]);
    const counts = await database.query(
      "SELECT (SELECT COUNT(*) FROM item_location_detail) - (SELECT COUNT(*) FROM item_location) AS missing",
    );
    expect(counts).toEqual([{ missing: 0 }]);
  });
});
