// The item catalogue: entries by id, pages in id order, recipes. Hot: every item name comes from here.

import type { DatabasePool } from "../database/pool.ts";
import { queryUnionAll } from "./union-all.ts";

export type ItemKind = "SPENDABLE" | "RECEIVABLE";

export interface ItemRow {
  readonly itemId: bigint;
  readonly externalId: string | null;
  readonly kind: ItemKind;
  readonly displayName: string;
}

/** A number of one item: a recipe line, or one side of a ledger line. */
export interface ItemCountRow {
  readonly itemId: bigint;
  readonly count: bigint;
}

/** A page in id order after `afterItemId` (0 for the first), of one kind or all. */
export interface ItemPageKey {
  readonly kind: ItemKind | null;
  readonly afterItemId: bigint;
  readonly rowsMax: number;
}

type Cells = [bigint, string | null, ItemKind, string];

const COLUMNS = "id, external_id, kind, display_name";

/** Known items in any order; unknown ids are left out. One statement. */
export async function findItemsById(pool: DatabasePool, itemIds: readonly bigint[]): Promise<ItemRow[]> {
  const rows = await pool.query<Cells[]>({ sql: `SELECT ${COLUMNS} FROM item WHERE id IN (?)`, rowsAsArray: true }, [
    itemIds,
  ]);
  return rows.map(itemRow);
}

/** One page per key, in id order. One statement. */
export async function listItemPages(pool: DatabasePool, keys: readonly ItemPageKey[]): Promise<ItemRow[][]> {
  const pages = await queryUnionAll<Cells>(
    pool,
    keys.map(({ kind, afterItemId, rowsMax }) => ({
      columns: COLUMNS,
      rest: `FROM item WHERE ${kind === null ? "" : "kind = ? AND "}id > ? ORDER BY id LIMIT ?`,
      values: [...(kind === null ? [] : [kind]), afterItemId, rowsMax],
    })),
  );
  return pages.map((rows) => rows.map(itemRow));
}

/** Recipe lines of the given items in item-id order; items without a recipe are left out. One statement. */
export async function findRecipesByItemId(
  pool: DatabasePool,
  itemIds: readonly bigint[],
): Promise<Map<bigint, ItemCountRow[]>> {
  const rows = await pool.query<[bigint, bigint, bigint][]>(
    {
      sql:
        "SELECT item_id, ingredient_item_id, `count` FROM item_recipe WHERE item_id IN (?) " +
        "ORDER BY item_id, ingredient_item_id",
      rowsAsArray: true,
    },
    [itemIds],
  );
  const recipes = new Map<bigint, ItemCountRow[]>();
  for (const [itemId, ingredientItemId, count] of rows) {
    const line = { itemId: ingredientItemId, count };
    const lines = recipes.get(itemId);
    if (lines === undefined) recipes.set(itemId, [line]);
    else lines.push(line);
  }
  return recipes;
}

function itemRow([itemId, externalId, kind, displayName]: Cells): ItemRow {
  return { itemId, externalId, kind, displayName };
}
