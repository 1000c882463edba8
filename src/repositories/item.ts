// The item catalogue: entries by id, pages in id order, recipes. Hot: every item name comes from here.

import type { DatabasePool } from "../database/pool.ts";
import type { Transaction } from "../database/transaction.ts";
import { limits } from "../runtime/limits.ts";
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

const RECIPES_SQL =
  "SELECT item_id, ingredient_item_id, `count` FROM item_recipe WHERE item_id IN (?) " +
  "ORDER BY item_id, ingredient_item_id";

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
  const rows = await pool.query<[bigint, bigint, bigint][]>({ sql: RECIPES_SQL, rowsAsArray: true }, [itemIds]);
  return recipesOf(rows);
}

function recipesOf(rows: readonly [bigint, bigint, bigint][]): Map<bigint, ItemCountRow[]> {
  const recipes = new Map<bigint, ItemCountRow[]>();
  for (const [itemId, ingredientItemId, count] of rows) {
    const line = { itemId: ingredientItemId, count };
    const lines = recipes.get(itemId);
    if (lines === undefined) recipes.set(itemId, [line]);
    else lines.push(line);
  }
  return recipes;
}

/** Which items exist, and their recipes, as a write decides on them. */
export interface CatalogueExcerpt {
  has(itemId: bigint): boolean;
  /** Of the items and of the ingredients of their recipes; null for others. */
  itemOf(itemId: bigint): ItemRow | null;
  /** In item-id order; empty where there is none. */
  recipeOf(itemId: bigint): readonly ItemCountRow[];
}

/** The given items with their recipes and the items of those. One statement. */
export async function findCatalogue(transaction: Transaction, itemIds: readonly bigint[]): Promise<CatalogueExcerpt> {
  if (itemIds.length === 0) return { has: () => false, itemOf: () => null, recipeOf: () => [] };
  // The types of both halves are the same: NULLs would make texts of the numbers below them.
  const rows = await transaction.query<[...Cells, bigint, bigint][]>(
    `SELECT ${COLUMNS}, id, 0 FROM item WHERE id IN (?) UNION ALL ` +
      "SELECT i.id, i.external_id, i.kind, i.display_name, r.item_id, r.count " +
      "FROM item_recipe r JOIN item i ON i.id = r.ingredient_item_id WHERE r.item_id IN (?)",
    [itemIds, itemIds],
  );
  const items = new Map(rows.map(([...cells]) => [cells[0], itemRow(cells.slice(0, 4) as Cells)]));
  const lines = rows.flatMap(([ingredientItemId, , , , itemId, count]): [bigint, bigint, bigint][] =>
    count === 0n ? [] : [[itemId, ingredientItemId, count]],
  );
  const recipes = recipesOf(lines.toSorted(([, a], [, b]) => (a < b ? -1 : 1)));
  return {
    has: (itemId) => items.has(itemId),
    itemOf: (itemId) => items.get(itemId) ?? null,
    recipeOf: (itemId) => recipes.get(itemId) ?? [],
  };
}

/** An item as the studio's tools know it. */
export interface ExternalItemRow {
  readonly itemId: bigint;
  readonly externalId: string;
  readonly kind: ItemKind;
}

/** Known items by the studio's ids, locked in the order of ours. One statement. */
export async function lockItemsByExternalId(
  transaction: Transaction,
  externalIds: readonly string[],
): Promise<ExternalItemRow[]> {
  const rows = await transaction.query<[bigint, string, ItemKind][]>(
    "SELECT id, external_id, kind FROM item WHERE external_id IN (?) ORDER BY id FOR UPDATE",
    [externalIds],
  );
  return rows.map(([itemId, externalId, kind]) => ({ itemId, externalId, kind }));
}

/**
 * Inserts those without an id, updates those with one. At most three statements; resolves to the ids by
 * the studio's ids.
 */
export async function putItems(
  transaction: Transaction,
  items: readonly {
    readonly itemId: bigint | null;
    readonly externalId: string;
    readonly kind: ItemKind;
    readonly displayName: string;
  }[],
): Promise<Map<string, bigint>> {
  const idByExternalId = new Map<string, bigint>();
  const known = items.filter(({ itemId }) => itemId !== null);
  for (const { itemId, externalId } of known) idByExternalId.set(externalId, itemId!);
  if (known.length > 0) {
    // Every row is there and locked: the INSERT part never happens.
    await transaction.query(
      "INSERT INTO item (id, external_id, kind, display_name) " +
        `VALUES ${known.map(() => "(?, ?, ?, ?)").join(", ")} ` +
        "ON DUPLICATE KEY UPDATE kind = VALUES(kind), display_name = VALUES(display_name)",
      known.flatMap(({ itemId, externalId, kind, displayName }) => [itemId, externalId, kind, displayName]),
    );
  }
  const fresh = items.filter(({ itemId }) => itemId === null);
  if (fresh.length > 0) {
    await transaction.query(
      `INSERT INTO item (external_id, kind, display_name) VALUES ${fresh.map(() => "(?, ?, ?)").join(", ")}`,
      fresh.flatMap(({ externalId, kind, displayName }) => [externalId, kind, displayName]),
    );
    const rows = await transaction.query<[bigint, string][]>(
      "SELECT id, external_id FROM item WHERE external_id IN (?)",
      [fresh.map(({ externalId }) => externalId)],
    );
    for (const [itemId, externalId] of rows) idByExternalId.set(externalId, itemId);
  }
  return idByExternalId;
}

/** Puts each recipe in place of the one that is there. */
export async function putRecipes(
  transaction: Transaction,
  recipes: readonly { readonly itemId: bigint; readonly lines: readonly ItemCountRow[] }[],
): Promise<void> {
  if (recipes.length === 0) return;
  await transaction.query("DELETE FROM item_recipe WHERE item_id IN (?)", [recipes.map(({ itemId }) => itemId)]);
  const rows = recipes.flatMap(({ itemId, lines }) => lines.map((line) => [itemId, line.itemId, line.count]));
  for (let start = 0; start < rows.length; start += limits.insertRowsMax) {
    const part = rows.slice(start, start + limits.insertRowsMax);
    await transaction.query(
      `INSERT INTO item_recipe (item_id, ingredient_item_id, \`count\`) VALUES ${part.map(() => "(?, ?, ?)").join(", ")}`,
      part.flat(),
    );
  }
}

/** Those of the items that stand in some recipe. One statement. */
export async function findIngredientsInUse(transaction: Transaction, itemIds: readonly bigint[]): Promise<bigint[]> {
  const rows = await transaction.query<[bigint][]>(
    "SELECT DISTINCT ingredient_item_id FROM item_recipe WHERE ingredient_item_id IN (?)",
    [itemIds],
  );
  return rows.map(([itemId]) => itemId);
}

/** Those of the items that have a recipe. One statement. */
export async function findItemsWithRecipe(transaction: Transaction, itemIds: readonly bigint[]): Promise<bigint[]> {
  const rows = await transaction.query<[bigint][]>("SELECT DISTINCT item_id FROM item_recipe WHERE item_id IN (?)", [
    itemIds,
  ]);
  return rows.map(([itemId]) => itemId);
}

function itemRow([itemId, externalId, kind, displayName]: Cells): ItemRow {
  return { itemId, externalId, kind, displayName };
}
