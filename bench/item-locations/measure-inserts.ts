// What a copied point and an index cost whoever writes: the same rows into tables that differ in one
// thing each, all with the world's rows in them. No table has its foreign key checked.

import { performance } from "node:perf_hooks";
import type { Connection } from "mariadb";
import { BASIC_ITEM_COUNT } from "../../prisma/seed/catalogue.ts";
import { placesByCity } from "../../prisma/seed/places.ts";
import { createRandom } from "../../prisma/seed/random.ts";
import { sqlInsert, sqlRow } from "../../prisma/seed/sql-text.ts";
import { geoCell } from "../../src/runtime/geo-cell.ts";
import { median } from "../measure/statistics.ts";
import type { InsertFinding } from "./findings.ts";
import type { Stage } from "./stage.ts";
import { threadCpuUs } from "./thread-cpu.ts";

interface Target {
  readonly table: string;
  readonly title: string;
  readonly columns: readonly string[];
  /** `(1, 2, ...)` of the row. */
  row(row: Row): string;
}

interface Row {
  readonly key: readonly number[];
  readonly lat: number;
  readonly lng: number;
}

const ROWS_PER_STATEMENT = 500;
/** Above every n of the world. */
const N_MIN = 10_000_000;
const KEY = ["player_id", "n", "item_id", "location_id"];

/** What each has, the ones before it have not; the last is in place of a cell. */
const TARGETS: readonly Target[] = [
  { table: "bare", title: "primary key alone", columns: KEY, row: ({ key }) => sqlRow(key) },
  { table: "placement", title: "+ index for the joins", columns: KEY, row: ({ key }) => sqlRow(key) },
  {
    table: "copied",
    title: "primary key + copied point",
    columns: [...KEY, "lat", "lng"],
    row: ({ key, lat, lng }) => sqlRow([...key, lat, lng]),
  },
  {
    table: "item_location",
    title: "+ cell and its index (Satchel)",
    columns: [...KEY, "lat", "lng", "cell"],
    row: ({ key, lat, lng }) => sqlRow([...key, lat, lng, geoCell(lat, lng)]),
  },
  {
    table: "sighting",
    title: "copied point + SPATIAL index",
    columns: [...KEY, "lat", "lng", "point"],
    row: ({ key, lat, lng }) => `${sqlRow([...key, lat, lng]).slice(0, -1)},POINT(${lng},${lat}))`,
  },
];

/** Every statement is a transaction of its own, of rows of 500 different players in the order of their ids. */
export async function measureInserts(
  { connection, itemLocationCount }: Stage,
  options: { readonly playerCount: number; readonly insertCount: number; readonly databasePid: number },
): Promise<InsertFinding[]> {
  const tallies = TARGETS.map((target) => ({ target, usPerRow: [] as number[], cpuUs: 0 }));
  for (let repetition = 0; repetition < options.insertCount; repetition += 1) {
    const rows = rowsOf(repetition, options.playerCount);
    const order = createRandom(repetition, "order of inserts", 0).sample(tallies, tallies.length);
    for (const tally of order) {
      const { table, columns, row } = tally.target;
      const sql = sqlInsert(table, columns, rows.map(row));
      const cpuBeforeUs = threadCpuUs(options.databasePid);
      const startedAt = performance.now();
      await connection.query(sql);
      tally.usPerRow.push(((performance.now() - startedAt) * 1_000) / ROWS_PER_STATEMENT);
      tally.cpuUs += threadCpuUs(options.databasePid) - cpuBeforeUs;
    }
  }
  const inserted = options.insertCount * ROWS_PER_STATEMENT;
  const findings: InsertFinding[] = [];
  for (const { target, usPerRow, cpuUs } of tallies) {
    findings.push({
      title: target.title,
      rowsPerStatement: ROWS_PER_STATEMENT,
      p50UsPerRow: median(usPerRow),
      mysqlCpuUsPerRow: cpuUs / inserted,
      bytesPerRow: (await bytesOf(connection, target.table)) / (itemLocationCount + inserted),
    });
  }
  return findings;
}

function rowsOf(repetition: number, playerCount: number): Row[] {
  const random = createRandom(repetition, "inserted rows", 0);
  const playerIds = new Set<number>();
  while (playerIds.size < ROWS_PER_STATEMENT) playerIds.add(random.integer(1, playerCount));
  return [...playerIds]
    .toSorted((a, b) => a - b)
    .map((playerId) => {
      const { id, lat, lng } = random.pick(random.pick(placesByCity));
      return { key: [playerId, N_MIN + repetition, random.integer(1, BASIC_ITEM_COUNT), id], lat, lng };
    });
}

/** With all indexes, after fresh statistics: without, the server tells an old size. */
async function bytesOf(connection: Connection, table: string): Promise<number> {
  await connection.query(`ANALYZE TABLE ${table}`);
  const [row] = await connection.query<{ bytes: number }[]>(
    "SELECT DATA_LENGTH + INDEX_LENGTH AS bytes FROM information_schema.TABLES " +
      "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?",
    [table],
  );
  return row?.bytes ?? Number.NaN;
}
