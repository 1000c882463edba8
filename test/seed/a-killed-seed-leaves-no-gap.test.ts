// kill -9 in the midst of chunks: players 1 to n are whole, nothing else is there, a rerun carries on.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { checkLedger } from "../../prisma/seed/ledger-check.ts";
import { checksumsOf } from "../kit/checksums.ts";
import { createTestDatabase, type TestDatabase } from "../kit/database.ts";

const PLAYER_COUNT = 100_000;
const KILL_AT = 1_500;

describe("a seed that is killed", () => {
  let database: TestDatabase;
  let oneGo: TestDatabase;
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    [database, oneGo] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  });
  afterAll(async () => {
    child?.kill("SIGKILL");
    await Promise.all([database.drop(), oneGo.drop()]);
  });

  async function lastPlayer(): Promise<number> {
    const [{ last }] = await database.query("SELECT COALESCE(MAX(id), 0) AS last FROM player");
    return last;
  }

  async function hasSessions(user: string): Promise<boolean> {
    const rows = await database.query("SHOW PROCESSLIST");
    return rows.some((row) => row.User === user);
  }

  it("leaves whole players without a gap, and a rerun ends where one go would have", async () => {
    const demo = fileURLToPath(new URL("../../prisma/seed/demo.ts", import.meta.url));
    const script = `const { seedDemo } = await import(process.argv[1]);
      await seedDemo({ migratorDatabaseUrl: process.argv[2], playerCount: ${PLAYER_COUNT} });`;
    child = spawn(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", script, demo, database.migratorDatabaseUrl],
      { stdio: "inherit" },
    );
    const ended = once(child, "exit");
    while ((await lastPlayer()) < KILL_AT && child.exitCode === null) await new Promise(setImmediate);
    child.kill("SIGKILL");
    expect(await ended).toEqual([null, "SIGKILL"]);

    // A COMMIT that was under way may still be carried out: nothing is final before the child's sessions are gone.
    while (await hasSessions(`${database.name}_m`)) await new Promise(setImmediate);
    const last = await lastPlayer();
    expect(last).toBeGreaterThanOrEqual(KILL_AT);
    expect(last).toBeLessThan(PLAYER_COUNT);
    expect(await database.query("SELECT COUNT(*) AS count FROM player")).toEqual([{ count: last }]);
    for (const table of [
      "item_transaction",
      "item_transaction_line",
      "player_item",
      "item_location",
      "run",
      "run_total",
      "verification",
    ]) {
      expect(
        await database.query(`SELECT COUNT(DISTINCT player_id) AS count, MAX(player_id) AS last FROM ${table}`),
      ).toEqual([{ count: last, last }]);
    }

    const target = last + 700;
    expect(await seedDemo({ ...database, playerCount: target })).toEqual({ added: 700 });
    await seedDemo({ ...oneGo, playerCount: target });
    expect(await checksumsOf(database)).toEqual(await checksumsOf(oneGo));
    expect(await checkLedger({ databaseUrl: database.migratorDatabaseUrl })).toMatchObject({
      playerCount: target,
      mismatches: [],
      wrongVersions: [],
    });
  }, 30_000);
});
