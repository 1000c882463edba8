// Which statements an operation sends, and how many: stored beside this file in statements/, a file per
// operation and a block per case. One that is new, gone, changed or sent once more shows in review as a
// readable diff; accept it with `npm test -- test/sql/each -u`. The number must not grow with rows,
// players or page size.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse, print } from "graphql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { basicReceivables, basicSpendables } from "../../prisma/seed/catalogue.ts";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { projectDir } from "../../scripts/clone.ts";
import { registeredOperations, type RegisteredOperation } from "../../src/operations/registry.ts";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
  playerGlobalId,
  runGlobalId,
} from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import type { TestDatabase } from "../kit/database.ts";
import { insertItemLocations, insertRuns, insertTransactions } from "../kit/fixtures.ts";
import { layInSupplies, tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";

const PLAYER = 7;
/** Has more item locations than are measured in the process: goes through the cell index. */
const COLLECTOR = 8;
/** Of everything that comes in pages: more than the longest page has. */
const ROWS = limits.pageEntriesMax + 20;
const PAGES = [1, 20, limits.pageEntriesMax];
const NEAR = { lat: 52.52, lng: 13.405 };
/** Has supplies, and does all the writing: nobody reads what it has. */
const WRITER = 9;
/** Lines, entries or assignments of one write: few, and as many as it may have. */
const SIZES = [2, 100];

/** An item with a recipe, and one that is not in it: the player's transactions move both. */
const touchedItem = basicReceivables[0]!;
const otherItem = basicSpendables.find(({ id }) => touchedItem.recipe.every(({ itemId }) => itemId !== id))!;

/** Two branches of an operation that meet at one loader. */
interface Meeting {
  readonly statement: RegExp;
  /** How often it is sent at least. */
  readonly times: number;
  /** How often more, because the branches came to the loader in different turns of the event loop. */
  readonly apartMax: number;
}

const ITEMS_BY_ID = /FROM item WHERE id IN/;

/** Of operations without an entry here, every statement is sent as often as it is stored. */
const meetings: Readonly<Record<string, Meeting>> = {
  // The names of what the player has, and of what its last transactions moved.
  HomeScreen: { statement: ITEMS_BY_ID, times: 1, apartMax: 1 },
  // The item itself. After it the names in its recipe, and of what its transactions moved besides.
  ItemDetail: { statement: ITEMS_BY_ID, times: 2, apartMax: 1 },
};

interface Case {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly playerId?: number;
  /** The page behind the first entry. */
  readonly isSecondPage?: boolean;
}

/** One write. */
interface WriteCase {
  /** Put over an input that succeeds. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** Sent a second time with the same key, and that is what counts. */
  readonly isAgain?: boolean;
  readonly isRefused?: boolean;
}

/** By operation, and by the title that the case has in the stored file. */
function casesOf(operationName: string): Readonly<Record<string, Case>> {
  const { city, age } = known;
  const detail = { id: itemGlobalId(BigInt(touchedItem.id)) };
  const all: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
    Catalogue: {
      "all kinds": {},
      "second page": { isSecondPage: true },
      "one kind": { variables: { kind: "RECEIVABLE" } },
      "second page of one kind": { variables: { kind: "RECEIVABLE" }, isSecondPage: true },
    },
    HomeScreen: { "a player": {} },
    ItemDetail: {
      "an item that the player has touched": { variables: detail },
      "second page": { variables: detail, isSecondPage: true },
    },
    Leaderboard: {
      OVERALL: { variables: { scope: "OVERALL" } },
      "second page of OVERALL": { variables: { scope: "OVERALL" }, isSecondPage: true },
      CITY: { variables: { scope: "CITY", city } },
      "second page of CITY": { variables: { scope: "CITY", city }, isSecondPage: true },
      AGE: { variables: { scope: "AGE", age } },
      "second page of AGE": { variables: { scope: "AGE", age }, isSecondPage: true },
    },
    NearbyItems: {
      "a player with few": { variables: { near: NEAR } },
      "second page of a player with few": { variables: { near: NEAR }, isSecondPage: true },
      "a player with many": { variables: { near: NEAR }, playerId: COLLECTOR },
      "second page of a player with many": { variables: { near: NEAR }, playerId: COLLECTOR, isSecondPage: true },
    },
    ObjectsById: {
      "one of each type": { variables: { ids: idsOfEachType(1) } },
      "sixteen of each type": { variables: { ids: idsOfEachType(16) } },
    },
    PlayerState: { "a player": { variables: { id: playerGlobalId(BigInt(PLAYER)) } } },
    RunHistory: { "first page": {}, "second page": { isSecondPage: true } },
    Transactions: { "first page": {}, "second page": { isSecondPage: true } },
  };
  const cases = all[operationName];
  if (cases === undefined) throw new Error(`${operationName} needs its cases in casesOf`);
  return cases;
}

