// Which statements an operation may send, and how many: a stored list per operation, beside this file
// in statements/. A statement that is new, gone or changed shows in review as a readable diff; accept
// it with `npm test -- test/sql -u`. The number must not grow with rows, players or page size.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse, print } from "graphql";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { projectDir } from "../../scripts/clone.ts";
import { registeredOperations, type RegisteredOperation } from "../../src/operations/registry.ts";
import { itemGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { variablesOf } from "../kit/operation-variables.ts";

const PLAYER = 7;
const BRANCHES_APART_MAX = 2;

/** Today's operations; those that the registry keeps for old builds of an app are as they were. */
const operations = operationFiles().map((body) => registeredOperations.find((known) => known.body === body)!);

let api: TestApi;
/** One that the player's ledger knows, so that its transactions are looked up too. */
let touchedItemId: bigint;
/** Where something lies for the player. */
let near: { lat: number; lng: number };
beforeAll(async () => {
  api = await startApi({ fill: ({ migratorDatabaseUrl }) => seedDemo({ migratorDatabaseUrl, playerCount: 20 }) });
  const [line] = await api.database.query("SELECT item_id FROM item_transaction_line WHERE player_id = ? LIMIT 1", [
    PLAYER,
  ]);
  touchedItemId = BigInt(line.item_id);
  const [place] = await api.database.query("SELECT lat, lng FROM item_location WHERE player_id = ? LIMIT 1", [PLAYER]);
  near = { lat: place.lat, lng: place.lng };
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

it.each(operations.map((operation) => [operation.name, operation] as const))(
  "%s sends its stored statements and no other",
  async (name, operation) => {
    await expect(`${(await statementsOf(operation)).join("\n\n")}\n`).toMatchFileSnapshot(
      `statements/${fileNameOf(name)}.sql`,
    );
  },
);

it.each(
  operations.filter(({ body }) => body.includes("$first")).map((operation) => [operation.name, operation] as const),
)("%s sends as many statements for a page of 20 as for one of 1", async (_, operation) => {
  const small = await statementsOf(operation, { first: 1 });
  expect(await statementsOf(operation, { first: 20 })).toHaveLength(small.length);
});

/** Their documents as the registry spells them. */
function operationFiles(): string[] {
  const folder = join(projectDir, "src/operations");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".graphql"))
    .map((file) => print(parse(readFileSync(join(folder, file), "utf8"))));
}

/** As the operation's own file is called: PlayerState, player-state. */
function fileNameOf(operationName: string): string {
  return operationName.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}

async function statementsOf({ name, body }: RegisteredOperation, variables: object = {}): Promise<string[]> {
  api.statements.length = 0;
  const known: Readonly<Record<string, object>> = {
    ItemDetail: { id: itemGlobalId(touchedItemId) },
    NearbyItems: { near },
  };
  const all = { ...variablesOf(name, PLAYER), ...known[name], ...variables };
  await api.read({ query: body, variables: all, token: api.tokenFor(PLAYER) });
  const sent = api.statements.map(({ sql }) => shapeOf(sql));
  const distinct = [...new Set(sent)].toSorted();
  // Two branches of an operation that need the same loader share its statement if they come to it in
  // the same turn; when they do not, it is sent for each of them, and for nobody else.
  expect(sent.length).toBeLessThanOrEqual(distinct.length + BRANCHES_APART_MAX);
  return distinct;
}

/** Values are parameters already; what is left is how many there are, which must not matter. */
function shapeOf(sql: string): string {
  return sql
    .replaceAll(/\(\?(, ?\?)*\)/g, "(?)")
    .replaceAll(/(\([^()]*(?:\([^()]*\)[^()]*)*\))( OR \1)+/g, "$1 [OR ...]")
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
