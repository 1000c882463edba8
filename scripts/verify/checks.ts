// What must hold over the whole database, as statements that find where it does not. Each looks at a range of
// players, whose rows are neighbours on disk, so a piece reads its own rows and no others.

/** One thing that must hold. */
export interface Check {
  /** Rows that contradict it; two parameters, the first and the last player id of the range. */
  readonly sql: string;
  /** What is wrong, in words, for a row that the statement returned. */
  readonly sentence: (row: Readonly<Record<string, string | number | bigint>>) => string;
}

export const checks: readonly Check[] = [
  {
    sql: "SELECT player_id, item_id, ledger_quantity, balance FROM ledger_mismatch WHERE player_id BETWEEN ? AND ?",
    sentence: ({ player_id, item_id, ledger_quantity, balance }) =>
      `player ${player_id}, item ${item_id}: the balance is ${balance}, the ledger says ${ledger_quantity}`,
  },
  {
    sql:
      "SELECT p.id, p.version, COUNT(t.version) AS entries, COALESCE(MAX(t.version), 0) AS last_version " +
      "FROM player p LEFT JOIN item_transaction t ON t.player_id = p.id WHERE p.id BETWEEN ? AND ? " +
      "GROUP BY p.id, p.version HAVING p.version <> COUNT(t.version) OR p.version <> COALESCE(MAX(t.version), 0)",
    sentence: ({ id, version, entries, last_version }) =>
      `player ${id}: the version is ${version}, the ledger has ${entries} entries up to version ${last_version}`,
  },
  {
    sql:
      "SELECT t.player_id, t.version FROM item_transaction t WHERE t.player_id BETWEEN ? AND ? AND NOT EXISTS " +
      "(SELECT 1 FROM item_transaction_line l WHERE l.player_id = t.player_id AND l.version = t.version)",
    sentence: ({ player_id, version }) => `player ${player_id}, version ${version}: an entry without a line`,
  },
  {
    sql:
      "SELECT t.player_id, t.version FROM item_transaction t " +
      "LEFT JOIN item_transaction o ON o.player_id = t.peer_player_id AND o.version = t.peer_version " +
      "AND o.kind = 'TRANSFER' AND o.peer_player_id = t.player_id AND o.peer_version = t.version " +
      "WHERE t.player_id BETWEEN ? AND ? AND t.kind = 'TRANSFER' AND o.player_id IS NULL",
    sentence: ({ player_id, version }) => `player ${player_id}, version ${version}: a transfer without its other half`,
  },
  {
    sql:
      "SELECT l.player_id, l.version, l.item_id FROM item_transaction t " +
      "JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version " +
      "LEFT JOIN item_transaction_line o ON o.player_id = t.peer_player_id AND o.version = t.peer_version " +
      "AND o.item_id = l.item_id AND o.received = l.spent AND o.spent = l.received " +
      "WHERE t.player_id BETWEEN ? AND ? AND t.kind = 'TRANSFER' AND o.player_id IS NULL",
    sentence: ({ player_id, version, item_id }) =>
      `player ${player_id}, version ${version}, item ${item_id}: the other half of the transfer says something else`,
  },
  {
    sql:
      "SELECT l.player_id, l.n, l.location_id FROM item_location l " +
      "LEFT JOIN location o ON o.id = l.location_id AND o.lat = l.lat AND o.lng = l.lng AND o.used_at IS NOT NULL " +
      "WHERE l.player_id BETWEEN ? AND ? AND o.id IS NULL",
    sentence: ({ player_id, n, location_id }) =>
      `player ${player_id}, item location ${n}: location ${location_id} is not in use at that point`,
  },
  {
    sql:
      "SELECT l.player_id, l.n, l.item_id FROM item_location l LEFT JOIN item i ON i.id = l.item_id " +
      "WHERE l.player_id BETWEEN ? AND ? AND i.id IS NULL",
    sentence: ({ player_id, n, item_id }) => `player ${player_id}, item location ${n}: there is no item ${item_id}`,
  },
  {
    sql:
      "SELECT p.id, p.item_location_n_last, MAX(l.n) AS n FROM player p JOIN item_location l ON l.player_id = p.id " +
      "WHERE p.id BETWEEN ? AND ? GROUP BY p.id, p.item_location_n_last HAVING MAX(l.n) > p.item_location_n_last",
    sentence: ({ id, item_location_n_last, n }) =>
      `player ${id}: item location ${n} is past the last one given, ${item_location_n_last}`,
  },
];
