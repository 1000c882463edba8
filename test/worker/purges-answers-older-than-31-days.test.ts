// What the worker forgets: answers to idempotency keys that are older than 31 days by the database's clock,
// whatever its own says, and none that is younger, because a retry may still come for it.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createHousekeeping, type Housekeeping } from "../../src/consumers/housekeeping.ts";
import { createDatabasePool, type DatabasePool } from "../../src/database/pool.ts";
import { limits } from "../../src/runtime/limits.ts";
import { createLogger } from "../../src/runtime/logger.ts";
import { createMetrics, type Metrics } from "../../src/runtime/metrics.ts";
import { createTestDatabase, type TestDatabase } from "../kit/database.ts";
import { until } from "../kit/until.ts";

const DAY_MS = 86_400_000;
const MANY = 2 * limits.purgeRowsMax + 500;

interface Worker {
  readonly housekeeping: Housekeeping;
  readonly metrics: Metrics;
  readonly pool: DatabasePool;
  /** First words of what it has sent. */
  readonly sent: string[];
}

let database: TestDatabase;
let worker: Worker;
let neighbour: Worker;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.query("DELETE FROM idempotency");
  [worker, neighbour] = [createWorker(), createWorker()];
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all([worker, neighbour].map(({ pool }) => pool.end()));
});
afterAll(() => database.drop());

const ages: Readonly<Record<string, string>> = {
  "400 days": "NOW(3) - INTERVAL 400 DAY",
  "31 days and a minute": "NOW(3) - INTERVAL 31 DAY - INTERVAL 1 MINUTE",
  "31 days less a minute": "NOW(3) - INTERVAL 31 DAY + INTERVAL 1 MINUTE",
  "30 days": "NOW(3) - INTERVAL 30 DAY",
  "no time": "NOW(3)",
  "less than none": "NOW(3) + INTERVAL 2 DAY",
};
const KEPT = ["31 days less a minute", "30 days", "no time", "less than none"];

describe("a round", () => {
  it("deletes what is older than 31 days, and nothing that is younger", async () => {
    await insertOneOfEachAge();
    expect(await worker.housekeeping.purge()).toBe(2);
    expect(await agesLeft()).toEqual(KEPT);
  });

  it.each([
    ["40 days ahead", 40],
    ["a year behind", -365],
  ])("goes by the database's clock, with a clock of its own that is %s", async (_, days) => {
    await insertOneOfEachAge();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + days * DAY_MS });
    expect(await worker.housekeeping.purge()).toBe(2);
    expect(await agesLeft()).toEqual(KEPT);
  });

  it("touches no answer of another player with the same key, and no other table", async () => {
    await insertAnswers([
      [1, 1, ages["400 days"]!],
      [2, 1, ages["no time"]!],
    ]);
    await database.query("INSERT IGNORE INTO player (id, display_name, created_at) VALUES (1, 'old', '2000-01-01')");
    await worker.housekeeping.purge();
    expect(await database.query("SELECT player_id AS playerId FROM idempotency")).toEqual([{ playerId: 2 }]);
    expect(await database.query("SELECT id FROM player")).toEqual([{ id: 1 }]);
  });

  it(`deletes ${limits.purgeRowsMax} rows in a transaction until none is left, and counts them`, async () => {
    await insertMany();
    expect(await worker.housekeeping.purge()).toBe(MANY);
    expect(await countLeft()).toBe(0);
    expect(worker.sent).toEqual(["DELETE", "COMMIT", "DELETE", "COMMIT", "DELETE", "COMMIT"]);
    expect((await worker.metrics.purgedRows.get()).values[0]?.value).toBe(MANY);
  });

  it("shares the work with another worker, so that each row is deleted by one", async () => {
    await insertMany();
    const counts = await Promise.all([worker, neighbour].map(({ housekeeping }) => housekeeping.purge()));
    expect(counts[0]! + counts[1]!).toBe(MANY);
    expect(await countLeft()).toBe(0);
  });

  it("tries again what MySQL has ended for somebody else who waited for it", async () => {
    await insertOneOfEachAge();
    await database.query("START TRANSACTION");
    // The one that has changed less is ended.
    for (const age of KEPT) {
      const rows = Array.from(
        { length: 20 },
        (_, place) => [2, 100 * KEPT.indexOf(age) + place + 10, ages[age]!] as const,
      );
      await insertAnswers(rows);
    }
    const lock = (key: number) =>
      database.query(`SELECT 1 FROM idempotency WHERE player_id = 1 AND idempotency_key = ${keyOf(key)} FOR UPDATE`);
    await lock(1);
    const purging = worker.housekeeping.purge();
    await untilWaiting();
    await lock(0);
    await database.query("COMMIT");
    expect(await purging).toBe(2);
    expect(worker.sent.filter((word) => word === "DELETE").length).toBeGreaterThan(1);
  });

  it("fails while somebody holds a row that is old, and the next one deletes it", async () => {
    await insertOneOfEachAge();
    await database.query("START TRANSACTION");
    await database.query("SELECT outcome FROM idempotency FOR UPDATE");
    await expect(worker.housekeeping.purge()).rejects.toThrow(/lock wait timeout/i);
    await database.query("COMMIT");
    expect(await worker.housekeeping.purge()).toBe(2);
  });
});

