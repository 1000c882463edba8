// Work that gives up by itself (rows that somebody else holds, a key that may not be used) is rolled back, and its
// connection serves the next transaction, which finds nothing of it. After a statement that failed it does not.

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createDatabasePool, type DatabasePool } from "../../src/database/pool.ts";
import { inTransaction, type Transaction } from "../../src/database/transaction.ts";
import { createMetrics } from "../../src/runtime/metrics.ts";
import { createTestDatabase, seedVectors, type TestDatabase } from "../kit/database.ts";

const LOCK = "SELECT id FROM player WHERE id = 1 FOR UPDATE";
const GROW = "UPDATE player SET version = version + 1 WHERE id = 1";

let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedVectors(database.migratorDatabaseUrl);
});
afterAll(() => database.drop());
beforeEach(() => {
  pool = createDatabasePool({
    url: database.databaseUrl,
    connectionsMax: 1,
    purpose: "write",
    metrics: createMetrics(),
    onConnectionError: () => undefined,
  });
});
afterEach(() => pool.end());

const connectionOf = async (transaction: Transaction): Promise<unknown> =>
  (await transaction.query<[bigint][]>("SELECT CONNECTION_ID()"))[0]![0];
const connectionNow = () => inTransaction(pool, connectionOf);
const versionNow = async () => (await database.query("SELECT version FROM player WHERE id = 1"))[0].version;

it("gives the connection on, without what it wrote and without what it held", async () => {
  const [connection, version] = [await connectionNow(), await versionNow()];
  const givingUp = inTransaction(pool, async (transaction) => {
    await transaction.query(GROW);
    throw new Error("given up");
  });
  await expect(givingUp).rejects.toThrow("given up");
  expect(await connectionNow()).toBe(connection);
  expect(await versionNow()).toBe(version);
  // Nobody holds the row any more.
  expect(await database.query(`${LOCK} NOWAIT`)).toHaveLength(1);
});

it("gives the connection on where it gives up before COMMIT is sent", async () => {
  const [connection, version] = [await connectionNow(), await versionNow()];
  const givingUp = inTransaction(
    pool,
    (transaction) => transaction.query(GROW),
    () => Promise.reject(new Error("given up")),
  );
  await expect(givingUp).rejects.toThrow("given up");
  expect([await connectionNow(), await versionNow()]).toEqual([connection, version]);
});

it("takes another connection after a statement that failed, also where the work went on", async () => {
  const connection = await connectionNow();
  const failing = inTransaction(pool, async (transaction) => {
    await transaction.query("SELECT nothing FROM nowhere").catch(() => undefined);
    throw new Error("given up");
  });
  await expect(failing).rejects.toThrow("given up");
  expect(await connectionNow()).not.toBe(connection);
});

it("takes another connection where statements were out when it gave up", async () => {
  const connection = await connectionNow();
  const leaving = inTransaction(pool, async (transaction) => {
    transaction.query(GROW).catch(() => undefined);
    throw new Error("given up");
  });
  await expect(leaving).rejects.toThrow("given up");
  const version = await versionNow();
  expect(await connectionNow()).not.toBe(connection);
  expect(await versionNow()).toBe(version);
});

it("sends nothing more for work that goes on after its end", async () => {
  let late: Transaction | undefined;
  const givingUp = inTransaction(pool, async (transaction) => {
    late = transaction;
    await transaction.query(LOCK);
    throw new Error("given up");
  });
  await expect(givingUp).rejects.toThrow("given up");
  await expect(late!.query(GROW)).rejects.toThrow("the transaction is over");
});
