// Every statement that the server or the worker sends must walk an index: over tables of millions of rows a
// scan or a sort that the tests do not see is an outage, and a write that scans locks what it passes. The
// statements are not listed here but caught as they are sent, so a new one is judged the day it is written.

import { afterAll, beforeAll, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { createHousekeeping } from "../../src/consumers/housekeeping.ts";
import { createDatabasePool } from "../../src/database/pool.ts";
import { registeredOperations } from "../../src/operations/registry.ts";
import { limits } from "../../src/runtime/limits.ts";
import { createLogger } from "../../src/runtime/logger.ts";
import { createMetrics } from "../../src/runtime/metrics.ts";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
  playerGlobalId,
} from "../../src/runtime/ids.ts";
import { startApi, type SentStatement, type TestApi } from "../kit/api.ts";
import type { TestDatabase } from "../kit/database.ts";
import { readAtOnce } from "../kit/burst.ts";
import {
  catalogueWrites,
  layInSupplies,
  newestOperations,
  tokenOf,
  variablesOf,
  writeVariablesOf,
} from "../kit/operation-variables.ts";
import { until } from "../kit/until.ts";

const PLAYERS = 3_000;
const CROWD = 40;
/** Has more item locations than are measured in the process: goes through the cell index. */
const COLLECTOR = 5;
const WRITER = 6;
const CROWD_IDS = Array.from({ length: CROWD }, (_, place) => place + 10);

interface ExplainRow {
  readonly table: string | null;
  readonly type: string | null;
  readonly key: string | null;
  /** Text on MariaDB. */
  readonly rows: number | string | null;
  readonly Extra: string | null;
}

/** MySQL's default shows a tree; MariaDB knows only its table and has no word for it. */
let format = "";

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    fill: async (database) => {
      await seedDemo({ migratorDatabaseUrl: database.migratorDatabaseUrl, playerCount: PLAYERS, itemCount: 3_000 });
      await database.query("UPDATE player SET item_location_n_last = ? WHERE id = ?", [
        limits.itemLocationsScannedMax + 1,
        COLLECTOR,
      ]);
      await layInSupplies(database, [...CROWD_IDS, WRITER]);
      await insertAnswers(database, 2_000);
      for (const table of ["player", "item", "player_item", "item_transaction", "item_transaction_line"]) {
        await database.query(`ANALYZE TABLE ${table}`);
      }
      for (const table of [
        "location",
        "item_location",
        "run",
        "run_total",
        "item_recipe",
        "verification",
        "idempotency",
      ]) {
        await database.query(`ANALYZE TABLE ${table}`);
      }
    },
  });
  const [{ version }] = await api.database.query("SELECT VERSION() AS version");
  if (!version.includes("MariaDB")) format = "FORMAT=TRADITIONAL ";
}, 60_000);
afterAll(() => api.close());

const near = "near: { lat: 52.52, lng: 13.405 }";
const page = "pageInfo { endCursor }";
/** Reads that no registered operation sends, to reach every loader. */
const furtherReads = [
  "{ viewer { verification { status } quantity(itemId: $item) } items(first: 50, kind: SPENDABLE) { nodes { id } } }",
  "{ viewer { state(first: 100, kind: RECEIVABLE) { nodes { quantity } } } }",
  "{ viewer { state(first: 100, includeZero: false, kind: SPENDABLE) { nodes { quantity } } } }",
  '{ leaderboard(scope: CITY, city: "Berlin", first: 20) { nodes { rank } pageInfo { endCursor } } }',
  "{ leaderboard(scope: AGE, age: 30, first: 20) { nodes { rank } pageInfo { endCursor } } }",
  `{ viewer { itemLocations(${near}, withinMeters: 50000, first: 100) { nodes { distanceMeters } ${page} } } }`,
];

