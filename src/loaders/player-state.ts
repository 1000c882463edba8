// A page of a player's state. Zero-filled pages join the catalogue page, which a whole batch of
// players shares, with each player's balances inside that page's window; pages without zeros walk
// the balances alone. Callers load the player first, so its version is never newer than the balances.

import type { Services } from "../context.ts";
import type { ItemKind } from "../repositories/item.ts";
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
  const quantities = await memo.load(loaders.balancesByWindow, window);
  return items.map((item) => ({ item, quantity: quantities.get(item.itemId) ?? 0n }));
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
