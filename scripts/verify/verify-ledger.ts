// Runs every check over every player, in pieces, over a few connections, and hands over each contradiction as a
// line. Memory is bounded by a piece, whatever the size of the database.
import type { Connection } from "mariadb";
import { connectTo } from "../migrations/connection.ts";
import { checks } from "./checks.ts";

/** What was looked at and how much of it does not agree. */
export interface LedgerVerdict {
  /** Entries of the ledger. */
  readonly entryCount: number;
  readonly mismatchCount: number;
}

const PLAYERS_PER_PIECE = 2_000;
const CONNECTIONS = 2;
/** Ids, quantities and their sums as they are. */
const EXACT = { bigIntAsNumber: false, decimalAsNumber: false, checkNumberRange: false };

/** Tells `onMismatch` each contradiction, and `onAdvance` how many player ids are done. */
export async function verifyLedger(options: {
  readonly databaseUrl: string;
  readonly onMismatch: (line: string) => void;
  readonly onAdvance?: (doneCount: number, totalCount: number) => void;
}): Promise<LedgerVerdict> {
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => connectTo(options.databaseUrl, EXACT)),
  );
  try {
    return await verifyOver(connections, options);
  } finally {
    await Promise.all(connections.map((connection) => connection.end()));
  }
}

async function verifyOver(
  connections: readonly Connection[],
  { onMismatch, onAdvance }: Pick<Parameters<typeof verifyLedger>[0], "onMismatch" | "onAdvance">,
): Promise<LedgerVerdict> {
  const [{ total }] = await connections[0]!.query<[{ total: bigint }]>("SELECT COUNT(*) AS total FROM player");
  let pieces = Promise.resolve<Piece | null>({ last: 0n, playerCount: 0 });
  let [done, entryCount, mismatchCount] = [0, 0, 0];

  /** The next players that nobody has taken; by key, since ids may have gaps of any size. */
  const take = (connection: Connection): Promise<[after: bigint, piece: Piece] | null> => {
    const before = pieces;
    const taken = before.then(async (piece) => (piece === null ? null : pieceAfter(connection, piece.last)));
    pieces = taken;
    return Promise.all([before, taken]).then(([from, piece]) => (from && piece ? [from.last, piece] : null));
  };
  const work = async (connection: Connection): Promise<void> => {
    for (let taken = await take(connection); taken !== null; taken = await take(connection)) {
      const [after, { last, playerCount }] = taken;
      const verified = await verifyPiece(connection, [after + 1n, last]);
      for (const line of verified.lines) onMismatch(line);
      entryCount += verified.entryCount;
      mismatchCount += verified.lines.length;
      done += playerCount;
      onAdvance?.(done, Number(total));
    }
  };
  await Promise.all(connections.map(work));
  return { entryCount, mismatchCount };
}

/** Players that are verified together. */
interface Piece {
  /** The id of the last. */
  readonly last: bigint;
  readonly playerCount: number;
}

/** Null behind the last player. */
async function pieceAfter(connection: Connection, after: bigint): Promise<Piece | null> {
  const [{ last, playerCount }] = await connection.query<[{ last: bigint | null; playerCount: bigint }]>(
    "SELECT MAX(id) AS last, COUNT(*) AS playerCount FROM " +
      "(SELECT id FROM player WHERE id > ? ORDER BY id LIMIT ?) piece",
    [after, PLAYERS_PER_PIECE],
  );
  return last === null ? null : { last, playerCount: Number(playerCount) };
}

/** In one snapshot: a server that writes meanwhile must not look like a mismatch. */
async function verifyPiece(
  connection: Connection,
  range: readonly [bigint, bigint],
): Promise<{ entryCount: number; lines: string[] }> {
  await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  await connection.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  try {
    const [{ entries }] = await connection.query<[{ entries: bigint }]>(
      "SELECT COUNT(*) AS entries FROM item_transaction WHERE player_id BETWEEN ? AND ?",
      [...range],
    );
    const lines: string[] = [];
    for (const { sql, sentence } of checks) {
      const rows = await connection.query<Record<string, string | number | bigint>[]>(sql, [...range]);
      lines.push(...rows.map(sentence));
    }
    return { entryCount: Number(entries), lines };
  } finally {
    await connection.query("COMMIT");
  }
}
