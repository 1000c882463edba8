// A database of its own for one test file: made by the real applier, used through two accounts with
// the rights that the migrator and the app have in earnest, and dropped at the end. Lives on the
// private server of the test run, whose administrator SATCHEL_TEST_ADMIN_DATABASE_URL names.
import { randomBytes } from "node:crypto";
import { seedVectors as seedVectorsInto } from "../../prisma/seed/vectors.ts";
import { migrate } from "../../scripts/migrate.ts";
import { connectTo } from "../../scripts/migrations/connection.ts";

/** A migrated, empty database. */
export interface TestDatabase {
  readonly name: string;
  /** As the app: exactly the rights of prisma/grants.sql. */
  readonly databaseUrl: string;
  readonly migratorDatabaseUrl: string;
  /** Runs one statement as administrator, in this database. BIGINT and DECIMAL come as numbers. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a row is what the test's own statement makes it
  query(sql: string, values?: readonly unknown[]): Promise<any[]>;
  /** Drops the database and both accounts, and closes the connection behind `query`. */
  drop(): Promise<void>;
}

/** Makes and migrates a database `satchel_t_<random>` with its own two accounts, in some 0.1 s. */
export async function createTestDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const adminUrl = adminDatabaseUrl();
  const admin = await connectTo(urlOf(adminUrl, { database: "" }));
  const name = `satchel_t_${randomBytes(6).toString("hex")}`;
  // The administrator's own host part: the server matches the two accounts to a client from here as it did us.
  const [{ host }] = await admin.query<[{ host: string }]>("SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', -1) AS host");
  const accounts = ["migrator", "app"].map((role) => `'${name}_${role[0]}'@'${host}'`);
  const password = randomBytes(12).toString("hex");
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await admin.query(`CREATE USER ${accounts.map((account) => `${account} IDENTIFIED BY '${password}'`).join(", ")}`);
  await admin.query(`GRANT ALL PRIVILEGES ON \`${name.replaceAll("_", "\\_")}\`.* TO ${accounts[0]} WITH GRANT OPTION`);
  await admin.query(`USE ${name}`);
  const urls = {
    migratorDatabaseUrl: urlOf(adminUrl, { user: `${name}_m`, password, database: name }),
    databaseUrl: urlOf(adminUrl, { user: `${name}_a`, password, database: name }),
  };
  if (options.migrated !== false) await migrate(urls);
  return {
    name,
    ...urls,
    query: (sql, values) => admin.query(sql, values),
    drop: async () => {
      await admin.query(`DROP DATABASE IF EXISTS ${name}`);
      await admin.query(`DROP USER ${accounts.join(", ")}`);
      await admin.end();
    },
  };
}

/** Puts the vector catalogue and the two vector players (ids 1 and 2) into a test database. */
export async function seedVectors(migratorDatabaseUrl: string): Promise<void> {
  await seedVectorsInto({ migratorDatabaseUrl });
}

function adminDatabaseUrl(): string {
  const url = process.env["SATCHEL_TEST_ADMIN_DATABASE_URL"];
  if (url === undefined) {
    throw new Error(
      "SATCHEL_TEST_ADMIN_DATABASE_URL is not set: run the tests with `npm test`, which starts their server",
    );
  }
  return url;
}

function urlOf(adminUrl: string, parts: { user?: string; password?: string; database: string }): string {
  const url = new URL(adminUrl);
  if (parts.user !== undefined) url.username = parts.user;
  if (parts.password !== undefined) url.password = parts.password;
  url.pathname = parts.database;
  return url.href;
}