it("walks an index for every statement of every read, for one player and for a crowd", async () => {
  await sendEveryRead();
  const statements = distinctStatements(api.statements, /^\s*\(*\s*SELECT.*FROM/is);
  expect(statements.length).toBeGreaterThan(20);
  expect(await faultsOf(statements)).toEqual([]);
}, 60_000);

it("walks an index for every statement of every write, for one and for a crowd in one group", async () => {
  api.statements.length = 0;
  await sendEveryWrite();
  const kinds = [/^SELECT.*FOR UPDATE$/s, /^SELECT.*SKIP LOCKED$/s, /^SELECT/, /^UPDATE/, /^DELETE/, /^INSERT/];
  const statements = distinctStatements(api.statements, /\b(FROM|UPDATE|INTO)\b/);
  for (const kind of kinds) expect(statements.filter(({ sql }) => kind.test(sql)).length).toBeGreaterThan(0);
  const ofCrowd = /^SELECT.*FROM idempotency.*( OR \(player_id = \? AND idempotency_key = \?\)){20}/s;
  expect(statements.some(({ sql }) => ofCrowd.test(sql))).toBe(true);
  expect(await faultsOf(statements)).toEqual([]);
}, 60_000);

it("walks an index for every statement of the worker", async () => {
  const sent: SentStatement[] = [];
  const metrics = createMetrics();
  const pool = createDatabasePool({
    url: api.database.databaseUrl,
    connectionsMax: 1,
    purpose: "write",
    metrics,
    onConnectionError: () => undefined,
    onStatement: (sql, values) => sent.push({ sql, values }),
  });
  const purged = await createHousekeeping({ pool, metrics, logger: createLogger("silent") }).purge();
  await pool.end();
  expect(purged).toBeGreaterThan(0);
  const statements = distinctStatements(sent, /\b(FROM|UPDATE|INTO)\b/);
  expect(statements.length).toBeGreaterThan(0);
  expect(await faultsOf(statements)).toEqual([]);
});

it("uses no OFFSET", () => {
  const withOffset = api.statements.filter(({ sql }) => /\bOFFSET\s+(?!0\b)/i.test(sql));
  expect(withOffset.map(({ sql }) => sql)).toEqual([]);
});

async function sendEveryRead(): Promise<void> {
  const token = api.tokenFor(COLLECTOR);
  for (const { name, body } of registeredOperations.filter(({ type }) => type === "query")) {
    await api.read({ query: body, variables: variablesOf(name, COLLECTOR), token });
    await readAtOnce(
      api.url,
      CROWD_IDS.map((playerId) => ({
        query: body,
        variables: variablesOf(name, playerId),
        token: api.tokenFor(playerId),
      })),
    );
    await readSecondPage(body, variablesOf(name, COLLECTOR), token);
  }
  for (const query of furtherReads) {
    await api.read({ query: query.replace("$item", JSON.stringify(itemGlobalId(4n))), token });
  }
  const [run] = await api.database.query("SELECT LOWER(HEX(run_id)) AS id FROM run WHERE player_id = ? LIMIT 1", [
    COLLECTOR,
  ]);
  const ids = [
    playerGlobalId(9n),
    itemGlobalId(9n),
    locationGlobalId(9n),
    itemTransactionGlobalId(BigInt(COLLECTOR), 1n),
    itemLocationGlobalId(BigInt(COLLECTOR), 1n),
    Buffer.from(`Run:${COLLECTOR}.${run.id}`).toString("base64url"),
  ];
  const { nodes } = await api.read({
    query: "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
    variables: { ids },
    token,
  });
  expect(nodes.map((node: { id: string } | null) => node?.id)).toEqual(ids);
}

/** Whatever the first page's cursor is, wherever in the answer it stands: the page after it. */
async function readSecondPage(query: string, variables: Record<string, unknown>, token: string): Promise<void> {
  if (!query.includes("$after")) return;
  const short = { ...variables, first: 1, ...(query.includes("Leaderboard") ? { scope: "CITY", city: "Berlin" } : {}) };
  const first = JSON.stringify(await api.read({ query, variables: short, token }));
  const after = /"endCursor":"([^"]+)"/.exec(first)?.[1];
  if (after !== undefined) await api.read({ query, variables: { ...short, after }, token });
}

/** Writes besides those of `writeVariablesOf`, for the ways through a write that those do not take. */
const furtherWrites: readonly (readonly [string, () => Record<string, unknown>])[] = [
  // The same entries again: they are there by now.
  ["UpsertItems", () => writeVariablesOf("UpsertItems", WRITER).input],
  ["UpsertLocations", () => writeVariablesOf("UpsertLocations", WRITER).input],
  // Another kind, which an ingredient cannot have.
  ["UpsertItems", () => ({ items: [{ externalId: "supplied.0", kind: "RECEIVABLE", displayName: "supplied" }] })],
  ["GrantItems", () => ({ ...writeVariablesOf("GrantItems", WRITER).input, playerId: playerGlobalId(999_999n) })],
];

