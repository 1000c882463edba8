// The locked part of the ledger that one group of commands decides on: players' versions and balances as the
// transaction holds them, changed as commands are decided one after the other, and at the end what has
// to be written. Plain values and arithmetic: nothing here waits.

import { must } from "../runtime/assert.ts";
import type { GeoPoint } from "../runtime/great-circle.ts";
import type {
  ItemTransactionEntry,
  ItemTransactionKind,
  ItemTransactionLine,
  ItemTransactionRow,
} from "../repositories/item-transaction.ts";
import type { PlacedItemLocationRow } from "../repositories/item-location.ts";
import type { Growth, PlayerRow } from "../repositories/player.ts";
import type { BalanceChange } from "./outcome.ts";

/** Balances are signed 64-bit numbers in the table. */
export const QUANTITY_MAX = 2n ** 63n - 1n;

/** An item and how many of it. */
export interface ItemCount {
  readonly itemId: bigint;
  readonly count: bigint;
}

/** What the catalogue says, for the items that the group names. */
export interface Catalogue {
  has(itemId: bigint): boolean;
  /** Empty where there is none. */
  recipeOf(itemId: bigint): readonly ItemCount[];
}

export interface LedgerOptions {
  /** The locked rows; players that do not exist are not in it. */
  readonly players: readonly PlayerRow[];
  readonly catalogue: Catalogue;
  /** The database's clock, RFC 3339. */
  readonly recordedAt: string;
}

export class Ledger {
  readonly catalogue: Catalogue;
  readonly #recordedAt: string;
  readonly #players: Map<bigint, PlayerRow>;
  readonly #versions = new Map<bigint, bigint>();
  readonly #quantities = new Map<bigint, Map<bigint, bigint>>();
  readonly #itemLocations = new Map<string, PlacedItemLocationRow>();

  /** What is to be written, in the order of decision. */
  readonly transactions: ItemTransactionEntry[] = [];
  readonly collected: PlacedItemLocationRow[] = [];
  readonly #changed = new Map<bigint, Set<bigint>>();

  constructor({ players, catalogue, recordedAt }: LedgerOptions) {
    this.catalogue = catalogue;
    this.#recordedAt = recordedAt;
    this.#players = new Map(players.map((player) => [player.playerId, player]));
  }

  /** Takes balances as they were read under the lock; what is not among them is zero. */
  addBalances(rows: readonly { playerId: bigint; itemId: bigint; quantity: bigint }[]): void {
    for (const { playerId, itemId, quantity } of rows) this.#quantitiesOf(playerId).set(itemId, quantity);
  }

  /** Takes item locations as they were read under the lock; what is not among them does not exist. */
  addItemLocations(rows: readonly PlacedItemLocationRow[]): void {
    for (const row of rows) this.#itemLocations.set(placeText(row), row);
  }

  hasPlayer(playerId: bigint): boolean {
    return this.#players.has(playerId);
  }

  /** Of a player that exists. */
  versionOf(playerId: bigint): bigint {
    return this.#versions.get(playerId) ?? must(this.#players.get(playerId), "the player is not locked").version;
  }

  quantityOf(playerId: bigint, itemId: bigint): bigint {
    return this.#quantities.get(playerId)?.get(itemId) ?? 0n;
  }

  /** Null where there is none, or where it has been collected by now. */
  itemLocation(key: { playerId: bigint; n: bigint }): (PlacedItemLocationRow & GeoPoint) | null {
    return this.#itemLocations.get(placeText(key)) ?? null;
  }

  /** Takes the item location away. */
  collect(row: PlacedItemLocationRow): void {
    this.#itemLocations.delete(placeText(row));
    this.collected.push(row);
  }

  /** Writes a transaction into the ledger. The caller has checked that balances allow it. */
  record(
    playerId: bigint,
    kind: Exclude<ItemTransactionKind, "TRANSFER">,
    moved: { readonly received?: readonly ItemCount[]; readonly spent?: readonly ItemCount[] },
  ): ItemTransactionRow {
    return this.#record(playerId, kind, moved, null);
  }

