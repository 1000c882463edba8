// What Prisma's own `migrate deploy` and `status` would find in the table after us. The wanted values are
// those of prisma-engines: its CREATE TABLE for MySQL and its record of a migration that succeeded.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../scripts/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../kit/database.ts";
import { copyPrismaDirectory, migrationNames, type PrismaCopy } from "../kit/prisma-copy.ts";

describe("the migration history", () => {
  let database: TestDatabase;
  let prisma: PrismaCopy;
  beforeAll(async () => {
    prisma = await copyPrismaDirectory();
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database.drop();
    await prisma.remove();
  });

  it("has the columns, types and defaults of Prisma's table", async () => {
    const rows = await database.query(
      "SELECT column_name AS name, column_type AS type, is_nullable AS nullable, column_default AS value " +
        "FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '_prisma_migrations' ORDER BY ordinal_position",
    );
    const facts = rows.map(({ name, type, nullable, value }) =>
      [
        name,
        type.replace(/^int\(\d+\)/, "int"),
        nullable === "YES" ? "null" : "not null",
        value?.toLowerCase() ?? "null",
      ].join(" "),
    );
    expect(facts).toEqual([
      "id varchar(36) not null null",
      "checksum varchar(64) not null null",
      "finished_at datetime(3) null null",
      "migration_name varchar(255) not null null",
      "logs text null null",
      "rolled_back_at datetime(3) null null",
      "started_at datetime(3) not null current_timestamp(3)",
      "applied_steps_count int unsigned not null 0",
    ]);
  });

  it("records a migration with the checksum of its file, one step, and both moments in UTC", async () => {
    const rows = await database.query("SELECT * FROM _prisma_migrations ORDER BY migration_name");
    expect(rows).toHaveLength(migrationNames.length);
    for (const [place, row] of rows.entries()) {
      const script = await prisma.readMigration(migrationNames[place]!);
      expect(row).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        checksum: createHash("sha256").update(script).digest("hex"),
        migration_name: migrationNames[place],
        logs: null,
        rolled_back_at: null,
        applied_steps_count: 1,
      });
      expect(Math.abs(row.finished_at.getTime() - Date.now())).toBeLessThan(60_000);
      expect(row.finished_at.getTime()).toBeGreaterThanOrEqual(row.started_at.getTime());
    }
  });

  it("grows by what is new, in order of names, and by nothing the second time", async () => {
    await prisma.addMigration(
      "20270102000000_later",
      "INSERT INTO item (kind, display_name) VALUES ('SPENDABLE', 'b');",
    );
    await prisma.addMigration("20270101000000_earlier", "ALTER TABLE item AUTO_INCREMENT = 50;\n-- done; really\n");
    const options = { ...database, prismaDirectory: prisma.directory };
    const told: string[] = [];
    expect(await migrate({ ...options, progress: (line) => told.push(line) })).toEqual({ applied: 2 });
    expect(told).toEqual(["applying migration 20270101000000_earlier", "applying migration 20270102000000_later"]);
    expect(await migrate(options)).toEqual({ applied: 0 });
    expect(await database.query("SELECT id FROM item")).toEqual([{ id: 50 }]);
    expect(
      await database.query("SELECT COUNT(*) AS count FROM _prisma_migrations WHERE finished_at IS NOT NULL"),
    ).toEqual([{ count: migrationNames.length + 2 }]);
  });

  it("accepts a migration that Prisma itself applied or marked as applied", async () => {
    await prisma.addMigration("20270103000000_by_prisma", "SELECT never_run;");
    const checksum = createHash("sha256").update("SELECT never_run;").digest("hex");
    // What `prisma migrate resolve --applied` inserts: no steps, empty logs.
    await database.query(
      "INSERT INTO _prisma_migrations (id, checksum, logs, started_at, finished_at, migration_name) VALUES (UUID(), ?, '', NOW(3), NOW(3), ?)",
      [checksum, "20270103000000_by_prisma"],
    );
    expect(await migrate({ ...database, prismaDirectory: prisma.directory })).toEqual({ applied: 0 });
  });
});
