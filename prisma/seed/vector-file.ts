// Reads player-state-vectors.json: the catalogue, the transactions and the player states that must come
// out of every read path. The file is the contract; this only gives its entries the ids that they have
// in every database (items 1 to 6 and players 1 and 2, in file order) and checks that it fits together.
import { readFileSync } from "node:fs";
import type { SeedItem } from "./rows.ts";

/** An entry of the file's ledger, with item ids. */
export interface VectorTransaction {
  readonly playerId: number;
  readonly received: ReadonlyMap<number, number>;
  readonly spent: ReadonlyMap<number, number>;
}

interface VectorFile {
  readonly items: readonly {
    readonly externalId: string;
    readonly kind: "SPENDABLE" | "RECEIVABLE";
    readonly displayName: string;
    readonly recipe: Counts | null;
  }[];
  readonly players: readonly { readonly externalId: string }[];
  readonly transactions: readonly {
    readonly player: string;
    readonly received: Counts | null;
    readonly spent: Counts | null;
  }[];
  readonly expectedState: Readonly<Record<string, Counts>>;
}

type Counts = Readonly<Record<string, number>>;

const file = JSON.parse(readFileSync(new URL("player-state-vectors.json", import.meta.url), "utf8")) as VectorFile;

/** The vector items: ids from 1 in file order. */
export const vectorItems: readonly SeedItem[] = file.items.map((item, index) => ({
  id: index + 1,
  externalId: item.externalId,
  kind: item.kind,
  displayName: item.displayName,
  recipe: [...countsById(item.recipe)]
    .map(([itemId, count]) => ({ itemId, count }))
    .toSorted((a, b) => a.itemId - b.itemId),
}));

/** The vector players' external ids: the first is player 1's. */
export const vectorPlayerExternalIds: readonly string[] = file.players.map(({ externalId }) => externalId);

/** The vector ledger in file order, which is also each player's order of versions. */
export const vectorTransactions: readonly VectorTransaction[] = file.transactions.map((transaction) => ({
  playerId: playerIdOf(transaction.player),
  received: countsById(transaction.received),
  spent: countsById(transaction.spent),
}));

/** What every read path must answer: player id to item id to quantity, an entry for each vector item. */
export const expectedStates: ReadonlyMap<number, ReadonlyMap<number, number>> = new Map(
  Object.entries(file.expectedState).map(([externalId, counts]) => [playerIdOf(externalId), countsById(counts)]),
);

function countsById(counts: Counts | null): Map<number, number> {
  return new Map(Object.entries(counts ?? {}).map(([name, count]) => [itemIdOf(name), count]));
}

function itemIdOf(displayName: string): number {
  return idOf(
    file.items.findIndex((item) => item.displayName === displayName),
    displayName,
  );
}

function playerIdOf(externalId: string): number {
  return idOf(
    file.players.findIndex((player) => player.externalId === externalId),
    externalId,
  );
}

function idOf(index: number, name: string): number {
  if (index < 0) throw new Error(`player-state-vectors.json refers to "${name}", which it does not define`);
  return index + 1;
}
