// A bug report that says "seed 7, player 4711" must mean the same rows on every machine, in one go or not.
import { afterEach, describe, expect, it } from "vitest";
import { seedDemo, type SeedDemoOptions } from "../../prisma/seed/demo.ts";
import { checksumsOf } from "../kit/checksums.ts";
import { createTestDatabase, seedVectors, type TestDatabase } from "../kit/database.ts";

describe("a demo seed", () => {
  const databases: TestDatabase[] = [];
  afterEach(async () => {
    for (const database of databases.splice(0)) await database.drop();
  });

  async function seeded(...steps: Omit<SeedDemoOptions, "migratorDatabaseUrl">[]): Promise<TestDatabase> {
    const database = await createTestDatabase();
    databases.push(database);
    for (const step of steps) await seedDemo({ ...database, ...step });
    return database;
  }

  it("is the same twice, and another with another seed", async () => {
    const one = await checksumsOf(await seeded({ playerCount: 500, seed: 7 }));
    const same = await checksumsOf(await seeded({ playerCount: 500, seed: 7 }));
    const other = await checksumsOf(await seeded({ playerCount: 500, seed: 8 }));
    expect(Object.keys(one)).toHaveLength(11);
    expect(same).toEqual(one);
    for (const table of [
      "player",
      "item_transaction",
      "item_transaction_line",
      "player_item",
      "item_location",
      "run",
      "run_total",
    ]) {
      expect(other[table]).not.toBe(one[table]);
    }
    // What players of every seed share does not depend on it.
    expect([other["item"], other["item_recipe"], other["location"]]).toEqual([
      one["item"],
      one["item_recipe"],
      one["location"],
    ]);
  });

  it("topped up in pieces equals one go, players and items", async () => {
    const oneGo = await seeded({ playerCount: 1_300, itemCount: 260 });
    const pieces = await seeded(
      { playerCount: 2 },
      { playerCount: 3 },
      { playerCount: 401, itemCount: 107 },
      { playerCount: 1_300, itemCount: 260 },
    );
    expect(await checksumsOf(pieces)).toEqual(await checksumsOf(oneGo));
    expect(await pieces.query("SELECT COUNT(*) AS count, MAX(id) AS last FROM player")).toEqual([
      { count: 1_300, last: 1_300 },
    ]);
    expect(await pieces.query("SELECT COUNT(*) AS count, COUNT(DISTINCT display_name) AS names FROM item")).toEqual([
      { count: 260, names: 260 },
    ]);
  });

  it("adds nobody when there are as many or more, and says so", async () => {
    const database = await seeded({ playerCount: 20 });
    const before = await checksumsOf(database);
    expect(await seedDemo({ ...database, playerCount: 20 })).toEqual({ added: 0 });
    expect(await seedDemo({ ...database, playerCount: 5, seed: 9 })).toEqual({ added: 0 });
    expect(await checksumsOf(database)).toEqual(before);
  });

  it("carries on after players who signed up in the meantime", async () => {
    const database = await seeded({ playerCount: 10 });
    await database.query("INSERT INTO player (display_name) VALUES ('signed up')");
    expect(await seedDemo({ ...database, playerCount: 15 })).toEqual({ added: 4 });
    expect(await database.query("SELECT display_name, version FROM player WHERE id = 11")).toEqual([
      { display_name: "signed up", version: 0 },
    ]);
  });

  it("prints its seed", async () => {
    const database = await seeded();
    const lines: string[] = [];
    await seedDemo({ ...database, playerCount: 12, seed: 99, progress: (line) => lines.push(line) });
    expect(lines).toContain("seeding players 3 to 12 with seed 99");
  });

  it("run by two at once makes every player once", async () => {
    const database = await seeded();
    const [one, other] = await Promise.all([
      seedDemo({ ...database, playerCount: 900 }),
      seedDemo({ ...database, playerCount: 900 }),
    ]);
    expect([one.added, other.added].toSorted((a, b) => a - b)).toEqual([0, 898]);
    expect(await database.query("SELECT COUNT(*) AS count FROM player")).toEqual([{ count: 900 }]);
  });

  it.each([
    [
      "items",
      "INSERT INTO item (id, external_id, kind, display_name) VALUES (7, 'a-studio-7', 'SPENDABLE', 'seed cake')",
    ],
    ["locations", "INSERT INTO location (id, name, lat, lng) VALUES (5000, 'Town Hall', 0, 0)"],
  ])("refuses to put players into a world of other %s", async (_, statement) => {
    const database = await seeded();
    await seedVectors(database.migratorDatabaseUrl);
    await database.query(statement);
    await expect(seedDemo({ ...database, playerCount: 10 })).rejects.toMatchObject({ name: "SetupError" });
    expect(await database.query("SELECT COUNT(*) AS count FROM player")).toEqual([{ count: 2 }]);
  });
});
