// The state of a player, whatever the ledger: received minus spent for every item of the catalogue,
// the same as both SQL views say, in every selection of kind and zeros.

import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { itemGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItems, insertPlayer, insertTransactions, type LineFixture } from "../kit/fixtures.ts";
import { checkAsync } from "../kit/property.ts";

const QUANTITY_MAX = 2n ** 63n - 1n;

let api: TestApi;
let items: { itemId: number; kind: string }[];
beforeAll(async () => {
  api = await startApi();
  // Kinds alternate and ids have gaps, so that a filter and a window cut between them.
  await insertItems(api.database, [
    { itemId: 50, kind: "RECEIVABLE" },
    { itemId: 60, kind: "SPENDABLE" },
    { itemId: 2 ** 40, kind: "RECEIVABLE" },
  ]);
  items = await api.database.query("SELECT id AS itemId, kind FROM item ORDER BY id");
});
afterAll(() => api.close());

/** One intended move of an item: how much of what is possible, in thousandths. */
const share = fc.oneof(fc.constantFrom(0, 1000), fc.integer({ min: 1, max: 999 }));
const move = fc.record({
  place: fc.nat(8),
  receivedShare: share,
  spentShare: share,
  isSmall: fc.boolean(),
});
const ledger = fc.array(fc.array(move, { minLength: 1, maxLength: 3 }), { maxLength: 8 });

/** Lines that keep every balance within its bounds, and the balances they leave. */
function linesOf(moves: readonly (readonly (typeof move extends fc.Arbitrary<infer M> ? M : never)[])[]) {
  const balances = new Map<number, bigint>();
  const transactions = moves.map((ofOne) => {
    const lines = new Map<number, LineFixture>();
    for (const { place, receivedShare, spentShare, isSmall } of ofOne) {
      const { itemId } = items[place]!;
      if (lines.has(itemId)) continue;
      const balance = balances.get(itemId) ?? 0n;
      const received = isSmall
        ? BigInt(receivedShare) % 5n
        : ((QUANTITY_MAX - balance) * BigInt(receivedShare)) / 1000n;
      // Often all of it: a balance of zero is still a row.
      const spent = (balance * BigInt(spentShare)) / 1000n;
      if (balance + received > QUANTITY_MAX || received + spent === 0n) continue;
      lines.set(itemId, { itemId, received, spent });
      balances.set(itemId, balance + received - spent);
    }
    return { lines: [...lines.values()] };
  });
  // There is no entry without a line.
  return { transactions: transactions.filter(({ lines }) => lines.length > 0), balances };
}

const entry = "nodes { item { id } quantity }";
const query = `query ($id: ID!) { player(id: $id) {
  version
  all: state(first: 20) { ${entry} }
  owned: state(first: 20, includeZero: false) { ${entry} }
  spendables: state(first: 20, kind: SPENDABLE) { ${entry} }
  receivables: state(first: 20, kind: RECEIVABLE) { ${entry} }
  ownedReceivables: state(first: 20, kind: RECEIVABLE, includeZero: false) { ${entry} }
  ownedSpendables: state(first: 20, kind: SPENDABLE, includeZero: false) { ${entry} }
} }`;

it("is the sum of any ledger, zero-filled, by both views and in every selection", async () => {
  await checkAsync(
    fc.asyncProperty(ledger, async (moves) => {
      const { transactions, balances } = linesOf(moves);
      const playerId = await insertPlayer(api.database);
      await insertTransactions(api.database, playerId, transactions);
      const { player } = await api.read({
        query,
        variables: { id: playerGlobalId(BigInt(playerId)) },
        token: api.tokenFor(playerId),
      });
      const select = (isChosen: (kind: string, quantity: bigint) => boolean) =>
        items
          .map(({ itemId, kind }) => ({ itemId, kind, quantity: balances.get(itemId) ?? 0n }))
          .filter(({ kind, quantity }) => isChosen(kind, quantity))
          .map(({ itemId, quantity }) => ({ item: { id: itemGlobalId(BigInt(itemId)) }, quantity: String(quantity) }));
      expect(player).toEqual({
        version: String(transactions.length),
        all: { nodes: select(() => true) },
        owned: { nodes: select((_, quantity) => quantity > 0n) },
        spendables: { nodes: select((kind) => kind === "SPENDABLE") },
        receivables: { nodes: select((kind) => kind === "RECEIVABLE") },
        ownedReceivables: { nodes: select((kind, quantity) => kind === "RECEIVABLE" && quantity > 0n) },
        ownedSpendables: { nodes: select((kind, quantity) => kind === "SPENDABLE" && quantity > 0n) },
      });
      for (const view of ["player_item_state", "player_item_ledger_state"]) {
        const rows = await api.database.query(
          `SELECT item_id AS itemId, CAST(quantity AS CHAR) AS quantity FROM ${view} WHERE player_id = ? ORDER BY item_id`,
          [playerId],
        );
        expect(rows.map(({ itemId, quantity }) => ({ item: { id: itemGlobalId(BigInt(itemId)) }, quantity }))).toEqual(
          player.all.nodes,
        );
      }
    }),
    60,
  );
});
