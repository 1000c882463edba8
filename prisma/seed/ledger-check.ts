// Proves over all players that the balances equal the ledger and that versions equal the number of
// transactions, in pieces small enough to sort in memory. Reads the `ledger_mismatch` view by ranges of
// players: the range reaches the primary keys below its GROUP BY, so no piece scans more than its own rows.
import type { Connection } from "mariadb";
import { connectTo } from "../../scripts/migrations/connection.ts";

/** What was found; all is well when both lists are empty. */
export interface LedgerCheck {
  readonly playerCount: number;
  readonly transactionCount: number;
  /** At most ten: enough to look into. */
  readonly mismatches: readonly {
    readonly playerId: number;
    readonly itemId: number;
    readonly ledgerQuantity: number;
    readonly balance: number;
  }[];
  /** At most ten: players whose version is not the number of their transactions, or not the last one's. */
  readonly wrongVersions: readonly {
    readonly playerId: number;
    readonly version: number;
    readonly transactionCount: number;
  }[];
}

const PLAYERS_PER_PIECE = 2_000;
const FOUND_MAX = 10;

/** Checks every player, over `connectionCount` connections at once. Tells `onAdvance` the ids that are done. */
export async function checkLedger(options: {
  databaseUrl: string;
  connectionCount?: number;
  onAdvance?: (doneCount: number, totalCount: number) => void;
}): Promise<LedgerCheck> {
  const connections = await Promise.all(
    Array.from({ length: options.connectionCount ?? 2 }, () => connectTo(options.databaseUrl)),
  );
  try {
    return await checkOver(connections, options.onAdvance);
  } finally {
    await Promise.all(connections.map((connection) => connection.end()));
  }
}

async function checkOver(
  connections: readonly Connection[],
  onAdvance: ((done: number, total: number) => void) | undefined,
): Promise<LedgerCheck> {
  const [row] =
    (await connections[0]?.query<{ last: number }[]>("SELECT COALESCE(MAX(id), 0) AS last FROM player")) ?? [];
  const lastId = row?.last ?? 0;
  const found = {
    playerCount: 0,
    transactionCount: 0,
    mismatches: [] as Mismatch[],
    wrongVersions: [] as WrongVersion[],
  };
  let next = 1;
  let done = 0;

  async function work(connection: Connection): Promise<void> {
    while (next <= lastId) {
      const range: Range = [next, Math.min(next + PLAYERS_PER_PIECE - 1, lastId)];
      next = range[1] + 1;
      const piece = await checkPiece(connection, range);
      found.playerCount += piece.playerCount;
      found.transactionCount += piece.transactionCount;
      found.mismatches.push(...piece.mismatches);
      found.wrongVersions.push(...piece.wrongVersions);
      done += range[1] - range[0] + 1;
      onAdvance?.(done, lastId);
    }
  }
  await Promise.all(connections.map(work));
  return {
    ...found,
    mismatches: found.mismatches.slice(0, FOUND_MAX),
    wrongVersions: found.wrongVersions.slice(0, FOUND_MAX),
  };
}

type Range = [from: number, to: number];
type Mismatch = LedgerCheck["mismatches"][number];
type WrongVersion = LedgerCheck["wrongVersions"][number];

async function checkPiece(connection: Connection, range: Range): Promise<LedgerCheck> {
  const mismatches = await connection.query<Mismatch[]>(
    "SELECT player_id AS playerId, item_id AS itemId, ledger_quantity AS ledgerQuantity, balance " +
      "FROM ledger_mismatch WHERE player_id BETWEEN ? AND ? LIMIT ?",
    [...range, FOUND_MAX],
  );
  const versions = await connection.query<(WrongVersion & { lastVersion: number })[]>(
    "SELECT p.id AS playerId, p.version AS version, COUNT(t.version) AS transactionCount, COALESCE(MAX(t.version), 0) AS lastVersion " +
      "FROM player p LEFT JOIN item_transaction t ON t.player_id = p.id WHERE p.id BETWEEN ? AND ? GROUP BY p.id",
    range,
  );
  const isWrong = (row: (typeof versions)[number]): boolean =>
    row.version !== row.transactionCount || row.version !== row.lastVersion;
  return {
    playerCount: versions.length,
    transactionCount: versions.reduce((sum, row) => sum + row.transactionCount, 0),
    mismatches,
    wrongVersions: versions
      .filter(isWrong)
      .map(({ playerId, version, transactionCount }) => ({ playerId, version, transactionCount })),
  };
}
