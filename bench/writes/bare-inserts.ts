// The bare limit: the very rows that an exchange writes, in multi-row statements of 200 commands a transaction,
// over as many connections as Satchel has groups out, with no lock, no check, no key looked up, no HTTP.

import { performance } from "node:perf_hooks";
import { createConnection, type Connection } from "mariadb";
import { databaseAddressOf } from "../../src/database/address.ts";
import { limits } from "../../src/runtime/limits.ts";
import type { DatabaseMeter } from "../measure/database-usage.ts";

export interface BareFinding {
  /** Commands whose rows were written, a second. */
  readonly throughput: number;
  readonly mysqlCpuUs: number;
}

const LINES_PER_COMMAND = 3;
const OUTCOME = JSON.stringify({ refusals: [], transactions: [], changes: [], filler: "x".repeat(400) });
const HMAC = Buffer.alloc(32, 7);

/** Into tables of its own beside the world's, made like them and dropped at the end. */
export async function measureBareInserts(
  databaseUrl: string,
  {
    meter,
    seconds,
    playerCount,
  }: { readonly meter: DatabaseMeter; readonly seconds: number; readonly playerCount: number },
): Promise<BareFinding> {
  const connections = await Promise.all(
    Array.from({ length: limits.groupsInFlightMax }, () => createConnection(connectionOptions(databaseUrl))),
  );
  try {
    await makeTables(connections[0]!);
    const before = await meter.read();
    const startedMs = performance.now();
    const counts = await Promise.all(
      connections.map((connection, place) => insertFor(connection, seconds * 1_000, { place, playerCount })),
    );
    const elapsedSeconds = (performance.now() - startedMs) / 1_000;
    const mysql = meter.difference(before, await meter.read());
    const commands = counts.reduce((sum, count) => sum + count, 0);
    return { throughput: commands / elapsedSeconds, mysqlCpuUs: mysql.cpuUs / commands };
  } finally {
    await connections[0]!.query(`DROP TABLE IF EXISTS ${TABLES.map((name) => `bare_${name}`).join(", ")}`);
    for (const connection of connections) await connection.end();
  }
}

const TABLES = ["item_transaction", "item_transaction_line", "player_item", "idempotency"];

async function makeTables(connection: Connection): Promise<void> {
  for (const name of TABLES) {
    await connection.query(`DROP TABLE IF EXISTS bare_${name}`);
    await connection.query(`CREATE TABLE bare_${name} LIKE ${name}`);
    await connection.query("COMMIT");
  }
}

async function insertFor(
  connection: Connection,
  ms: number,
  { place, playerCount }: { readonly place: number; readonly playerCount: number },
): Promise<number> {
  const endMs = performance.now() + ms;
  let commands = 0;
  for (let group = 0; performance.now() < endMs; group += 1) {
    const playerIds = Array.from(
      { length: limits.groupCommandsMax },
      () => 1 + Math.floor(Math.random() * playerCount),
    ).toSorted((a, b) => a - b);
    // Never the same version twice for a player, over all connections.
    const version = (group * limits.groupsInFlightMax + place) * limits.groupCommandsMax;
    await Promise.all(statementsOf(playerIds, version).map(([sql, values]) => connection.query(sql, values)));
    await connection.query("COMMIT");
    commands += playerIds.length;
  }
  return commands;
}

function statementsOf(playerIds: readonly number[], firstVersion: number): [string, unknown[]][] {
  const commands = playerIds.map((playerId, place) => ({ playerId, version: firstVersion + place + 1 }));
  const lines = commands.flatMap((command) =>
    Array.from({ length: LINES_PER_COMMAND }, (_, place) => ({ ...command, itemId: place * 7 + 1 })),
  );
  return [
    [
      `INSERT INTO bare_item_transaction (player_id, version, kind, recorded_at) VALUES ${rows(commands, "(?,?,'EXCHANGE',NOW(3))")}`,
      commands.flatMap(({ playerId, version }) => [playerId, version]),
    ],
    [
      `INSERT INTO bare_item_transaction_line (player_id, version, item_id, received, spent) VALUES ${rows(lines, "(?,?,?,1,0)")}`,
      lines.flatMap(({ playerId, version, itemId }) => [playerId, version, itemId]),
    ],
    [
      `INSERT INTO bare_player_item (player_id, item_id, quantity) VALUES ${rows(lines, "(?,?,?)")} ` +
        "ON DUPLICATE KEY UPDATE quantity = VALUES(quantity)",
      lines.flatMap(({ playerId, version, itemId }) => [playerId, itemId, version]),
    ],
    [
      `INSERT INTO bare_idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES ${rows(commands, "(?,?,?,?)")}`,
      commands.flatMap(({ playerId, version }) => [playerId, keyOf(version), HMAC, OUTCOME]),
    ],
  ];
}

function rows(list: readonly unknown[], row: string): string {
  return list.map(() => row).join(",");
}

function keyOf(version: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeUIntBE(version, 0, 6);
  return key;
}

function connectionOptions(databaseUrl: string) {
  const { ssl: _, ...address } = databaseAddressOf(databaseUrl);
  return { ...address, initSql: "SET SESSION autocommit = 0, tx_isolation = 'READ-COMMITTED'" };
}
