// upsertItems: catalogue entries by the studio's own ids, inserted or updated, with their recipes.

import { cacheTags } from "../cache/tags.ts";
import type { Transaction } from "../database/transaction.ts";
import {
  findIngredientsInUse,
  findItemsWithRecipe,
  lockItemsByExternalId,
  putItems,
  putRecipes,
  type ItemKind,
} from "../repositories/item.ts";
import { must } from "../runtime/assert.ts";
import { limits } from "../runtime/limits.ts";
import type { Idempotency } from "./idempotency.ts";
import { invalid, notFound, refusalOfEntryCount } from "./item-counts.ts";
import { refusalOfName, refusalsOfRepetition } from "./names.ts";
import type { Refusal } from "./outcome.ts";
import type { StudioCommand, StudioOutcome } from "./studio-commit.ts";

export interface UpsertedItem {
  readonly externalId: string;
  readonly kind: ItemKind;
  /** Composed (NFC). */
  readonly displayName: string;
  /** Null leaves the recipe as it is. */
  readonly recipe: readonly { readonly externalId: string; readonly count: bigint }[] | null;
}

export interface UpsertItemsInput {
  readonly items: readonly UpsertedItem[];
}

/** Keys are item ids. */
export function upsertItems({ items }: UpsertItemsInput, idempotency: Idempotency): StudioCommand<bigint> {
  return {
    idempotency,
    tags: [cacheTags.catalogue()],
    run: (transaction) => run(transaction, items),
  };
}

async function run(transaction: Transaction, items: readonly UpsertedItem[]): Promise<StudioOutcome<bigint>> {
  const wrong = refusalsOfEntries(items);
  if (wrong.length > 0) return { refusals: wrong, keys: [] };
  const named = [
    ...new Set(
      items.flatMap(({ externalId, recipe }) => [externalId, ...(recipe ?? []).map((line) => line.externalId)]),
    ),
  ];
  const known = new Map((await lockItemsByExternalId(transaction, named)).map((row) => [row.externalId, row]));
  const refusals = await refusalsOfKinds(transaction, items, known);
  if (refusals.length > 0) return { refusals, keys: [] };
  const idByExternalId = await putItems(
    transaction,
    items.map((item) => ({ ...item, itemId: known.get(item.externalId)?.itemId ?? null })),
  );
  const idOf = (externalId: string) =>
    must(idByExternalId.get(externalId) ?? known.get(externalId)?.itemId, "an item has no id");
  await putRecipes(
    transaction,
    items.flatMap(({ externalId, recipe }) =>
      recipe === null
        ? []
        : [
            {
              itemId: idOf(externalId),
              lines: recipe.map((line) => ({ itemId: idOf(line.externalId), count: line.count })),
            },
          ],
    ),
  );
  return { refusals: [], keys: items.map(({ externalId }) => idOf(externalId)) };
}

/** What is wrong with the entries by themselves. */
function refusalsOfEntries(items: readonly UpsertedItem[]): Refusal[] {
  const wrongCount = refusalOfEntryCount(items, "items");
  if (wrongCount !== null) return [wrongCount];
  return [
    ...refusalsOfRepetition(
      items.map(({ externalId }) => externalId),
      "items",
    ),
    ...items.flatMap((item, place) => refusalsOfEntry(item, ["items", String(place)])),
  ];
}

function refusalsOfEntry({ externalId, kind, displayName, recipe }: UpsertedItem, field: readonly string[]): Refusal[] {
  const lines = recipe ?? [];
  return [
    refusalOfName(externalId, limits.externalIdCharactersMax, [...field, "externalId"]),
    refusalOfName(displayName, limits.itemNameCharactersMax, [...field, "displayName"]),
    kind === "SPENDABLE" && lines.length > 0 ? invalid([...field, "recipe"], "Only a receivable has a recipe.") : null,
    lines.length > limits.recipeLinesMax
      ? invalid([...field, "recipe"], `A recipe has at most ${limits.recipeLinesMax} lines.`)
      : null,
    new Set(lines.map((line) => line.externalId)).size === lines.length
      ? null
      : invalid([...field, "recipe"], "Each ingredient must stand in one line only."),
  ].filter((refusal) => refusal !== null);
}

/** Ingredients must be there and spendable, before and after this call. */
async function refusalsOfKinds(
  transaction: Transaction,
  items: readonly UpsertedItem[],
  known: ReadonlyMap<string, { readonly itemId: bigint; readonly kind: ItemKind }>,
): Promise<Refusal[]> {
  const kinds = new Map([...known].map(([externalId, { kind }]) => [externalId, kind]));
  for (const { externalId, kind } of items) kinds.set(externalId, kind);
  const refusals = items.flatMap(({ recipe }, place) =>
    (recipe ?? []).flatMap((line, linePlace): Refusal[] => {
      const field = ["items", String(place), "recipe", String(linePlace), "externalId"];
      const kind = kinds.get(line.externalId);
      if (kind === undefined) return [notFound(field, "There is no such item.")];
      return kind === "SPENDABLE" ? [] : [invalid(field, "An ingredient must be spendable.")];
    }),
  );
  const turned = items.flatMap(({ externalId, kind, recipe }, place) => {
    const before = known.get(externalId);
    return before === undefined || before.kind === kind ? [] : [{ place, itemId: before.itemId, kind, recipe }];
  });
  if (turned.length === 0) return refusals;
  const ids = turned.map(({ itemId }) => itemId);
  const inUse = new Set(await findIngredientsInUse(transaction, ids));
  const withRecipe = new Set(await findItemsWithRecipe(transaction, ids));
  return [
    ...refusals,
    ...turned.flatMap(({ place, itemId, kind, recipe }): Refusal[] => {
      const field = ["items", String(place), "kind"];
      if (kind === "RECEIVABLE" && inUse.has(itemId)) return [invalid(field, "It is an ingredient of another item.")];
      if (kind === "SPENDABLE" && withRecipe.has(itemId) && recipe === null)
        return [invalid(field, "It has a recipe.")];
      return [];
    }),
  ];
}
