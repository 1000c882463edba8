// The command itself: what it accepts, what it refuses and with which words.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { main, seedArgumentsOf } from "../../scripts/seed.ts";
import { createTestDatabase, type TestDatabase } from "../kit/database.ts";

describe("npm run seed", () => {
  it("takes the number of players, and optionally of items, and a seed", () => {
    expect(seedArgumentsOf(["--players", "200000"])).toEqual({ playerCount: 200_000, itemCount: 100, seed: 1 });
    expect(seedArgumentsOf(["--players=2", "--items", "1000000", "--seed", "42"])).toEqual({
      playerCount: 2,
      itemCount: 1_000_000,
      seed: 42,
    });
  });

  it.each([
    [[], /--players is missing/],
    [["--players"], /--players/],
    [["--players", "1"], /--players must be a whole number from 2 to 10000000, got "1"/],
    [["--players", "2e5"], /got "2e5"/],
    [["--players", "-5"], /--players/],
    [["--players", "10.5"], /got "10.5"/],
    [["--players", "99999999999999999999"], /--players must be/],
    [["--players", "100", "--items", "99"], /--items must be a whole number from 100 to 1000000/],
    [["--players", "100", "--items", "1000001"], /--items must be/],
    [["--players", "100", "--seed", "x"], /--seed must be/],
    [["--player", "100"], /Unknown option '--player'/],
    [["200000"], /Unexpected argument '200000'/],
  ])("refuses %j", (args, message) => {
    expect(() => seedArgumentsOf(args)).toThrow(
      expect.objectContaining({ name: "SetupError", message: expect.stringMatching(message) }),
    );
    expect(() => seedArgumentsOf(args)).toThrow(/usage: npm run seed -- --players/);
  });

  describe("on a database", () => {
    let database: TestDatabase;
    const printed: string[] = [];
    beforeAll(async () => {
      database = await createTestDatabase({ migrated: false });
      vi.stubEnv("DATABASE_URL", database.databaseUrl);
      vi.stubEnv("MIGRATOR_DATABASE_URL", database.migratorDatabaseUrl);
      vi.spyOn(console, "log").mockImplementation((line: string) => printed.push(line));
      vi.spyOn(console, "error").mockImplementation((line: string) => printed.push(line));
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
      await database.drop();
    });

    it("migrates, seeds and says that every balance equals its ledger", async () => {
      await main(["--players", "60", "--seed", "5"]);
      expect(printed.at(-2)).toMatch(/^Added 58 players with seed 5 in [\d.]+ s\.$/);
      expect(printed.at(-1)).toMatch(
        /^Checked 60 players and \d+ transactions in [\d.]+ s: every balance equals its ledger, every version its transaction count\.$/,
      );
    });

    it("fails, naming the player, when a balance does not equal its ledger", async () => {
      await database.query("UPDATE player_item SET quantity = quantity + 5 WHERE player_id = 1");
      await expect(main(["--players", "60"])).rejects.toMatchObject({
        name: "SetupError",
        message: expect.stringMatching(/player 1, item 4: balance 6, ledger 1/),
      });
    });
  });
});