/** By title, and where the write has them the same with inputs of `size` lines. */
function writeCasesOf(operationName: string): Readonly<Record<string, WriteCase>> {
  const sized = sizedInputOf(operationName, SIZES[0]!);
  return {
    "an effect": {},
    ...(sized !== null && { "several at once": { input: sized } }),
    ...furtherWritesOf(operationName),
    "the same key again": { isAgain: true },
  };
}

/** An input with so many entries, all different; null where the write has but one. */
function sizedInputOf(operationName: string, size: number): Readonly<Record<string, unknown>> | null {
  const names = upTo(size).map((place) => `sized.${turn}.${place}`);
  switch (operationName) {
    case "GrantItems":
    case "SpendItems":
    case "TransferItems":
      return { items: upTo(size).map((place) => ({ itemId: itemGlobalId(BigInt(place + 1)), count: "1" })) };
    case "UpsertItems":
      return { items: names.map((externalId) => ({ externalId, kind: "SPENDABLE", displayName: "sized" })) };
    case "UpsertLocations":
      return { locations: names.map((externalId) => ({ externalId, name: "sized", point: NEAR })) };
    case "AssignItemLocations":
      return {
        assignments: upTo(size).map((place) => ({
          playerId: playerGlobalId(BigInt(WRITER)),
          itemId: itemGlobalId(BigInt(place + 1)),
          locationId: locationGlobalId(1n),
        })),
      };
    default:
      return null;
  }
}

/** Ways through a write that send other statements than its plain effect. */
function furtherWritesOf(operationName: string): Readonly<Record<string, WriteCase>> {
  const stale = { "refused for the version": { input: { expectedVersion: "1" }, isRefused: true } };
  const nobody = { playerId: playerGlobalId(999_999n) };
  switch (operationName) {
    case "GrantItems":
      return { ...stale, "to nobody": { input: nobody, isRefused: true } };
    case "SpendItems":
    case "ExchangeItems":
    case "CollectItem":
    case "TransferItems":
      return stale;
    case "UpsertItems": {
      const ingredient = { externalId: known.ingredientExternalId, displayName: "renamed" };
      return {
        "an entry that is there": { input: { items: [{ ...ingredient, kind: "SPENDABLE" }] } },
        "another kind": { input: { items: [{ ...ingredient, kind: "RECEIVABLE" }] }, isRefused: true },
      };
    }
    case "UpsertLocations":
      return {
        "a location that is there": {
          input: { locations: [{ externalId: "unused", name: "renamed", point: { lat: 1, lng: 1 } }] },
        },
      };
    case "AssignItemLocations": {
      const assignment = { itemId: itemGlobalId(1n), locationId: locationGlobalId(1n) };
      const unused = { locationId: locationGlobalId(BigInt(known.unusedLocationId)) };
      const own = { playerId: playerGlobalId(BigInt(WRITER)), ...assignment };
      return {
        "at a location that is not in use": { input: { assignments: [{ ...own, ...unused }] } },
        "for nobody": { input: { assignments: [{ ...assignment, ...nobody }] }, isRefused: true },
      };
    }
    default:
      throw new Error(`${operationName} needs its further cases, or none, in furtherWritesOf`);
  }
}

/** What only the database knows. */
interface Known {
  readonly city: string;
  readonly age: number;
  readonly runIds: readonly string[];
  readonly itemLocationNs: readonly number[];
  /** Its external id is "unused". */
  readonly unusedLocationId: number;
  readonly ingredientExternalId: string;
}

/** Counts writes: each has something of its own to collect and to name. */
let turn = 0;

let api: TestApi;
let known: Known;
beforeAll(async () => {
  api = await startApi();
  known = await fill(api.database);
  // Prisma asks for the server's version before the first statement of a process, whoever needs it.
  await api.read({ query: "{ viewer { verification { status } } }", token: api.tokenFor(PLAYER) });
});
afterAll(() => api.close());

/** Today's operations; those that the registry keeps for old builds of an app are as they were. */
const operations = operationBodies().map((body) => registeredOperations.find((one) => one.body === body)!);
const byName = (operation: RegisteredOperation) => [operation.name, operation] as const;
const fileNameOf = (operationName: string) =>
  `${operationName.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()}.sql`;

const queries = operations.filter(({ type }) => type === "query");
const writes = operations.filter(({ type }) => type === "mutation");

it("has operations of every type", () => {
  expect(queries.length + writes.length).toBe(operations.length);
});

