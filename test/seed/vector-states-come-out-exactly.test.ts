// player-state-vectors.json is the contract of player state: every read path must give its numbers. Here
// the two views; the GraphQL path has a test of its own.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectedStates, vectorItems, vectorPlayerExternalIds } from "../../prisma/seed/vector-file.ts";
import { vectorPlayers } from "../../prisma/seed/vectors.ts";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { createTestDatabase, seedVectors, type TestDatabase } from "../kit/database.ts";

describe("the vectors", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedVectors(database.migratorDatabaseUrl);
  });
  afterAll(() => database.drop());

  async function stateOf(view: string, playerId: number): Promise<Map<number, number>> {
    const rows = await database.query(`SELECT item_id, quantity FROM ${view} WHERE player_id = ? AND item_id <= 6`, [
      playerId,
    ]);
    return new Map(rows.map(({ item_id, quantity }) => [item_id, quantity]));
  }

  it.each(["player_item_state", "player_item_ledger_state"])(
    "come out exactly and zero-filled through %s",
    async (view) => {
      expect(expectedStates.size).toBe(2);
      for (const [playerId, expected] of expectedStates) {
        expect(expected.size).toBe(6);
        expect(await stateOf(view, playerId)).toEqual(expected);
      }
    },
  );

  it("are items 1 to 6 and players 1 and 2, in file order, with their recipes", async () => {
    const items = await database.query("SELECT id, external_id, kind, display_name FROM item ORDER BY id");
    expect(items).toEqual(
      vectorItems.map(({ id, externalId, kind, displayName }) => ({
        id,
        external_id: externalId,
        kind,
        display_name: displayName,
      })),
    );
    const recipes = await database.query("SELECT item_id, ingredient_item_id, count FROM item_recipe ORDER BY 1, 2");
    const lines = vectorItems.flatMap(({ id, recipe }) =>
      recipe.map(({ itemId, count }) => ({ item_id: id, ingredient_item_id: itemId, count })),
    );
    expect(recipes).toEqual(lines);
    expect(lines).toHaveLength(7);
    const players = await database.query("SELECT id, external_id FROM player ORDER BY id");
    expect(players).toEqual(
      vectorPlayerExternalIds.map((externalId, index) => ({ id: index + 1, external_id: externalId })),
    );
  });

  it("have the ledger of the file: grants for what was received, an exchange for what was paid for", async () => {
    const rows = await database.query(
      "SELECT t.player_id, t.version, t.kind, GROUP_CONCAT(CONCAT(l.item_id, ' +', l.received, ' -', l.spent) ORDER BY l.item_id) AS moved " +
        "FROM item_transaction t JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version " +
        "GROUP BY t.player_id, t.version, t.kind ORDER BY 1, 2",
    );
    expect(rows).toEqual([
      { player_id: 1, version: 1, kind: "GRANT", moved: "4 +1 -0" },
      { player_id: 2, version: 1, kind: "GRANT", moved: "5 +1 -0" },
      { player_id: 2, version: 2, kind: "GRANT", moved: "4 +1 -0" },
      { player_id: 2, version: 3, kind: "EXCHANGE", moved: "3 +1 -0,4 +0 -1,5 +0 -1" },
    ]);
  });

  it("have item locations within 3 km of each player's city", async () => {
    for (const { id, city } of vectorPlayers) {
      const [{ near }] = await database.query(
        "SELECT COUNT(*) AS near FROM item_location_detail WHERE player_id = ? AND " +
          "2 * 6371008.8 * ASIN(SQRT(POW(SIN(RADIANS(lat - ?) / 2), 2) + COS(RADIANS(?)) * COS(RADIANS(lat)) * POW(SIN(RADIANS(lng - ?) / 2), 2))) <= 3000",
        [id, city.lat, city.lat, city.lng],
      );
      expect(near).toBeGreaterThanOrEqual(5);
    }
  });

  it("are not seeded twice, and what their players did since stays", async () => {
    await database.query(
      "INSERT INTO item_transaction (player_id, version, kind, recorded_at) VALUES (1, 2, 'GRANT', NOW(3))",
    );
    await seedVectors(database.migratorDatabaseUrl);
    await seedDemo({ ...database, playerCount: 2 });
    expect(await database.query("SELECT COUNT(*) AS count FROM item_transaction WHERE player_id = 1")).toEqual([
      { count: 2 },
    ]);
  });

  it("are refused in a database that has other items or players", async () => {
    const other = await createTestDatabase();
    try {
      await other.query("INSERT INTO player (display_name) VALUES ('somebody')");
      await expect(seedVectors(other.migratorDatabaseUrl)).rejects.toMatchObject({ name: "SetupError" });
      expect(await other.query("SELECT COUNT(*) AS count FROM item")).toEqual([{ count: 0 }]);
    } finally {
      await other.drop();
    }
  });
});
