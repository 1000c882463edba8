// What the ledger must answer, told in the plainest way there is: a list of entries for each player, a balance
// is their sum, a version their number. It shares nothing with src/commands, knows no locks, groups or tables,
// and takes one write after the other. Counts are bigints.

import { itemGlobalId, itemTransactionGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";

const QUANTITY_MAX = 9_223_372_036_854_775_807n;
const REACH_METERS = 50;
const METERS_PER_DEGREE = 111_195;

/** Item ids and how many of each, in the order of the input. */
export type Counts = readonly (readonly [itemId: bigint, count: bigint])[];

/** A write as the server takes it: ids resolved, the player who acts named. */
export type ModelWrite = {
  readonly playerId: bigint;
  readonly expectedVersion: bigint | null;
} & (
  | { readonly mutation: "grantItems"; readonly items: Counts }
  | { readonly mutation: "spendItems"; readonly items: Counts }
  | { readonly mutation: "exchangeItems"; readonly itemId: bigint; readonly times: bigint }
  | { readonly mutation: "collectItem"; readonly ownerId: bigint; readonly n: bigint; readonly northMeters: number }
  | { readonly mutation: "transferItems"; readonly toPlayerId: bigint; readonly items: Counts }
);

/** What stands in the answer, the text of messages and the moment left out. */
export type ModelAnswer =
  | { readonly code: string }
  | { readonly payload: object; readonly replayed: boolean; readonly status: 200 };

interface Entry {
  readonly kind: string;
  readonly received: Counts;
  readonly spent: Counts;
}

/** Recipes by the id of what they make; null for what is made of nothing. */
export type Catalogue = ReadonlyMap<bigint, Counts | null>;

export class LedgerModel {
  readonly #catalogue: Catalogue;
  #players: Map<bigint, Entry[]>;
  /** Which item lies where, by "player.n"; all at the same point. */
  readonly #places: Map<string, bigint>;
  #answers = new Map<string, { readonly request: string; readonly payload: object }>();

  constructor(catalogue: Catalogue, playerIds: readonly bigint[], places: ReadonlyMap<string, bigint>) {
    this.#catalogue = catalogue;
    this.#players = new Map(playerIds.map((playerId) => [playerId, []]));
    this.#places = new Map(places);
  }

  /** The same state, to try another order of the same writes. */
  copy(): LedgerModel {
    const copy = new LedgerModel(this.#catalogue, [], this.#places);
    copy.#players = new Map([...this.#players].map(([playerId, entries]) => [playerId, [...entries]]));
    copy.#answers = new Map(this.#answers);
    return copy;
  }

  versionOf(playerId: bigint): bigint {
    return BigInt(this.#players.get(playerId)?.length ?? 0);
  }

  quantityOf(playerId: bigint, itemId: bigint): bigint {
    const entries = this.#players.get(playerId) ?? [];
    const total = (counts: Counts) => counts.reduce((sum, [id, count]) => (id === itemId ? sum + count : sum), 0n);
    return entries.reduce((sum, { received, spent }) => sum + total(received) - total(spent), 0n);
  }

  /** What `Transactions` shows, newest first. */
  transactionsOf(playerId: bigint): object[] {
    const shown = (counts: Counts) =>
      inOrder(counts).map(([itemId, count]) => ({ item: { id: itemGlobalId(itemId) }, count: String(count) }));
    return (this.#players.get(playerId) ?? [])
      .map(({ kind, received, spent }, place) => {
        const version = BigInt(place + 1);
        const id = itemTransactionGlobalId(playerId, version);
        return { id, kind, version: String(version), received: shown(received), spent: shown(spent) };
      })
      .toReversed();
  }

  /** The places that are left, as "player.n". */
  placesLeft(): string[] {
    return [...this.#places.keys()].toSorted();
  }

  submit(write: ModelWrite, key: string): ModelAnswer {
    if (countsOf(write).some((count) => count < 1n)) return { code: "BAD_USER_INPUT" };
    const request = JSON.stringify(write, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
    const earlier = this.#answers.get(`${write.playerId} ${key}`);
    if (earlier !== undefined) {
      if (earlier.request !== request) return { code: "IDEMPOTENCY_KEY_REUSED" };
      return { payload: earlier.payload, replayed: true, status: 200 };
    }
    const payload = this.#payload(write);
    this.#answers.set(`${write.playerId} ${key}`, { request, payload });
    return { payload, replayed: false, status: 200 };
  }

  #payload(write: ModelWrite): object {
    const refusals = this.#refusals(write);
    const { playerId, mutation } = write;
    if (mutation === "transferItems") {
      if (refusals.length > 0) return { sent: null, received: null, userErrors: refusals.map(withoutDistance) };
      const sent = this.#append(playerId, { kind: "TRANSFER", received: [], spent: write.items });
      const received = this.#append(write.toPlayerId, { kind: "TRANSFER", received: write.items, spent: [] });
      return { sent: { id: sent.id, version: sent.version }, received: { id: received.id }, userErrors: [] };
    }
    if (refusals.length > 0) return { transaction: null, player: null, changes: [], userErrors: refusals };
    const entry = this.#entryOf(write);
    if (mutation === "collectItem") this.#places.delete(`${write.ownerId}.${write.n}`);
    const transaction = this.#append(playerId, entry);
    return {
      transaction,
      player: { id: playerGlobalId(playerId), version: transaction.version },
      changes: inOrder([...entry.received, ...entry.spent]).map(([itemId]) => ({
        item: { id: itemGlobalId(itemId) },
        quantity: String(this.quantityOf(playerId, itemId)),
      })),
      userErrors: [],
    };
  }

  #append(playerId: bigint, entry: Entry): { id: string; kind: string; version: string } {
    this.#players.get(playerId)!.push(entry);
    const version = this.versionOf(playerId);
    return { id: itemTransactionGlobalId(playerId, version), kind: entry.kind, version: String(version) };
  }

  #entryOf(write: ModelWrite): Entry {
    if (write.mutation === "grantItems") return { kind: "GRANT", received: write.items, spent: [] };
    if (write.mutation === "spendItems") return { kind: "SPEND", received: [], spent: write.items };
    if (write.mutation === "exchangeItems") {
      return { kind: "EXCHANGE", received: [[write.itemId, write.times]], spent: this.#costOf(write) };
    }
    if (write.mutation === "transferItems") throw new Error("a transfer is two entries");
    return { kind: "COLLECT", received: [[this.#places.get(`${write.ownerId}.${write.n}`)!, 1n]], spent: [] };
  }

  #costOf({ itemId, times }: { readonly itemId: bigint; readonly times: bigint }): Counts {
    return inOrder(this.#catalogue.get(itemId) ?? []).map(([id, count]) => [id, count * times]);
  }

  /** The first kind of reason not to do it, in every place where it applies. */
  #refusals(write: ModelWrite): object[] {
    const { playerId, expectedVersion } = write;
    if (write.mutation === "transferItems" && write.toPlayerId === playerId)
      return [refusal("SELF_TRANSFER", "toPlayerId")];
    if (!this.#players.has(playerId)) return [refusal("NOT_FOUND", actorField[write.mutation])];
    if (write.mutation === "transferItems" && !this.#players.has(write.toPlayerId))
      return [refusal("NOT_FOUND", "toPlayerId")];
    const version = this.versionOf(playerId);
    const form = [
      ...("items" in write ? refusalsOfForm(write.items) : []),
      ...(expectedVersion === null || expectedVersion === version
        ? []
        : [refusal("STALE_VERSION", "expectedVersion", { currentVersion: String(version) })]),
    ];
    if (form.length > 0) return form;
    if (write.mutation === "exchangeItems") return this.#refusalsOfExchange(write);
    if (write.mutation === "collectItem") return this.#refusalsOfCollection(write);
    return this.#refusalsOfItems(write);
  }

  #refusalsOfItems(write: Extract<ModelWrite, { items: Counts }>): object[] {
    const { mutation, playerId, items } = write;
    const unknown = items.flatMap(([itemId], place) =>
      this.#catalogue.has(itemId) ? [] : [refusal("NOT_FOUND", `items.${place}.itemId`)],
    );
    const field = (place: number) => `items.${place}.count`;
    if (mutation === "grantItems") return [...unknown, ...this.#overflows(playerId, items, field, true)];
    if (unknown.length > 0) return unknown;
    const short = this.#shortages(playerId, items, field);
    if (short.length > 0 || mutation === "spendItems") return short;
    return this.#overflows(write.toPlayerId, items, field, false);
  }

  #refusalsOfExchange(write: Extract<ModelWrite, { mutation: "exchangeItems" }>): object[] {
    const { playerId, itemId, times } = write;
    if (!this.#catalogue.has(itemId)) return [refusal("NOT_FOUND", "itemId")];
    if (this.#catalogue.get(itemId) === null) {
      return [refusal("NOT_EXCHANGEABLE", "itemId", { item: { id: itemGlobalId(itemId) } })];
    }
    const cost = this.#costOf(write);
    const beyond = cost.find(([, count]) => count > QUANTITY_MAX);
    if (beyond !== undefined) return [refusal("QUANTITY_OVERFLOW", "times", { item: { id: itemGlobalId(beyond[0]) } })];
    const field = () => "times";
    return [...this.#shortages(playerId, cost, field), ...this.#overflows(playerId, [[itemId, times]], field, true)];
  }

  #refusalsOfCollection(write: Extract<ModelWrite, { mutation: "collectItem" }>): object[] {
    const { playerId, ownerId, n, northMeters } = write;
    const itemId = ownerId === playerId ? this.#places.get(`${ownerId}.${n}`) : undefined;
    if (itemId === undefined) return [refusal("NOT_FOUND", "itemLocationId")];
    if (northMeters > REACH_METERS) return [refusal("OUT_OF_REACH", "at", { distanceMeters: northMeters })];
    return this.#overflows(playerId, [[itemId, 1n]], () => "itemLocationId", true);
  }

  #shortages(playerId: bigint, counts: Counts, field: (place: number) => string): object[] {
    return counts.flatMap(([itemId, need], place) => {
      const have = this.quantityOf(playerId, itemId);
      const found = { item: { id: itemGlobalId(itemId) }, have: String(have), need: String(need) };
      return have < need ? [refusal("INSUFFICIENT_ITEMS", field(place), found)] : [];
    });
  }

  #overflows(playerId: bigint, counts: Counts, field: (place: number) => string, showsHave: boolean): object[] {
    return counts.flatMap(([itemId, count], place) => {
      const have = this.quantityOf(playerId, itemId);
      const found = { item: { id: itemGlobalId(itemId) }, ...(showsHave ? { have: String(have) } : {}) };
      return have + count > QUANTITY_MAX ? [refusal("QUANTITY_OVERFLOW", field(place), found)] : [];
    });
  }
}

/** So many metres north of a point, in degrees of latitude. */
export function degreesNorth(meters: number): number {
  return meters / METERS_PER_DEGREE;
}

const actorField = {
  grantItems: "playerId",
  spendItems: "playerId",
  exchangeItems: "playerId",
  collectItem: "itemLocationId",
  transferItems: "fromPlayerId",
};

function refusal(code: string, field: string, found: object = {}): object {
  const nothing = { item: null, have: null, need: null, currentVersion: null, distanceMeters: null };
  return { code, field: ["input", ...field.split(".")], ...nothing, ...found };
}

function refusalsOfForm(items: Counts): object[] {
  if (items.length === 0) return [refusal("INVALID", "items")];
  const ids = items.map(([itemId]) => itemId);
  const repeated = ids.findIndex((itemId, place) => ids.indexOf(itemId) < place);
  return repeated === -1 ? [] : [refusal("INVALID", `items.${repeated}.itemId`)];
}

function countsOf(write: ModelWrite): bigint[] {
  if (write.mutation === "exchangeItems") return [write.times];
  return "items" in write ? write.items.map(([, count]) => count) : [];
}

function withoutDistance(shown: object): object {
  return Object.fromEntries(Object.entries(shown).filter(([name]) => name !== "distanceMeters"));
}

function inOrder(counts: Counts): Counts {
  return counts.toSorted(([a], [b]) => (a < b ? -1 : 1));
}
