// What a demo, a bench and a near-me query take for granted of every seeded player, asked over all of them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cities } from "../../prisma/seed/cities.ts";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { geoCell } from "../../src/runtime/geo-cell.ts";
import { createTestDatabase, type TestDatabase } from "../kit/database.ts";

const PLAYER_COUNT = 1_200;
/** Nothing seeded is younger than this. */
const LATEST = new Date("2026-10-01T00:00:00.000Z");

describe("demo players", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedDemo({ ...database, playerCount: PLAYER_COUNT });
  });
  afterAll(() => database.drop());

  const expectNone = async (sql: string, values?: unknown[]): Promise<void> =>
    expect(await database.query(`${sql} LIMIT 5`, values)).toEqual([]);

  it("have ids without a gap and about ten transactions, ten item locations and five runs each", async () => {
    const [row] = await database.query(
      "SELECT COUNT(*) AS players, MAX(id) AS last, (SELECT COUNT(*) FROM item_transaction) / COUNT(*) AS transactions, " +
        "(SELECT COUNT(*) FROM item_location) / COUNT(*) AS itemLocations, (SELECT COUNT(*) FROM run) / COUNT(*) AS runs FROM player",
    );
    expect(row).toMatchObject({ players: PLAYER_COUNT, last: PLAYER_COUNT });
    expect(Math.round(row.transactions)).toBe(10);
    expect(Math.round(row.itemLocations)).toBe(10);
    expect(Math.round(row.runs)).toBe(5);
  });

  it("never had a balance below zero at any version", async () => {
    await expectNone(
      "SELECT * FROM (SELECT player_id, version, item_id, SUM(received - spent) OVER (PARTITION BY player_id, item_id ORDER BY version) AS quantity " +
        "FROM item_transaction_line) AS history WHERE quantity < 0",
    );
  });

  it("have balances that equal the ledger, dense versions in order of time, and kinds that fit their lines", async () => {
    await expectNone("SELECT * FROM ledger_mismatch");
    await expectNone(
      "SELECT p.id FROM player p JOIN item_transaction t ON t.player_id = p.id GROUP BY p.id, p.version " +
        "HAVING COUNT(*) <> p.version OR MIN(t.version) <> 1 OR MAX(t.version) <> p.version",
    );
    await expectNone(
      "SELECT a.player_id, a.version FROM item_transaction a JOIN item_transaction b " +
        "ON b.player_id = a.player_id AND b.version = a.version + 1 WHERE b.recorded_at <= a.recorded_at",
    );
    await expectNone(
      "SELECT t.player_id, t.version, t.kind FROM item_transaction t JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version " +
        "GROUP BY t.player_id, t.version, t.kind HAVING t.kind <> CASE WHEN SUM(l.received) = 0 THEN 'SPEND' WHEN SUM(l.spent) > 0 THEN 'EXCHANGE' " +
        "WHEN t.kind = 'COLLECT' THEN 'COLLECT' ELSE 'GRANT' END",
    );
    const kinds = await database.query("SELECT DISTINCT CAST(kind AS CHAR) AS kind FROM item_transaction ORDER BY 1");
    expect(kinds.map(({ kind }) => kind)).toEqual(["COLLECT", "EXCHANGE", "GRANT", "SPEND"]);
  });

  it("exchange by the recipes of the catalogue", async () => {
    await expectNone(
      "SELECT g.player_id, g.version FROM item_transaction t JOIN item_transaction_line g " +
        "ON g.player_id = t.player_id AND g.version = t.version AND g.received > 0 " +
        "LEFT JOIN item_recipe r ON r.item_id = g.item_id " +
        "LEFT JOIN item_transaction_line c ON c.player_id = g.player_id AND c.version = g.version AND c.item_id = r.ingredient_item_id " +
        "WHERE t.kind = 'EXCHANGE' AND (r.item_id IS NULL OR c.spent IS NULL OR c.spent <> r.count * g.received)",
    );
    const [{ exchanges }] = await database.query(
      "SELECT COUNT(*) AS exchanges FROM item_transaction WHERE kind = 'EXCHANGE'",
    );
    expect(exchanges).toBeGreaterThan(PLAYER_COUNT);
  });

  it("have names in NFC of 1 to 64 characters without control characters, in several scripts", async () => {
    const rows = await database.query("SELECT display_name AS name FROM player");
    const names = rows.map(({ name }) => name as string);
    for (const name of names) {
      expect(name.normalize("NFC")).toBe(name);
      expect(Array.from(name).length).toBeGreaterThanOrEqual(2);
      expect(Array.from(name).length).toBeLessThanOrEqual(64);
      expect(name).toMatch(/^[\p{L}\p{M}' -]+$/u);
    }
    expect(new Set(names).size).toBeGreaterThan(PLAYER_COUNT / 2);
    for (const script of [
      /\p{Script=Han}/u,
      /\p{Script=Hangul}/u,
      /\p{Script=Cyrillic}/u,
      /\p{Script=Greek}/u,
      /[äöüßéèñçşłø]/,
    ]) {
      expect(names.filter((name) => script.test(name)).length).toBeGreaterThan(3);
    }
  });

  it("live in cities of the list, have plausible years and addresses, and external ids for some", async () => {
    const names = cities.map(({ name }) => name);
    expect(new Set(names).size).toBe(60);
    await expectNone(
      `SELECT id FROM player WHERE city IS NULL OR city NOT IN (${names.map(() => "?").join(",")})`,
      names,
    );
    await expectNone("SELECT id FROM player WHERE birth_year IS NULL OR birth_year NOT BETWEEN 1950 AND 2013");
    await expectNone(
      "SELECT id FROM player WHERE email IS NULL OR email NOT REGEXP '^[a-z]+[a-z.]*[.][0-9]+@mail[.]example[.]com$'",
    );
    const [row] = await database.query(
      "SELECT COUNT(DISTINCT city) AS cities, COUNT(external_id) / COUNT(*) AS withExternalId FROM player",
    );
    expect(row.cities).toBe(60);
    expect(row.withExternalId).toBeGreaterThan(0.5);
    expect(row.withExternalId).toBeLessThan(0.8);
  });

  it("have item locations that copy their place's point and cell, numbered from 1 to the player's last n", async () => {
    await expectNone(
      "SELECT il.player_id, il.n FROM item_location il LEFT JOIN location lo ON lo.id = il.location_id LEFT JOIN item i ON i.id = il.item_id " +
        "WHERE lo.id IS NULL OR i.id IS NULL OR lo.lat <> il.lat OR lo.lng <> il.lng OR lo.used_at IS NULL",
    );
    await expectNone(
      "SELECT p.id FROM player p LEFT JOIN item_location il ON il.player_id = p.id GROUP BY p.id, p.item_location_n_last " +
        "HAVING COUNT(il.n) <> p.item_location_n_last OR MAX(il.n) <> p.item_location_n_last OR MIN(il.n) <> 1",
    );
    const points = await database.query("SELECT DISTINCT lat, lng, cell FROM item_location");
    expect(points.filter(({ lat, lng, cell }) => geoCell(lat, lng) !== cell)).toEqual([]);
  });

  it("find most of their item locations within 3 km of their city's centre, and some far away", async () => {
    const centres = new Map(cities.map((city) => [city.name, city]));
    const rows = await database.query(
      "SELECT p.city, il.lat, il.lng FROM item_location il JOIN player p ON p.id = il.player_id",
    );
    const metres = rows.map(({ city, lat, lng }) =>
      greatCircleMetres(centres.get(city) ?? { lat: 0, lng: 0 }, { lat, lng }),
    );
    const share = (isIn: (distance: number) => boolean): number => metres.filter(isIn).length / metres.length;
    expect(share((distance) => distance <= 3_000)).toBeGreaterThan(0.7);
    expect(share((distance) => distance > 3_000 && distance < 50_000)).toBeGreaterThan(0.05);
    expect(share((distance) => distance >= 50_000)).toBeGreaterThan(0.05);
  });

  it("have runs whose UUIDv7 is of the moment of recording, after the run itself", async () => {
    const rows = await database.query("SELECT run_id, distance_mm, duration_seconds, started_at, recorded_at FROM run");
    for (const {
      run_id: id,
      distance_mm: mm,
      duration_seconds: seconds,
      started_at: startedAt,
      recorded_at: recordedAt,
    } of rows) {
      expect(id.readUIntBE(0, 6)).toBe(recordedAt.getTime());
      expect(id[6] >> 4).toBe(7);
      expect(id[8] >> 6).toBe(2);
      expect(startedAt.getTime() + seconds * 1_000).toBeLessThan(recordedAt.getTime());
      const metresPerSecond = mm / 1_000 / seconds;
      expect(metresPerSecond).toBeGreaterThan(1.5);
      expect(metresPerSecond).toBeLessThan(5);
    }
  });

  it("have run totals that sum up their runs, with the player's city and birth year", async () => {
    await expectNone(
      "SELECT p.id FROM player p LEFT JOIN run_total rt ON rt.player_id = p.id " +
        "LEFT JOIN (SELECT player_id, SUM(distance_mm) AS mm, COUNT(*) AS runs FROM run GROUP BY player_id) r ON r.player_id = p.id " +
        "WHERE NOT (rt.distance_mm <=> r.mm AND rt.run_count <=> r.runs AND rt.city <=> p.city AND rt.birth_year <=> p.birth_year)",
    );
  });

  it("are verified, but for a few, and none is pending", async () => {
    const rows = await database.query(
      "SELECT status, COUNT(*) AS count FROM player p JOIN verification v ON v.player_id = p.id GROUP BY status",
    );
    const counts = Object.fromEntries(rows.map(({ status, count }) => [status, count]));
    expect(Object.keys(counts).toSorted()).toEqual(["DEAD_LETTERED", "FAILED", "VERIFIED"]);
    expect(counts["VERIFIED"]).toBeGreaterThan(PLAYER_COUNT * 0.9);
    expect(counts["VERIFIED"] + counts["FAILED"] + counts["DEAD_LETTERED"]).toBe(PLAYER_COUNT);
  });

  it("did everything after they came and before the demo world stood still", async () => {
    await expectNone(
      "SELECT t.player_id FROM item_transaction t JOIN player p ON p.id = t.player_id WHERE t.recorded_at <= p.created_at OR t.recorded_at >= ?",
      [LATEST],
    );
    await expectNone(
      "SELECT r.player_id FROM run r JOIN player p ON p.id = r.player_id WHERE r.started_at <= p.created_at OR r.recorded_at >= ?",
      [LATEST],
    );
  });
});

/** Haversine over the mean radius of the earth: the other formula than the one that placed them. */
function greatCircleMetres(from: { lat: number; lng: number }, to: { lat: number; lng: number }): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const half = (a: number, b: number): number => Math.sin(radians(b - a) / 2) ** 2;
  const h = half(from.lat, to.lat) + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * half(from.lng, to.lng);
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
}