async function sendEveryWrite(): Promise<void> {
  for (const { name, body } of [...newestOperations.values()].filter(({ type }) => type === "mutation")) {
    await write(name, writeVariablesOf(name, WRITER).input);
    if (catalogueWrites.has(name)) continue;
    await readAtOnce(
      api.url,
      CROWD_IDS.map((playerId, turn) => ({
        query: body,
        variables: writeVariablesOf(name, playerId, { turn }),
        token: tokenOf(api, name, playerId),
      })),
    );
  }
  for (const [name, input] of furtherWrites) await write(name, input());
  await assignToUnusedLocation();
  await writeWhileHeld();
}

async function write(name: string, input: Record<string, unknown>): Promise<void> {
  const { body: query } = newestOperations.get(name)!;
  const variables = { ...writeVariablesOf(name, WRITER), input };
  await api.read({ query, variables, token: tokenOf(api, name, WRITER) });
}

async function assignToUnusedLocation(): Promise<void> {
  const [{ id }] = await api.database.query("SELECT id FROM location WHERE external_id = 'supplied.0'");
  const playerId = playerGlobalId(BigInt(WRITER));
  const locationId = locationGlobalId(BigInt(id));
  await write("AssignItemLocations", { assignments: [{ playerId, itemId: itemGlobalId(4n), locationId }] });
}

/** Somebody else holds the player's row, until the server waits for it. */
async function writeWhileHeld(): Promise<void> {
  const isWaiting = ({ sql }: SentStatement) => sql.endsWith("ORDER BY id FOR UPDATE") && sql.includes("FROM player ");
  await api.database.query("START TRANSACTION");
  await api.database.query("SELECT id FROM player WHERE id = ? FOR UPDATE", [WRITER]);
  const written = write("SpendItems", writeVariablesOf("SpendItems", WRITER).input);
  await until(
    () => api.statements.some(isWaiting),
    () => "the write never waits for the row",
  );
  await api.database.query("COMMIT");
  await written;
}

/** Answers to keys, one in ten of them older than they are kept. */
async function insertAnswers(database: TestDatabase, count: number): Promise<void> {
  await database.query(
    "INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome, recorded_at) " +
      "SELECT id, UNHEX(LEFT(SHA2(id, 256), 32)), UNHEX(SHA2(id, 256)), '{}', NOW(3) - INTERVAL IF(id % 10 = 0, 40, id % 30) DAY " +
      "FROM player WHERE id > 100 ORDER BY id LIMIT ?",
    [count],
  );
}

/** One of each shape: same text, whatever the values; the last, which has the most interesting ones. */
function distinctStatements(statements: readonly SentStatement[], kind: RegExp): SentStatement[] {
  const wanted = statements.filter(({ sql }) => kind.test(sql));
  return [...new Map(wanted.map((statement) => [statement.sql, statement])).values()];
}

async function faultsOf(statements: readonly SentStatement[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { sql, values } of statements) {
    const rows = (await api.database.query(`EXPLAIN ${format}${sql}`, values as unknown[])) as ExplainRow[];
    for (const row of rows) {
      const fault = faultOf(row, sql);
      if (fault !== null) faults.push(`${fault}: ${sql.slice(0, 300)}\n  ${JSON.stringify(row)}`);
    }
  }
  return faults;
}

function faultOf({ table, type, rows, Extra }: ExplainRow, sql: string): string | null {
  // Results of parts of the statement itself (<derived2>, <union1,2>), and parts without a table.
  if (table === null || table.startsWith("<")) return null;
  // Rows that are given are not looked for; EXPLAIN shows the table they go to, with ALL and no number of rows.
  if (/^INSERT INTO .* VALUES \(/s.test(sql) && rows === null) return null;
  if (type === "ALL") return "full table scan";
  // A walk along an index that a LIMIT ends is a page, and MySQL calls it by the same name.
  if (type === "index" && Number(rows ?? Infinity) > limits.pageEntriesMax + 1) return "full index scan";
  if (/filesort/i.test(Extra ?? "") && !isDistanceOrder(sql)) return "sort";
  return /join buffer/i.test(Extra ?? "") ? "join without an index" : null;
}

/** The one sort there is: candidates within the radius, by distance. */
function isDistanceOrder(sql: string): boolean {
  return sql.includes("distance_mm, n LIMIT");
}
