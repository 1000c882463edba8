// Two `npm start` on one database, or a start beside a deployment.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../scripts/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../kit/database.ts";
import { migrationNames } from "../kit/prisma-copy.ts";

describe("four migration runs at once", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
  });
  afterAll(() => database.drop());

  it("apply each migration once, and all succeed", async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => migrate(database)));
    expect(results.map(({ applied }) => applied).toSorted((a, b) => a - b)).toEqual([0, 0, 0, migrationNames.length]);
    const rows = await database.query("SELECT migration_name AS name FROM _prisma_migrations ORDER BY migration_name");
    expect(rows.map(({ name }) => name)).toEqual(migrationNames);
  });
});
