// Gives every player of a world plenty of each ingredient, as one grant in everybody's ledger, so that no
// exchange of a measurement is refused and the ledger still adds up.

import type { Connection } from "mariadb";

const PLENTY = 1_000_000_000;
const PLAYERS_PER_TRANSACTION = 5_000;
const INGREDIENTS = "(SELECT DISTINCT ingredient_item_id AS id FROM item_recipe) ingredient";

/** Does nothing for players who have it already. Statements of a few thousand players each. */
export async function stockPlayers(connection: Connection, playerCount: number): Promise<void> {
  for (let first = 1; first <= playerCount; first += PLAYERS_PER_TRANSACTION) {
    const range = [first, Math.min(first + PLAYERS_PER_TRANSACTION - 1, playerCount)];
    await connection.beginTransaction();
    const [{ stocked }] = await connection.query<[{ stocked: bigint }]>(
      "SELECT COUNT(*) AS stocked FROM item_transaction_line l JOIN player p ON p.id = l.player_id " +
        `WHERE p.id BETWEEN ? AND ? AND l.received = ${PLENTY}`,
      range,
    );
    if (Number(stocked) === 0) {
      for (const sql of GRANT) await connection.query(sql, range);
    }
    await connection.commit();
  }
}

const GRANT = [
  "UPDATE player SET version = version + 1 WHERE id BETWEEN ? AND ?",
  "INSERT INTO item_transaction (player_id, version, kind, recorded_at) " +
    "SELECT id, version, 'GRANT', NOW(3) FROM player WHERE id BETWEEN ? AND ?",
  "INSERT INTO item_transaction_line (player_id, version, item_id, received, spent) " +
    `SELECT p.id, p.version, ingredient.id, ${PLENTY}, 0 FROM player p CROSS JOIN ${INGREDIENTS} WHERE p.id BETWEEN ? AND ?`,
  "INSERT INTO player_item (player_id, item_id, quantity) " +
    `SELECT p.id, ingredient.id, ${PLENTY} FROM player p CROSS JOIN ${INGREDIENTS} WHERE p.id BETWEEN ? AND ? ` +
    `ON DUPLICATE KEY UPDATE quantity = quantity + ${PLENTY}`,
];
