// Going on over a contradiction would leave a database that no revision of the code describes.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { migrate } from "../../scripts/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../kit/database.ts";
import { copyPrismaDirectory, FIRST_MIGRATION, type PrismaCopy } from "../kit/prisma-copy.ts";

describe("a migration run", () => {
  let database: TestDatabase;
  let prisma: PrismaCopy;
  let again: () => Promise<{ applied: number }>;
  beforeEach(async () => {
    database = await createTestDatabase();
    prisma = await copyPrismaDirectory();
    again = () => migrate({ ...database, prismaDirectory: prisma.directory });
  });
  afterEach(async () => {
    await database.drop();
    await prisma.remove();
  });

  async function expectRefusal(message: RegExp): Promise<void> {
    const error = await again().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "SetupError", message: expect.stringMatching(message) });
  }

  it("refuses an applied migration whose file was changed", async () => {
    await prisma.appendToMigration(FIRST_MIGRATION, "-- one more remark\n");
    await expectRefusal(/20261121000000_spine was changed after it was applied/);
  });

  it("forgives line ends that git changed", async () => {
    const script = await prisma.readMigration(FIRST_MIGRATION);
    await prisma.addMigration(FIRST_MIGRATION, script.replaceAll("\n", "\r\n"));
    expect(await again()).toEqual({ applied: 0 });
  });

  it("refuses an applied migration that is no longer on disk", async () => {
    await prisma.removeMigration(FIRST_MIGRATION);
    await expectRefusal(/20261121000000_spine was applied to this database but is not in prisma\/migrations/);
  });

  it("refuses a folder without its migration.sql", async () => {
    await prisma.addMigration("20270101000000_empty", "SELECT 1;");
    await prisma.removeMigration("20270101000000_empty/migration.sql");
    await expectRefusal(/20270101000000_empty has no readable migration.sql/);
  });

  it("stops at a statement that fails, keeps its message, and refuses to go on until that is resolved", async () => {
    const script =
      "CREATE TABLE `semi;colon` (id INT);\nINSERT INTO nowhere VALUES ('a;b');\nCREATE TABLE never (id INT);\n";
    await prisma.addMigration("20270101000000_broken", script);
    await prisma.addMigration("20270102000000_after", "CREATE TABLE after_it (id INT);");
    await expectRefusal(/20270101000000_broken did not finish: .*nowhere/);
    expect(
      await database.query(
        "SELECT logs, finished_at, applied_steps_count FROM _prisma_migrations WHERE logs IS NOT NULL",
      ),
    ).toEqual([{ logs: expect.stringContaining("nowhere"), finished_at: null, applied_steps_count: 0 }]);
    expect(await database.query("SHOW TABLES LIKE 'semi;colon'")).toHaveLength(1);
    expect(await database.query("SHOW TABLES LIKE 'never'")).toEqual([]);
    await expectRefusal(/20270101000000_broken did not finish: .*nowhere/);

    await database.query("DROP TABLE `semi;colon`");
    await database.query("UPDATE _prisma_migrations SET rolled_back_at = NOW(3) WHERE finished_at IS NULL");
    await prisma.addMigration("20270101000000_broken", script.replace(/INSERT.*\n/, ""));
    expect(await again()).toEqual({ applied: 2 });
    expect(await database.query("SHOW TABLES LIKE 'after_it'")).toHaveLength(1);
  });

  it("refuses to go on after a migration that was interrupted", async () => {
    await database.query("UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0");
    await expectRefusal(/20261121000000_spine did not finish: it was interrupted/);
  });

  it("refuses a database that holds something else", async () => {
    await database.query("DROP TABLE _prisma_migrations");
    await expectRefusal(/has tables but no _prisma_migrations/);
  });

  it("names the address but not the password when nobody answers", async () => {
    const migratorDatabaseUrl = "mysql://someone:s3cret@127.0.0.1:1/satchel";
    const error = await migrate({ ...database, migratorDatabaseUrl }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "SetupError", message: expect.stringMatching(/127\.0\.0\.1:1 as someone/) });
    expect(String(error)).not.toContain("s3cret");
  });
});