it("tidies when it is started, and ends with the transaction that is under way when it is stopped", async () => {
  await insertMany();
  worker.housekeeping.start();
  await worker.housekeeping.stop();
  expect(await countLeft()).toBe(MANY - limits.purgeRowsMax);
  expect(worker.sent).toEqual(["DELETE", "COMMIT"]);
});

function createWorker(): Worker {
  const sent: string[] = [];
  const metrics = createMetrics();
  const pool = createDatabasePool({
    url: database.databaseUrl,
    connectionsMax: limits.workerConnectionsMax,
    purpose: "write",
    metrics,
    onConnectionError: () => undefined,
    onStatement: (sql) => sent.push(sql.split(" ")[0]!),
  });
  return { housekeeping: createHousekeeping({ pool, metrics, logger: createLogger("silent") }), metrics, pool, sent };
}

function insertOneOfEachAge(): Promise<void> {
  return insertAnswers(Object.values(ages).map((recordedAt, place) => [1, place, recordedAt] as const));
}

async function agesLeft(): Promise<string[]> {
  const rows = await database.query("SELECT outcome FROM idempotency ORDER BY idempotency_key");
  return rows.map(({ outcome }) => Object.keys(ages)[Number(outcome)]!);
}

function insertMany(): Promise<void> {
  return insertAnswers(Array.from({ length: MANY }, (_, place) => [place % 7, place, ages["400 days"]!] as const));
}

/** A key is made of its number, which is the outcome as well. */
async function insertAnswers(answers: readonly (readonly [playerId: number, key: number, recordedAt: string])[]) {
  const rows = answers.map(
    ([playerId, key, recordedAt]) => `(${playerId}, ${keyOf(key)}, UNHEX(REPEAT('00', 32)), '${key}', ${recordedAt})`,
  );
  await database.query(
    `INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome, recorded_at) VALUES ${rows.join(", ")}`,
  );
}

function keyOf(key: number): string {
  return `UNHEX(LPAD(HEX(${key}), 32, '0'))`;
}

/** Seen in the same statement twice, which has no other reason to take long. */
async function untilWaiting(): Promise<void> {
  let seen = 0;
  await until(
    async () => {
      const [{ count }] = await database.query(
        "SELECT COUNT(*) AS count FROM information_schema.processlist WHERE db = ? AND info LIKE 'DELETE FROM idempotency%'",
        [database.name],
      );
      seen = Number(count) === 0 ? 0 : seen + 1;
      return seen > 2;
    },
    () => "the purge does not wait",
  );
}

async function countLeft(): Promise<number> {
  const [{ count }] = await database.query("SELECT COUNT(*) AS count FROM idempotency");
  return count;
}
