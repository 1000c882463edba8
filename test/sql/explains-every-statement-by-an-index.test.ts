// Every statement that the server sends for any read must walk an index: over tables of millions of
// rows a scan or a sort that the tests do not see is an outage. The statements are not listed here
// but caught as they are sent, so a new one is judged the day it is written.

import { afterAll, beforeAll, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { registeredOperations } from "../../src/operations/registry.ts";
import { limits } from "../../src/runtime/limits.ts";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
  playerGlobalId,
} from "../../src/runtime/ids.ts";
import { startApi, type SentStatement, type TestApi } from "../kit/api.ts";
import { readAtOnce } from "../kit/burst.ts";
import { variablesOf } from "../kit/operation-variables.ts";

const PLAYERS = 3_000;
const CROWD = 40;
/** Has more item locations than are measured in the process: goes through the cell index. */
const COLLECTOR = 5;

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
      for (const table of ["player", "item", "player_item", "item_transaction", "item_transaction_line"]) {
        await database.query(`ANALYZE TABLE ${table}`);
      }
      for (const table of ["location", "item_location", "run", "run_total", "item_recipe", "verification"]) {
        await database.query(`ANALYZE TABLE ${table}`);
      }
    },
  });
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
  const [{ version }] = await api.database.query("SELECT VERSION() AS version");
  if (!version.includes("MariaDB")) format = "FORMAT=TRADITIONAL ";
  await sendEveryRead();
  const statements = distinctStatements(api.statements);
  expect(statements.length).toBeGreaterThan(20);
  const faults: string[] = [];
  for (const { sql, values } of statements) {
    const rows = (await api.database.query(`EXPLAIN ${format}${sql}`, values as unknown[])) as ExplainRow[];
    for (const row of rows) {
      const fault = faultOf(row, sql);
      if (fault !== null) faults.push(`${fault}: ${sql.slice(0, 300)}\n  ${JSON.stringify(row)}`);
    }
  }
  expect(faults).toEqual([]);
}, 60_000);

it("uses no OFFSET", () => {
  const withOffset = api.statements.filter(({ sql }) => /\bOFFSET\s+(?!0\b)/i.test(sql));
  expect(withOffset.map(({ sql }) => sql)).toEqual([]);
});

async function sendEveryRead(): Promise<void> {
  const token = api.tokenFor(COLLECTOR);
  for (const { name, body } of registeredOperations) {
    await api.read({ query: body, variables: variablesOf(name, COLLECTOR), token });
    await readAtOnce(
      api.url,
      Array.from({ length: CROWD }, (_, place) => place + 10).map((playerId) => ({
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

/** One of each shape: same text, whatever the values; the last, which has the most interesting ones. */
function distinctStatements(statements: readonly SentStatement[]): SentStatement[] {
  const reads = statements.filter(({ sql }) => /^\s*\(*\s*SELECT/i.test(sql) && /FROM/i.test(sql));
  return [...new Map(reads.map((statement) => [statement.sql, statement])).values()];
}

function faultOf({ table, type, rows, Extra }: ExplainRow, sql: string): string | null {
  // Results of parts of the statement itself (<derived2>, <union1,2>), and parts without a table.
  if (table === null || table.startsWith("<")) return null;
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