it.each(writes.map(byName))("%s sends its stored statements, as often as stored", async (name, operation) => {
  const blocks: string[] = [];
  for (const [title, one] of Object.entries(writeCasesOf(name))) {
    const statements = await statementsOfWrite(operation, one);
    blocks.push([`-- ${title}: ${statements.length} statements`, ...statements].join("\n\n"));
  }
  await expect(`${blocks.join("\n\n\n")}\n`).toMatchFileSnapshot(`statements/${fileNameOf(name)}`);
});

it.each(writes.filter(({ name }) => sizedInputOf(name, 1) !== null).map(byName))(
  `%s sends the same for ${SIZES.join(" and ")} entries`,
  async (name, operation) => {
    const sizes: string[][] = [];
    for (const size of SIZES) {
      sizes.push((await statementsOfWrite(operation, { input: sizedInputOf(name, size)! })).map(withoutNumbers));
    }
    expect(sizes[1]).toEqual(sizes[0]);
  },
);

it.each(queries.map(byName))("%s sends its stored statements, as often as stored", async (name, operation) => {
  const blocks: string[] = [];
  for (const [title, one] of Object.entries(casesOf(name))) {
    const statements = await statementsOf(operation, one);
    blocks.push([`-- ${title}: ${statements.length} statements`, ...statements].join("\n\n"));
  }
  await expect(`${blocks.join("\n\n\n")}\n`).toMatchFileSnapshot(`statements/${fileNameOf(name)}`);
});

it.each(queries.filter(({ body }) => body.includes("$first")).map(byName))(
  `%s sends the same for pages of ${PAGES.join(", ")}`,
  async (name, operation) => {
    for (const [title, one] of Object.entries(casesOf(name))) {
      const pages: string[][] = [];
      for (const first of PAGES) pages.push((await statementsOf(operation, one, { first })).map(withoutNumbers));
      for (const page of pages) expect({ title, page }).toEqual({ title, page: pages[0] });
    }
  },
);

it("stores nothing of an operation that is no more", () => {
  const names = new Set(operations.map(({ name }) => fileNameOf(name)));
  expect(readdirSync(join(import.meta.dirname, "statements")).filter((file) => !names.has(file))).toEqual([]);
});

async function fill(database: TestDatabase): Promise<Known> {
  await seedDemo({ migratorDatabaseUrl: database.migratorDatabaseUrl, playerCount: ROWS + 10 });
  const lines = [touchedItem, otherItem].map(({ id }) => ({ itemId: id, received: 1n }));
  await insertTransactions(
    database,
    PLAYER,
    upTo(ROWS).map(() => ({ lines })),
  );
  await insertItemLocations(database, COLLECTOR, placesNearby(limits.itemLocationsScannedMax + 50));
  await layInSupplies(database, [WRITER]);
  const unusedLocation = await database.query(
    "INSERT INTO location (external_id, name, lat, lng) VALUES ('unused', 'x', 1, 1)",
  );
  const [ingredient] = await database.query("SELECT external_id FROM item WHERE id = ?", [
    touchedItem.recipe[0]!.itemId,
  ]);
  const [ofCity] = await database.query(groupsOf("city"));
  const [ofYear] = await database.query(groupsOf("birth_year"));
  return {
    runIds: await insertRuns(
      database,
      PLAYER,
      upTo(ROWS).map(() => ({ distanceMm: 1_000_000 })),
    ),
    ingredientExternalId: ingredient.external_id,
    unusedLocationId: (unusedLocation as unknown as { insertId: number }).insertId,
    itemLocationNs: await insertItemLocations(database, PLAYER, placesNearby(ROWS)),
    city: ofCity.member,
    age: new Date().getUTCFullYear() - ofYear.member,
  };
}

/** The largest one first: it has a second page. */
function groupsOf(column: "city" | "birth_year"): string {
  return (
    `SELECT ${column} AS member FROM run_total WHERE ${column} IS NOT NULL ` +
    `GROUP BY ${column} ORDER BY COUNT(*) DESC, ${column} LIMIT 1`
  );
}

/** Within 2 km, with items that `idsOfEachType` does not name besides. */
function placesNearby(count: number) {
  return upTo(count).map((place) => ({
    lat: NEAR.lat + place * 0.000_05,
    lng: NEAR.lng,
    itemId: 51 + (place % 50),
  }));
}

function idsOfEachType(count: number): string[] {
  const player = BigInt(PLAYER);
  return upTo(count).flatMap((place) => [
    playerGlobalId(BigInt(place + 1)),
    itemGlobalId(BigInt(place + 1)),
    locationGlobalId(BigInt(place + 1)),
    itemTransactionGlobalId(player, BigInt(place + 1)),
    itemLocationGlobalId(player, BigInt(known.itemLocationNs[place]!)),
    runGlobalId(player, known.runIds[place]!),
  ]);
}

