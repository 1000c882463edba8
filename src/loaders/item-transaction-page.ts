// A page of a player's item ledger, newest first. Versions are dense from 1, so without a filter the
// page is known before any statement runs; by item, the versions are looked up first.

import type { Services } from "../context.ts";
import type { ItemTransactionRow } from "../repositories/item-transaction.ts";
import type { PlayerRow } from "../repositories/player.ts";
import type { Memo } from "./memo.ts";

export interface ItemTransactionPageKey {
  /** Only transactions that touched this item; null for all. */
  readonly itemId: bigint | null;
  /** Only versions below this one; null for the first page. */
  readonly beforeVersion: bigint | null;
  readonly rowsMax: number;
}

/** At most `rowsMax` transactions. One statement, two by item, each shared by its batch. */
export function loadItemTransactionPage(
  { loaders, memo }: Pick<Services, "loaders"> & { memo: Memo },
  player: PlayerRow,
  { itemId, beforeVersion, rowsMax }: ItemTransactionPageKey,
): Promise<readonly ItemTransactionRow[]> {
  if (itemId !== null) return byItem(loaders, memo, player.playerId, { itemId, beforeVersion, rowsMax });
  const versionHigh = beforeVersion === null ? player.version : beforeVersion - 1n;
  if (versionHigh < 1n) return Promise.resolve([]);
  const versionLow = versionHigh < BigInt(rowsMax) ? 1n : versionHigh - BigInt(rowsMax) + 1n;
  return memo.load(loaders.itemTransactionsByRange, { playerId: player.playerId, versionLow, versionHigh });
}

async function byItem(
  loaders: Services["loaders"],
  memo: Memo,
  playerId: bigint,
  page: { itemId: bigint; beforeVersion: bigint | null; rowsMax: number },
): Promise<ItemTransactionRow[]> {
  const versions = await memo.load(loaders.itemTransactionVersions, { playerId, ...page });
  const transactions = await Promise.all(
    versions.map((version) =>
      memo.load(loaders.itemTransactionsByRange, { playerId, versionLow: version, versionHigh: version }),
    ),
  );
  return transactions.flat();
}
