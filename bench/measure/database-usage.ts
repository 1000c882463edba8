// What MySQL spent: the CPU time of its process, and the statements that clients sent it. Counting asks
// the server too, so what one look costs is measured once and taken off.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "mariadb";
import { connectTo } from "../../scripts/migrations/connection.ts";
import { stackFiles } from "../../scripts/stack/files.ts";
import type { Stack } from "../../scripts/stack/stack.ts";
import { onStop } from "../../scripts/stopping.ts";
import { cpuMicroseconds } from "./process-usage.ts";

/** A reading; two of them make a difference. */
export interface DatabaseReading {
  readonly cpuUs: number;
  readonly statements: number;
}

export interface DatabaseMeter {
  /** The server's own words about its version. */
  readonly version: string;
  read(): Promise<DatabaseReading>;
  /** Differences of two readings, our own statements taken off. */
  difference(before: DatabaseReading, after: DatabaseReading): DatabaseReading;
  /** Resolves when the server has come to rest: after seeding it writes and purges for a while. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const REST_SHARE = 0.03;
const REST_LOOK_MS = 1_000;
const REST_MS_MAX = 120_000;

/** On the private MariaDB of `dataDir`. */
export async function createDatabaseMeter(stack: Stack, dataDir: string): Promise<DatabaseMeter> {
  if (stack.adminDatabaseUrl === undefined) throw new Error("the bench needs a private database");
  const connection = await connectTo(stack.adminDatabaseUrl);
  const pid = Number(readFileSync(join(stackFiles(dataDir).directoryOf("mariadb"), "server.pid"), "utf8"));
  const read = async () => ({ cpuUs: cpuMicroseconds(pid), statements: await countStatements(connection) });
  const ownStatements = -(await countStatements(connection)) + (await countStatements(connection));
  return {
    version: await versionOf(connection),
    read,
    difference: (before, after) => ({
      cpuUs: after.cpuUs - before.cpuUs,
      statements: after.statements - before.statements - ownStatements,
    }),
    settle: () => settle(pid),
    close: onStop(() => connection.end()),
  };
}

async function countStatements(connection: Connection): Promise<number> {
  const [row] = await connection.query<{ Value: string }[]>("SHOW GLOBAL STATUS LIKE 'Questions'");
  return Number(row?.Value);
}

async function versionOf(connection: Connection): Promise<string> {
  const [row] = await connection.query<{ version: string }[]>("SELECT VERSION() AS version");
  return row?.version ?? "unknown";
}

async function settle(pid: number): Promise<void> {
  const deadlineMs = performance.now() + REST_MS_MAX;
  for (;;) {
    const before = cpuMicroseconds(pid);
    await delay(REST_LOOK_MS);
    const share = (cpuMicroseconds(pid) - before) / (REST_LOOK_MS * 1_000);
    if (share < REST_SHARE || performance.now() > deadlineMs) return;
  }
}
