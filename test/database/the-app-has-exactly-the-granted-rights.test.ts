// The app's account is the last line behind a bug in the server: what it must never do, MySQL refuses.
import { readFileSync } from "node:fs";
import type { Connection } from "mariadb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../scripts/migrate.ts";
import { connectTo } from "../../scripts/migrations/connection.ts";
import { createTestDatabase, seedVectors, type TestDatabase } from "../kit/database.ts";
import { copyPrismaDirectory, type PrismaCopy } from "../kit/prisma-copy.ts";

const grantsSql = readFileSync(new URL("../../prisma/grants.sql", import.meta.url), "utf8");

describe("the app's account", () => {
  let database: TestDatabase;
  let app: Connection;
  let prisma: PrismaCopy;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedVectors(database.migratorDatabaseUrl);
    app = await connectTo(database.databaseUrl);
    prisma = await copyPrismaDirectory();
  });
  afterAll(async () => {
    await app.end();
    await database.drop();
    await prisma.remove();
  });

  /** "SELECT ON `player`", sorted; what the account holds beyond connecting. */
  async function heldGrants(): Promise<string[]> {
    const rows = await app.query<string[][]>({ sql: "SHOW GRANTS FOR CURRENT_USER()", rowsAsArray: true });
    const lines = rows.flat().filter((line) => !line.startsWith("GRANT USAGE ON *.*"));
    return lines
      .map((line) =>
        line
          .replace(/^GRANT /, "")
          .replace(`\`${database.name}\`.`, "")
          .replace(/ TO .*/, ""),
      )
      .toSorted();
  }

  function refusal(statement: string): Promise<number | undefined> {
    return app.query(statement).then(
      () => undefined,
      (error: { errno: number }) => error.errno,
    );
  }

  it("holds what prisma/grants.sql lists and nothing else", async () => {
    const listed = [...grantsSql.matchAll(/^GRANT (.+) ON \{database\}\.(.+) TO \{app\};$/gm)];
    expect(listed.length).toBeGreaterThan(10);
    expect(await heldGrants()).toEqual(listed.map(([, rights, table]) => `${rights} ON ${table}`).toSorted());
  });

  it("reads every table and view that is listed, views by the rights of their reader", async () => {
    const states = await app.query(
      "SELECT item_id, quantity FROM player_item_state WHERE player_id = 2 AND quantity > 0",
    );
    expect(states).toEqual([{ item_id: 3, quantity: 1 }]);
    for (const [, table] of grantsSql.matchAll(/ON \{database\}\.(.+) TO/g))
      await app.query(`SELECT 1 FROM ${table} LIMIT 1`);
  });

  it.each(["item_transaction", "item_transaction_line"])(
    "can add to the ledger, and neither change nor shorten it: %s",
    async (table) => {
      await app.query(`INSERT INTO ${table} SELECT * FROM ${table} LIMIT 0`);
      // 1142: the command is denied on that table.
      expect(await refusal(`UPDATE ${table} SET version = 9`)).toBe(1142);
      expect(await refusal(`DELETE FROM ${table}`)).toBe(1142);
      expect(await refusal(`TRUNCATE TABLE ${table}`)).toBe(1142);
      expect(await refusal(`REPLACE INTO ${table} SELECT * FROM ${table}`)).toBe(1142);
      expect(
        await refusal(`INSERT INTO ${table} SELECT * FROM ${table} ON DUPLICATE KEY UPDATE version = VALUES(version)`),
      ).toBe(1142);
    },
  );

  it("cannot rewrite the answer to a key", async () => {
    expect(await refusal("UPDATE idempotency SET outcome = '{}'")).toBe(1142);
  });

  it("can make and end no player", async () => {
    expect(await refusal("INSERT INTO player (display_name) VALUES ('x')")).toBe(1142);
    expect(await refusal("DELETE FROM player")).toBe(1142);
  });

  it("can neither change the schema nor see the migration history nor give rights away", async () => {
    expect(await refusal("CREATE TABLE mine (id INT)")).toBe(1142);
    expect(await refusal("DROP VIEW ledger_mismatch")).toBe(1142);
    expect(await refusal("SELECT * FROM _prisma_migrations")).toBe(1142);
    expect(await refusal("SELECT * FROM mysql.user")).toBe(1142);
    expect(await refusal(`GRANT SELECT ON ${database.name}.player TO CURRENT_USER()`)).toBeDefined();
  });

  it("gains what is added to grants.sql, loses what is taken out, by column too", async () => {
    const before = await heldGrants();
    await prisma.appendToGrants(
      "GRANT INSERT, UPDATE (`distance_mm`, `run_count`) ON {database}.`run_total` TO {app};\n",
    );
    await migrate({ ...database, prismaDirectory: prisma.directory });
    const grown = (await heldGrants()).filter((grant) => !before.includes(grant));
    expect(grown).toHaveLength(1);
    expect(await refusal("UPDATE run_total SET run_count = run_count WHERE player_id = 1")).toBeUndefined();
    expect(await refusal("UPDATE run_total SET city = 'x' WHERE player_id = 1")).toBe(1143);
    await migrate(database);
    expect(await heldGrants()).toEqual(before);
  });

  it("loses a right on the whole database that somebody gave it by hand", async () => {
    const before = await heldGrants();
    const [{ account }] = await app.query("SELECT CURRENT_USER() AS account");
    const [user, host] = account.split("@");
    // In such a grant a bare underscore stands for any letter.
    const pattern = database.name.replaceAll("_", "\\_");
    await database.query(`GRANT INSERT, DELETE ON \`${pattern}\`.* TO '${user}'@'${host}'`);
    expect(await heldGrants()).not.toEqual(before);
    await migrate(database);
    expect(await heldGrants()).toEqual(before);
  });

  it("may only be given grants: another statement in grants.sql is refused", async () => {
    await prisma.appendToGrants("DROP TABLE player;\n");
    await expect(migrate({ ...database, prismaDirectory: prisma.directory })).rejects.toThrow(
      /may hold nothing but GRANT/,
    );
  });

  it("is not touched when it is right already; a migrator that may not grant is told so only when it must", async () => {
    const pattern = database.name.replaceAll("_", "\\_");
    const [{ host }] = await database.query("SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', -1) AS host");
    await database.query(`REVOKE GRANT OPTION ON \`${pattern}\`.* FROM '${database.name}_m'@'${host}'`);
    expect(await migrate(database)).toEqual({ applied: 0 });
    const more = await copyPrismaDirectory();
    await more.appendToGrants("GRANT DELETE ON {database}.`run` TO {app};\n");
    const error = await migrate({ ...database, prismaDirectory: more.directory }).catch((thrown: unknown) => thrown);
    await more.remove();
    expect(error).toMatchObject({
      name: "SetupError",
      message: expect.stringMatching(/cannot give the app its rights \(GRANT DELETE ON/),
    });
  });
});