/** Sorted, and each as often as it was sent, but for branches that came apart. */
async function statementsOf(
  { name, body }: RegisteredOperation,
  { variables = {}, playerId = PLAYER, isSecondPage = false }: Case,
  page: { readonly first?: number } = {},
): Promise<string[]> {
  const ask = (more: object) =>
    api.read({ query: body, variables: { ...variables, ...more }, token: api.tokenFor(playerId) });
  const after = isSecondPage ? { after: endCursorOf(await ask({ first: 1 })) } : {};
  // What it costs to compute it.
  await api.forgetAnswers();
  api.statements.length = 0;
  await ask({ ...page, ...after });
  return together(
    name,
    api.statements.map(({ sql }) => shapeOf(sql)),
  ).toSorted();
}

/** The same of one write, which must have its effect unless the case says otherwise. */
async function statementsOfWrite(
  { name, body }: RegisteredOperation,
  { input = {}, isAgain = false, isRefused = false }: WriteCase,
): Promise<string[]> {
  const plain = writeVariablesOf(name, WRITER, { turn: turn++ });
  const variables = { ...plain, input: { ...plain.input, ...input } };
  const ask = () => api.read({ query: body, variables, token: tokenOf(api, name, WRITER) });
  // What is to be spent must be there.
  if (name === "SpendItems" || name === "TransferItems") await grantToWriter(variables.input);
  if (isAgain) await ask();
  api.statements.length = 0;
  const [payload] = Object.values<{ userErrors: readonly unknown[] }>(await ask());
  expect([variables, payload!.userErrors]).toEqual([variables, isRefused ? [expect.anything()] : []]);
  return api.statements.map(({ sql }) => shapeOf(sql)).toSorted();
}

async function grantToWriter({ items }: Readonly<Record<string, unknown>>): Promise<void> {
  const { body } = operations.find(({ name }) => name === "GrantItems")!;
  const plain = writeVariablesOf("GrantItems", WRITER);
  const variables = { ...plain, input: { ...plain.input, items } };
  await api.read({ query: body, variables, token: tokenOf(api, "GrantItems", WRITER) });
}

function endCursorOf(answer: unknown): string {
  const text = JSON.stringify(answer);
  const cursor = /"pageInfo":\{"hasNextPage":true,"endCursor":"([^"]+)"/.exec(text)?.[1];
  if (cursor === undefined) throw new Error(`there is no second page: ${text.slice(0, 300)}`);
  return cursor;
}

/** As it is when branches that may meet do; unchanged when their statement was sent too rarely or too often. */
function together(operationName: string, sent: readonly string[]): readonly string[] {
  const { statement, times, apartMax } = meetings[operationName] ?? { statement: /^$/, times: 0, apartMax: 0 };
  const apart = sent.filter((sql) => statement.test(sql)).length - times;
  if (apart < 0 || apart > apartMax) return sent;
  let toLeaveOut = apart;
  return sent.filter((sql) => !statement.test(sql) || toLeaveOut-- <= 0);
}

/** Values are parameters already; what is left is how many there are, which must not matter. */
function shapeOf(sql: string): string {
  return sql
    .replaceAll(/\(\?(, ?\?)*\)/g, "(?)")
    .replaceAll(/\(\?\)(, \(\?\))+/g, "(?) [, ...]")
    .replaceAll(/( UNION ALL SELECT \?, \?)+/g, " [UNION ALL ...]")
    .replaceAll(/(\([^()]*(?:\([^()]*\)[^()]*)*\)|c\.cell BETWEEN \? AND \?)( OR \1)+/g, "$1 [OR ...]")
    .replace(/^(\(SELECT .*?LIMIT \?\))( UNION ALL .*)$/s, (whole, first: string, rest: string) =>
      isRepetitionOf(first, rest) ? `${first} [UNION ALL ...]` : whole,
    );
}

/** Whether every further branch is the first one again, but for its number. */
function isRepetitionOf(first: string, rest: string): boolean {
  const unnumbered = (branch: string) => branch.replace(/^\(SELECT \d+,/, "(SELECT n,");
  return rest
    .split(" UNION ALL ")
    .filter((branch) => branch !== "")
    .every((branch) => unnumbered(branch) === unnumbered(first));
}

/** Also without whether there was one or many. */
function withoutNumbers(shape: string): string {
  return shape.replaceAll(/ \[(OR|UNION ALL|,) \.\.\.\]/g, "");
}

/** Their documents as the registry spells them. */
function operationBodies(): string[] {
  const folder = join(projectDir, "src/operations");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".graphql"))
    .map((file) => print(parse(readFileSync(join(folder, file), "utf8"))));
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place);
}
