// The database as the checker looks at it: everything that writes on items leave behind, read by an administrator
// when nothing is on its way any more. Plain values, so that a test can make some up.

/** One database, read whole. */
export interface Rows {
  /** Version by player. */
  readonly versions: ReadonlyMap<number, number>;
  /** By player and item, as `placeOf` spells them. */
  readonly balances: ReadonlyMap<string, number>;
  /** In no order. */
  readonly ledger: readonly LedgerEntry[];
  /** The answers stored under idempotency keys. */
  readonly storedAnswers: readonly StoredAnswer[];
  /** The item that lies there, by player and n. */
  readonly itemLocations: ReadonlyMap<string, number>;
}

/** An entry of the ledger with its lines. */
export interface LedgerEntry {
  readonly playerId: number;
  readonly version: number;
  readonly kind: string;
  /** Of a transfer: the other half. */
  readonly peer: { readonly playerId: number; readonly version: number } | null;
  readonly lines: readonly { readonly itemId: number; readonly received: number; readonly spent: number }[];
}

/** A row of the idempotency table. */
export interface StoredAnswer {
  readonly playerId: number;
  /** 32 hex digits. */
  readonly keyHex: string;
  readonly transactions: readonly { readonly playerId: number; readonly version: number }[];
  /** Codes of the refusals, in order. */
  readonly refusalCodes: readonly string[];
}

/** Runs one statement as administrator; numbers come as numbers. */
// oxlint-disable-next-line typescript/no-explicit-any -- a row is what the statement makes it
export type Query = (sql: string, values?: readonly unknown[]) => Promise<any[]>;

/** Reads everything; nothing may be writing meanwhile. */
export async function readRows(query: Query): Promise<Rows> {
  const players = await query("SELECT id, version FROM player");
  const balances = await query("SELECT player_id, item_id, quantity FROM player_item");
  const entries = await query("SELECT player_id, version, kind, peer_player_id, peer_version FROM item_transaction");
  const lines = await query("SELECT player_id, version, item_id, received, spent FROM item_transaction_line");
  const stored = await query("SELECT player_id, HEX(idempotency_key) AS key_hex, outcome FROM idempotency");
  const places = await query("SELECT player_id, n, item_id FROM item_location");
  const linesByEntry = new Map<string, LedgerEntry["lines"][number][]>();
  for (const { player_id, version, item_id, received, spent } of lines) {
    const line = { itemId: Number(item_id), received: Number(received), spent: Number(spent) };
    const place = placeOf(player_id, version);
    const known = linesByEntry.get(place);
    if (known === undefined) linesByEntry.set(place, [line]);
    else known.push(line);
  }
  return {
    versions: new Map(players.map(({ id, version }) => [Number(id), Number(version)])),
    balances: new Map(
      balances.map(({ player_id, item_id, quantity }) => [placeOf(player_id, item_id), Number(quantity)]),
    ),
    ledger: entries.map(({ player_id, version, kind, peer_player_id, peer_version }) => ({
      playerId: Number(player_id),
      version: Number(version),
      kind,
      peer: peer_player_id === null ? null : { playerId: Number(peer_player_id), version: Number(peer_version) },
      lines: linesByEntry.get(placeOf(player_id, version)) ?? [],
    })),
    storedAnswers: stored.map(({ player_id, key_hex, outcome }) => ({
      playerId: Number(player_id),
      keyHex: key_hex.toLowerCase(),
      ...outcomeOf(outcome),
    })),
    itemLocations: new Map(places.map(({ player_id, n, item_id }) => [placeOf(player_id, n), Number(item_id)])),
  };
}

/** A player and a number under it (an item, a version, an n) as one text. */
export function placeOf(playerId: number, number: number): string {
  return `${playerId}.${number}`;
}

/** As `outcomeText` of the server wrote it: a bigint is its digits with an "n" behind. */
function outcomeOf(text: string): Pick<StoredAnswer, "transactions" | "refusalCodes"> {
  const { transactions, refusals } = JSON.parse(text) as {
    readonly transactions: readonly { readonly playerId: string; readonly version: string }[];
    readonly refusals: readonly { readonly code: string }[];
  };
  return {
    transactions: transactions.map(({ playerId, version }) => ({
      playerId: Number.parseInt(playerId, 10),
      version: Number.parseInt(version, 10),
    })),
    refusalCodes: refusals.map(({ code }) => code),
  };
}
