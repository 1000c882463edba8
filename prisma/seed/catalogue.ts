// The demo catalogue: the six vector items (ids 1 to 6) and, from id 7 on, foods and birds with recipes.
// Same for every seed, so that players of two seeds trade by one set of recipes. Demo players own
// only the first hundred items, however large the catalogue is made: their rows never depend on it.
import type { Connection } from "mariadb";
import { createRandom } from "./random.ts";
import { sqlInsert, sqlRow } from "./sql-text.ts";
import type { SeedItem } from "./rows.ts";
import { vectorItems } from "./vector-file.ts";
import { wordList } from "./word-list.ts";

/** Items that demo players own; also the smallest catalogue. */
export const BASIC_ITEM_COUNT = 100;
/** The largest catalogue that Satchel is built for. */
export const ITEM_COUNT_MAX = 1_000_000;

const FOODS = wordList(`
  acorn, alder cone, beechnut, beetle, blackberry, blueberry, bramble, buckwheat, caterpillar,
  cherry, clover, cranberry, cricket, currant, dragonfly, elderberry, fig, grape, hawthorn, hazelnut,
  hemp seed, honeydew, ivy berry, juniper, larch seed, maize, mealworm, millet, mulberry, nectar,
  oat, pine nut, poppy seed, raspberry, rowan berry, snail, sunflower seed, thistle
`);
const BIRDS = wordList(`
  american robin, barn owl, barn swallow, bee-eater, black redstart, blackcap, blue jay, blue tit,
  brambling, bullfinch, cedar waxwing, chaffinch, chiffchaff, coal tit, common crane, corn bunting,
  crested lark, dipper, dunnock, fieldfare, firecrest, garden warbler, goldcrest, goldfinch,
  great tit, green finch, hawfinch, hoopoe, house martin, house wren, indigo bunting, jackdaw,
  kestrel, kingfisher, lapwing, linnet, long-tailed tit, magpie, meadow pipit, mistle thrush,
  nightingale, northern cardinal, nuthatch, oriole, painted bunting, pied flycatcher, red crossbill,
  redpoll, rock pipit, rosefinch, sedge warbler, siskin, skylark, snow bunting, song thrush,
  spotted flycatcher
`);
const PLUMAGES = wordList(`
  amber, ashen, azure, copper, dusky, golden, hooded, ivory, mossy, pale, ruddy, silver
`);
const ITEMS_PER_INSERT = 2_000;

/** Ingredients of every recipe: what any player can earn. */
const BASIC_SPENDABLE_IDS = numbersFrom(1, BASIC_ITEM_COUNT).filter(isSpendable);

/** The first hundred items, in id order. */
export const basicItems: readonly SeedItem[] = numbersFrom(1, BASIC_ITEM_COUNT).map(itemNumbered);
/** Of those, the ones that can be found and spent. */
export const basicSpendables = basicItems.filter((item) => item.kind === "SPENDABLE");
/** Of those, the ones that an exchange yields. */
export const basicReceivables = basicItems.filter((item) => item.kind === "RECEIVABLE");

/** Inserts items 7 to `itemCount` as far as missing, a transaction per two thousand. Returns how many. */
export async function insertCatalogue(
  connection: Connection,
  itemCount: number,
  onAdvance: (itemCount: number) => void = () => undefined,
): Promise<number> {
  const [row] = await connection.query<{ last: number }[]>("SELECT COALESCE(MAX(id), 0) AS last FROM item");
  const first = (row?.last ?? 0) + 1;
  for (let from = first; from <= itemCount; from += ITEMS_PER_INSERT) {
    const to = Math.min(from + ITEMS_PER_INSERT - 1, itemCount);
    const items = numbersFrom(from, to).map(itemNumbered);
    await connection.beginTransaction();
    await insertItems(connection, items);
    await connection.commit();
    onAdvance(to);
  }
  return Math.max(0, itemCount - first + 1);
}

/** Two statements in the caller's transaction: the items, then their recipes. */
export async function insertItems(connection: Connection, items: readonly SeedItem[]): Promise<void> {
  const rows = items.map((item) => sqlRow([item.id, item.externalId, item.kind, item.displayName]));
  await connection.query(sqlInsert("item", ["id", "external_id", "kind", "display_name"], rows));
  const lines = items.flatMap((item) => item.recipe.map(({ itemId, count }) => sqlRow([item.id, itemId, count])));
  if (lines.length > 0) {
    await connection.query(sqlInsert("item_recipe", ["item_id", "ingredient_item_id", "count"], lines));
  }
}

function itemNumbered(id: number): SeedItem {
  const vectorItem = vectorItems[id - 1];
  if (vectorItem !== undefined) return vectorItem;
  const { word, isFood } = creatureNumbered(id);
  return {
    id,
    externalId: `demo-item-${id}`,
    kind: isFood ? "SPENDABLE" : "RECEIVABLE",
    // The number keeps names of large catalogues apart, from each other and from the vectors'.
    displayName: id <= BASIC_ITEM_COUNT ? word : `${createRandom(0, "plumage", id).pick(PLUMAGES)} ${word} ${id}`,
    recipe: isFood ? [] : recipeOf(id),
  };
}

/** Foods and birds take turns in the proportion of their lists, so that both kinds page well. */
function creatureNumbered(id: number): { word: string; isFood: boolean } {
  const cycle = FOODS.length + BIRDS.length;
  const index = (id - vectorItems.length - 1) % cycle;
  const foodsBefore = Math.ceil((index * FOODS.length) / cycle);
  const isFood = Math.ceil(((index + 1) * FOODS.length) / cycle) > foodsBefore;
  const word = isFood ? FOODS[foodsBefore] : BIRDS[index - foodsBefore];
  if (word === undefined) throw new RangeError(`no name for item ${id}`);
  return { word, isFood };
}

function recipeOf(id: number): SeedItem["recipe"] {
  const random = createRandom(0, "recipe", id);
  const ingredientIds = random.sample(BASIC_SPENDABLE_IDS, random.integer(2, 3));
  return ingredientIds.toSorted((a, b) => a - b).map((itemId) => ({ itemId, count: random.integer(1, 3) }));
}

function isSpendable(id: number): boolean {
  const vectorItem = vectorItems[id - 1];
  return vectorItem === undefined ? creatureNumbered(id).isFood : vectorItem.kind === "SPENDABLE";
}

function numbersFrom(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
