// Mistakes that a ledger like this one is known to be made with, each as an edit of the real code, the fault that brings
// it to light, and the words by which the checker must know it.

import type { Ask } from "./history.ts";
import type { Edit } from "./server-here.ts";

export interface Mutant {
  /** What is wrong, as the end of the sentence "the server ...". */
  readonly name: string;
  readonly edits: readonly Edit[];
  /** What goes wrong around the servers meanwhile; see the test. */
  readonly fault?: "lost commits" | "failing statements" | "held rows";
  /** How many of the writes come as twins; as the load has it where not given. */
  readonly twinShare?: number;
  /** Kinds of requests that the load is of; all where not given. */
  readonly kinds?: readonly Ask["kind"][];
  /** Of one of the violations, `law: sentence`, or of a line of `npm run verify`. */
  readonly found: RegExp;
}

const GROUP = "src/commands/group.ts";
const TRANSACTION = "src/database/transaction.ts";
const IDEMPOTENCY = "src/repositories/idempotency.ts";
const PLAYER = "src/repositories/player.ts";
const PLAYER_ITEM = "src/repositories/player-item.ts";
const ITEM_TRANSACTION = "src/repositories/item-transaction.ts";

const STORED = "decided.map(({ command: { idempotency }, outcome }) => ({";

export const mutants: readonly Mutant[] = [
  {
    name: "writes no idempotency row",
    edits: [{ path: GROUP, from: STORED, to: `decided.slice(0, 0).${STORED.slice("decided.".length)}` }],
    found: /^answers: .* was told different things/,
  },
  {
    name: "does not store refusals",
    edits: [
      {
        path: GROUP,
        from: STORED,
        to: `decided.filter(({ outcome }) => outcome.refusals.length === 0).${STORED.slice("decided.".length)}`,
      },
    ],
    found: /^answers: .* was told different things/,
  },
  {
    // The early look-up alone does no harm: the row's own key makes the twin's INSERT fail, and its second attempt finds
    // the answer. INSERT IGNORE is what takes that net away, and what the harm of INSERT IGNORE looks like.
    name: "looks an idempotency row up before the lock and without one, and ignores that it is there after all",
    edits: [
      {
        path: GROUP,
        from: "  const playerIds = sorted(commands.flatMap((command) => command.playerIds));\n",
        to:
          "  transaction.early = await findIdempotencyRecords(transaction, commands.map((one) => one.idempotency));\n" +
          "  const playerIds = sorted(commands.flatMap((command) => command.playerIds));\n",
      },
      {
        path: GROUP,
        from:
          "    findIdempotencyRecords(\n      transaction,\n" +
          "      standing.map(({ idempotency }) => idempotency),\n    ),\n",
        to: "    transaction.early,\n",
      },
      { path: IDEMPOTENCY, from: '.join(" OR ")} FOR UPDATE`', to: '.join(" OR ")}`' },
      { path: IDEMPOTENCY, from: "INSERT INTO idempotency", to: "INSERT IGNORE INTO idempotency" },
    ],
    fault: "held rows",
    twinShare: 0.7,
    found: /^answers: .* was told different things/,
  },
  {
    name: "reads balances before the lock and without one",
    edits: [
      {
        path: GROUP,
        from: "  const locked = await lockPlayersOf(transaction, commands, waitFor);\n",
        to:
          "  const nothing = { players: [], itemLocations: [], recordedAt: '' };\n" +
          "  const empty = new Ledger({ ...nothing, catalogue: { has: () => true, recipeOf: () => [] } });\n" +
          "  transaction.early = await lockBalances(transaction, commands.flatMap((one) => one.balances(empty)));\n" +
          "  const locked = await lockPlayersOf(transaction, commands, waitFor);\n",
      },
      {
        path: GROUP,
        from:
          "    lockBalances(\n      transaction,\n" +
          "      commands.flatMap((command) => command.balances(ledger)),\n    ).then(",
        to: "    Promise.resolve(transaction.early).then(",
      },
      { path: PLAYER_ITEM, from: '.join(" OR ")} FOR UPDATE`', to: '.join(" OR ")}`' },
    ],
    kinds: ["GrantItems", "SpendItems", "TransferItems"],
    found: /^balances: the balance of .* the ledger says/,
  },
  {
    // Again two keys of tables stand in: the second entry with the same version fails, unless that is ignored.
    name: "does not lock the player's row, and ignores entries whose version is taken",
    edits: [
      { path: PLAYER, from: '`FOR UPDATE${isWaiting ? "" : " SKIP LOCKED"}`', to: '""' },
      { path: ITEM_TRANSACTION, from: '"INSERT INTO item_transaction (', to: '"INSERT IGNORE INTO item_transaction (' },
      {
        path: ITEM_TRANSACTION,
        from: '"INSERT INTO item_transaction_line (',
        to: '"INSERT IGNORE INTO item_transaction_line (',
      },
    ],
    found: /^ledger: entry .* is the effect of .* and of /,
  },
  {
    name: "commits the halves of a transfer one after the other",
    edits: [
      {
        path: GROUP,
        from:
          "  await Promise.all([\n" +
          "    insertItemTransactions(transaction, ledger.transactions),\n" +
          "    setBalances(transaction, ledger.newBalances()),\n" +
          "    growVersions(transaction, ledger.growths()),\n",
        to:
          "  const receipts = ledger.transactions.filter(\n" +
          "    ({ kind, lines }) => kind === 'TRANSFER' && lines.every(({ spent }) => spent === 0n),\n" +
          "  );\n" +
          "  const receivers = new Set(receipts.map(({ playerId }) => playerId));\n" +
          "  const writeThose = (isReceiver) => {\n" +
          "    const those = (rows) => rows.filter(({ playerId }) => receivers.has(playerId) === isReceiver);\n" +
          "    return Promise.all([\n" +
          "      insertItemTransactions(transaction, those(ledger.transactions)),\n" +
          "      setBalances(transaction, those(ledger.newBalances())),\n" +
          "      growVersions(transaction, those(ledger.growths())),\n" +
          "    ]);\n" +
          "  };\n" +
          "  await Promise.all([\n" +
          "    writeThose(false),\n",
      },
      {
        path: GROUP,
        from: "        outcomeText: outcomeText(outcome),\n      })),\n    ),\n  ]);\n",
        to:
          "        outcomeText: outcomeText(outcome),\n      })),\n    ),\n  ]);\n" +
          "  if (receivers.size === 0) return;\n" +
          "  await transaction.query('COMMIT');\n" +
          "  await writeThose(true);\n",
      },
    ],
    fault: "lost commits",
    found: /^transfers: the transfer in entry|a transfer without its other half/,
  },
  {
    name: "tries again on a connection that failed inside a transaction",
    edits: [
      { path: TRANSACTION, from: "const result = await work({", to: "const attempt = () => work({" },
      {
        path: TRANSACTION,
        from: "    if (performance.now() - startedAtMs > limits.writeTransactionMs)",
        to:
          "    const result = await attempt().catch(attempt);\n" +
          "    if (performance.now() - startedAtMs > limits.writeTransactionMs)",
      },
    ],
    fault: "failing statements",
    found: /^ledger: entry .* was sent by nobody/,
  },
  {
    name: "answers before COMMIT has returned",
    edits: [
      {
        path: GROUP,
        from: "    await commit();\n    await opened.close(tagsOf(answered(verdicts)));\n",
        to: "    void commit().catch(() => undefined);\n",
      },
    ],
    fault: "lost commits",
    found: /^answers: .* was answered, and its answer is not stored/,
  },
  {
    name: "answers what was put off as if it were done",
    edits: [
      {
        path: GROUP,
        from: 'return { kind: "deferred", heldUpBy: holding };',
        to:
          'return { kind: "answered", ' +
          "answer: { outcome: { refusals: [], transactions: [], changes: [] }, replayed: false, player: null, items: [] } };",
      },
    ],
    found: /^ledger: .* was ok, and names 0 entries/,
  },
  {
    name: "remembers players for a while, without a fence",
    edits: [
      {
        path: PLAYER,
        from: "export async function findPlayersById(",
        to:
          "const remembered = new Map();\n" +
          "export async function findPlayersById(pool, playerIds) {\n" +
          "  const text = playerIds.join();\n" +
          "  const known = remembered.get(text);\n" +
          "  if (known !== undefined && performance.now() < known.untilMs) return known.rows;\n" +
          "  const rows = await findThem(pool, playerIds);\n" +
          "  remembered.set(text, { rows, untilMs: performance.now() + 200 });\n" +
          "  return rows;\n" +
          "}\n" +
          "async function findThem(",
      },
    ],
    found: /^reads: player .* read version .* after .* had been told/,
  },
  {
    name: "gives everybody in a batch the balances of the first",
    edits: [
      {
        path: PLAYER_ITEM,
        from: "keys.map(({ playerId }) => balancesByPlayer.get(playerId) ?? NOTHING)",
        to: "keys.map(() => [...balancesByPlayer.values()][0] ?? NOTHING)",
      },
    ],
    kinds: ["GrantItems", "PlayerState"],
    found: /^privacy: an answer to player .* shows what is private to player/,
  },
];
