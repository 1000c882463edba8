// A page of a player's state. Zero-filled pages join the catalogue page with each player's balances inside
// that page's window; the page, and an entry of zero for each of its items, are shared by all players. Pages
// without zeros walk the balances alone. Callers load the player first, so its version is never newer than
// the balances.

import type { Services } from "../context.ts";
import type { ItemKind, ItemRow } from "../repositories/item.ts";
import type { PlayerItemModel } from "../schema/models.ts";
import type { Memo } from "./memo.ts";

export interface PlayerStateKey {
  readonly playerId: bigint;
  readonly kind: ItemKind | null;
  /** 0 for the first page. */
  readonly afterItemId: bigint;
  readonly includeZero: boolean;
  readonly rowsMax: number;
}

/** At most `rowsMax` entries in item-id order. At most two statements in a row, each shared by its batch. */
export function loadPlayerState(
  { loaders, memo }: Pick<Services, "loaders"> & { memo: Memo },
  key: PlayerStateKey,
): Promise<PlayerItemModel[]> {
  return key.includeZero ? zeroFilled(loaders, memo, key) : owned(loaders, memo, key);
}

async function zeroFilled(loaders: Services["loaders"], memo: Memo, key: PlayerStateKey): Promise<PlayerItemModel[]> {
  const { playerId, kind, afterItemId, rowsMax } = key;
  const items = await memo.load(loaders.itemPage, { kind, afterItemId, rowsMax });
  const [first, last] = [items[0], items.at(-1)];
  if (first === undefined || last === undefined) return [];
  const window = { playerId, itemIdLow: first.itemId, itemIdHigh: last.itemId };
  const balances = await memo.load(loaders.balancesByWindow, window);
  const entries = [...zerosOf(items)];
  for (const { itemId, quantity } of balances) {
    const place = placeOf(items, itemId);
    const item = items[place];
    // In the window, but not on the page: of another kind.
    if (item?.itemId === itemId) entries[place] = { item, quantity };
  }
  return entries;
}

const zeros = new WeakMap<readonly ItemRow[], readonly PlayerItemModel[]>();

/** An entry of zero for each item of the page: the same objects for all players, who have nothing of most items. */
function zerosOf(items: readonly ItemRow[]): readonly PlayerItemModel[] {
  let entries = zeros.get(items);
  if (entries === undefined) zeros.set(items, (entries = items.map((item) => ({ item, quantity: 0n }))));
  return entries;
}

/** Of the item, or of the first behind it; items stand in the order of their ids. */
function placeOf(items: readonly ItemRow[], itemId: bigint): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.itemId < itemId) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function owned(loaders: Services["loaders"], memo: Memo, key: PlayerStateKey): Promise<PlayerItemModel[]> {
  const { playerId, kind, afterItemId, rowsMax } = key;
  const balances = await memo.load(loaders.ownedItemPage, { playerId, kind, afterItemId, rowsMax });
  const items = await Promise.all(balances.map(({ itemId }) => memo.load(loaders.itemById, itemId)));
  return balances.flatMap(({ quantity }, place) => {
    const item = items[place] ?? null;
    return item === null ? [] : [{ item, quantity }];
  });
}
