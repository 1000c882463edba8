// The tables' own CHECKs and keys: what no bug in the code above may ever write.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, seedVectors, type TestDatabase } from "../kit/database.ts";

/** MariaDB and MySQL number a violated CHECK differently. */
const CHECK_VIOLATED = [4025, 3819];
const DUPLICATE = [1062];
const NO_PARENT = [1452];
const HAS_CHILDREN = [1451];
const OUT_OF_RANGE = [1264];
const TOO_LONG = [1406];

const TRANSACTION =
  "INSERT INTO item_transaction (player_id, version, kind, recorded_at, peer_player_id, peer_version) VALUES";
const ANSWER = "INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES";

describe("the database", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedVectors(database.migratorDatabaseUrl);
    await database.query("SET @key = UNHEX(REPEAT('0a', 16)), @hmac = UNHEX(REPEAT('0b', 32))");
  });
  afterAll(() => database.drop());

  it.each([
    [
      "a balance below zero",
      "UPDATE player_item SET quantity = -1 WHERE player_id = 1 AND item_id = 4",
      CHECK_VIOLATED,
    ],
    ["a new balance below zero", "INSERT INTO player_item VALUES (1, 5, -1)", CHECK_VIOLATED],
    [
      "a balance beyond 2^63-1",
      "UPDATE player_item SET quantity = 9223372036854775808 WHERE player_id = 1 AND item_id = 4",
      OUT_OF_RANGE,
    ],
    ["a ledger line that moves nothing", "INSERT INTO item_transaction_line VALUES (1, 1, 5, 0, 0)", CHECK_VIOLATED],
    [
      "a ledger line with a negative count",
      "INSERT INTO item_transaction_line VALUES (1, 1, 5, -1, 0)",
      CHECK_VIOLATED,
    ],
    ["a ledger line with a negative cost", "INSERT INTO item_transaction_line VALUES (1, 1, 5, 1, -1)", CHECK_VIOLATED],
    ["a ledger line without its transaction", "INSERT INTO item_transaction_line VALUES (1, 99, 5, 1, 0)", NO_PARENT],
    ["a version twice", `${TRANSACTION} (1, 1, 'GRANT', NOW(3), NULL, NULL)`, DUPLICATE],
    ["a transfer without its other half", `${TRANSACTION} (1, 2, 'TRANSFER', NOW(3), NULL, NULL)`, CHECK_VIOLATED],
    ["a transfer with half of its other half", `${TRANSACTION} (1, 2, 'TRANSFER', NOW(3), 2, NULL)`, CHECK_VIOLATED],
    ["a grant with another half", `${TRANSACTION} (1, 2, 'GRANT', NOW(3), 2, 1)`, CHECK_VIOLATED],
    ["a grant with a version of another half", `${TRANSACTION} (1, 2, 'GRANT', NOW(3), NULL, 1)`, CHECK_VIOLATED],
    [
      "a transfer with the other half of its other half",
      `${TRANSACTION} (1, 2, 'TRANSFER', NOW(3), NULL, 1)`,
      CHECK_VIOLATED,
    ],
    ["a grant with a player of another half", `${TRANSACTION} (1, 2, 'GRANT', NOW(3), 2, NULL)`, CHECK_VIOLATED],
    ["two answers to one key", `${ANSWER} (1, @key, @hmac, '{}'), (1, @key, @hmac, '{}')`, DUPLICATE],
    ["a key that is longer than a UUID", `${ANSWER} (1, CONCAT(@key, 'x'), @hmac, '{}')`, TOO_LONG],
    ["a recipe line of nothing", "INSERT INTO item_recipe VALUES (1, 6, 0)", CHECK_VIOLATED],
    ["a point north of the pole", "INSERT INTO location (name, lat, lng) VALUES ('x', 90.1, 0)", CHECK_VIOLATED],
    ["a point east of the date line", "INSERT INTO location (name, lat, lng) VALUES ('x', 0, 181)", CHECK_VIOLATED],
    ["the end of a player who owns something", "DELETE FROM player WHERE id = 1", HAS_CHILDREN],
    ["an address twice", "UPDATE player SET email = 'vector.player.1@mail.example.com' WHERE id = 2", DUPLICATE],
  ])("refuses %s", async (_, statement, errors) => {
    const errno = await database.query(statement).then(
      () => "accepted",
      (error: { errno: number }) => error.errno,
    );
    expect(errors).toContain(errno);
  });

  it.each([
    ["letter case", "Finch", "finch"],
    ["an accent", "résumé", "resume"],
    ["a way to write an accent", "e\u0301", "\u00E9"],
    ["an emoji", "bird 🐦", "bird 🦉"],
    ["full width", "Ａ", "A"],
  ])("tells external ids apart that differ in %s", async (_, one, other) => {
    await database.query(
      "INSERT INTO item (external_id, kind, display_name) VALUES (?, 'SPENDABLE', 'x'), (?, 'SPENDABLE', 'x')",
      [one, other],
    );
    const rows = await database.query("SELECT external_id FROM item WHERE external_id = ?", [one]);
    expect(rows).toEqual([{ external_id: one }]);
  });
});