  /** Writes the two halves of a transfer, which name each other; the sender's first. */
  recordTransfer(fromPlayerId: bigint, toPlayerId: bigint, items: readonly ItemCount[]): ItemTransactionRow[] {
    const from = { playerId: fromPlayerId, version: this.versionOf(fromPlayerId) + 1n };
    const to = { playerId: toPlayerId, version: this.versionOf(toPlayerId) + 1n };
    return [
      this.#record(fromPlayerId, "TRANSFER", { spent: items }, to),
      this.#record(toPlayerId, "TRANSFER", { received: items }, from),
    ];
  }

  /** Balances of the transaction's items as they are now. */
  changesOf({ playerId, lines }: ItemTransactionRow): BalanceChange[] {
    return lines.map(({ itemId }) => ({ itemId, quantity: this.quantityOf(playerId, itemId) }));
  }

  /** How many entries each player has got, for those that have. */
  growths(): Growth[] {
    return [...this.#versions].map(([playerId, version]) => {
      const { version: before } = must(this.#players.get(playerId), "the player is not locked");
      return { playerId, count: version - before };
    });
  }

  /** Each balance that changed, as it is at the end. */
  newBalances(): { playerId: bigint; itemId: bigint; quantity: bigint }[] {
    return [...this.#changed].flatMap(([playerId, itemIds]) =>
      [...itemIds].map((itemId) => ({ playerId, itemId, quantity: this.quantityOf(playerId, itemId) })),
    );
  }

  /** The row as it is after what has been decided. */
  playerRow(playerId: bigint): PlayerRow {
    return { ...must(this.#players.get(playerId), "the player is not locked"), version: this.versionOf(playerId) };
  }

  #record(
    playerId: bigint,
    kind: ItemTransactionKind,
    { received = [], spent = [] }: { readonly received?: readonly ItemCount[]; readonly spent?: readonly ItemCount[] },
    peer: ItemTransactionEntry["peer"],
  ): ItemTransactionRow {
    const version = this.versionOf(playerId) + 1n;
    const lines = linesOf(received, spent);
    for (const line of lines) {
      const quantity = this.quantityOf(playerId, line.itemId) + line.received - line.spent;
      this.#quantitiesOf(playerId).set(line.itemId, quantity);
      this.#changedOf(playerId).add(line.itemId);
    }
    this.#versions.set(playerId, version);
    const transaction = { playerId, version, kind, recordedAt: this.#recordedAt, lines };
    this.transactions.push({ ...transaction, peer });
    return transaction;
  }

  #quantitiesOf(playerId: bigint): Map<bigint, bigint> {
    let quantities = this.#quantities.get(playerId);
    if (quantities === undefined) this.#quantities.set(playerId, (quantities = new Map<bigint, bigint>()));
    return quantities;
  }

  #changedOf(playerId: bigint): Set<bigint> {
    let changed = this.#changed.get(playerId);
    if (changed === undefined) this.#changed.set(playerId, (changed = new Set<bigint>()));
    return changed;
  }
}

/** One line per item, in item-id order. */
function linesOf(received: readonly ItemCount[], spent: readonly ItemCount[]): ItemTransactionLine[] {
  const lines = new Map<bigint, { itemId: bigint; received: bigint; spent: bigint }>();
  const lineOf = (itemId: bigint) => {
    let line = lines.get(itemId);
    if (line === undefined) lines.set(itemId, (line = { itemId, received: 0n, spent: 0n }));
    return line;
  };
  for (const { itemId, count } of received) lineOf(itemId).received += count;
  for (const { itemId, count } of spent) lineOf(itemId).spent += count;
  return [...lines.values()].toSorted((a, b) => (a.itemId < b.itemId ? -1 : 1));
}

function placeText({ playerId, n }: { playerId: bigint; n: bigint }): string {
  return `${playerId}.${n}`;
}
