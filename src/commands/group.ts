// One group of commands in one transaction: lock, look for twins, decide in order, write in bulk, commit.
//
// The player's row is the lock for everything of that player: version, balances, ledger, item locations
// and idempotency rows. It is taken first, in the order of ids, skipping rows that others hold; what the
// skipped ones were needed for is deferred. Under that lock nobody else can be in the middle of writing
// an idempotency row of that player, so a look-up that finds none proves that there is none.
// ADR 0011 has the reasons; every reading that decides is a locking one.

import type { DatabasePool } from "../database/pool.ts";
import { OutcomeUnknownError, inTransaction, type Transaction } from "../database/transaction.ts";
import { idempotencyKeyExpired, idempotencyKeyReused } from "../errors.ts";
import { findIdempotencyRecords, insertIdempotencyRecords } from "../repositories/idempotency.ts";
import { deleteItemLocations, lockItemLocations } from "../repositories/item-location.ts";
import { insertItemTransactions } from "../repositories/item-transaction.ts";
import { findCatalogue, type ItemRow } from "../repositories/item.ts";
import { lockBalances, setBalances } from "../repositories/player-item.ts";
import { findExistingPlayerIds, growVersions, lockPlayers, type PlayerRow } from "../repositories/player.ts";
import { databaseNow } from "../repositories/clock.ts";
import type { Fence, OpenFence } from "../cache/fence.ts";
import type { Command } from "./command.ts";
import { idempotencyText, isKeyOutOfWindow } from "./idempotency.ts";
import { Ledger } from "./ledger.ts";
import { outcomeOfText, outcomeText, type Outcome } from "./outcome.ts";

/** What a group says of one of its commands. */
export type Verdict =
  | { readonly kind: "answered"; readonly answer: CommandAnswer }
  | { readonly kind: "failed"; readonly error: Error }
  /** Somebody else holds rows of these players, which it needs: nothing was decided. */
  | { readonly kind: "deferred"; readonly heldUpBy: readonly bigint[] };

export interface CommandAnswer {
  readonly outcome: Outcome;
  /** Whether it is that of an earlier request with the same key. */
  readonly replayed: boolean;
  /** The actor's row with the version after the effect; null where there is no such player, or on a replay. */
  readonly player: PlayerRow | null;
  /** Items that the answer speaks of, as far as they were read with it. */
  readonly items: readonly ItemRow[];
}

export interface GroupOptions {
  readonly pool: DatabasePool;
  readonly fence: Fence;
  /** Players whose rows are waited for, instead of deferring. */
  readonly waitFor: ReadonlySet<bigint>;
  /** Told right before COMMIT is sent: from then on an error says nothing about the outcome. */
  readonly onCommit: () => void;
}

/** Verdicts in the order of the commands. Throws where the transaction failed as a whole. */
export function runGroup(commands: readonly Command[], options: GroupOptions): Promise<Verdict[]> {
  const { pool, fence, onCommit } = options;
  let opening: Promise<OpenFence> | undefined;
  const work = async (transaction: Transaction) => {
    const decided = await decideGroup(transaction, commands, options);
    // Both at once: COMMIT is sent when what it will change is written and fenced.
    opening = fence.open(tagsOf(decided.effects));
    const [opened] = await Promise.all([opening, decided.write()]);
    return { verdicts: decided.verdicts, opened };
  };
  const answered = (verdicts: readonly Verdict[]) =>
    commands.filter((_, place) => verdicts[place]!.kind === "answered");
  return inTransaction(pool, work, async ({ verdicts, opened }, commit) => {
    onCommit();
    await commit();
    await opened.close(tagsOf(answered(verdicts)));
  }).then(
    ({ verdicts }) => verdicts,
    (error: unknown) => {
      // Rolled back for certain; where it is not, the tags stay open until somebody knows, or for a minute.
      if (!(error instanceof OutcomeUnknownError)) void opening?.then((opened) => opened.close());
      throw error;
    },
  );
}

/** What a group has come to, before any of it is written. */
interface Decided {
  readonly verdicts: Verdict[];
  /** Commands that changed something. */
  readonly effects: readonly Command[];
  write(): Promise<void>;
}

async function decideGroup(
  transaction: Transaction,
  commands: readonly Command[],
  { waitFor }: GroupOptions,
): Promise<Decided> {
  const locked = await lockPlayersOf(transaction, commands, waitFor);
  const standing = commands.filter((command) => heldUpBy(command, locked.heldUp).length === 0);
  const ledger = new Ledger(locked);
  const outcomes = await readUnder(transaction, standing, ledger);
  const decided: { command: Command; outcome: Outcome }[] = [];
  const verdicts = commands.map((command): Verdict => {
    const holding = heldUpBy(command, locked.heldUp);
    if (holding.length > 0) return { kind: "deferred", heldUpBy: holding };
    const known = replayOf(command, outcomes, locked.nowMs);
    if (known !== null) return known;
    const outcome = command.decide(ledger);
    const [requestHmac] = command.idempotency.requestHmacs;
    // A twin behind it in this group finds it as one in a later group would.
    outcomes.set(idempotencyText(command.idempotency), { requestHmac, outcome });
    decided.push({ command, outcome });
    const [actor] = command.playerIds;
    const player = actor !== undefined && ledger.hasPlayer(actor) ? ledger.playerRow(actor) : null;
    const items = outcome.changes.map(({ itemId }) => locked.catalogue.itemOf(itemId)).filter((item) => item !== null);
    return { kind: "answered", answer: { outcome, replayed: false, player, items } };
  });
  return {
    verdicts,
    effects: decided.filter(({ outcome }) => outcome.refusals.length === 0).map(({ command }) => command),
    write: () => write(transaction, ledger, decided),
  };
}

interface Locked {
  readonly players: readonly PlayerRow[];
  /** Players that somebody else holds. */
  readonly heldUp: ReadonlySet<bigint>;
  readonly catalogue: Awaited<ReturnType<typeof findCatalogue>>;
  readonly recordedAt: string;
  readonly nowMs: number;
}

/** What has been answered, by the text of the idempotency. */
type Outcomes = Map<string, { readonly requestHmac: string; readonly outcome: Outcome }>;

/** The players' rows, with what needs no lock. The clock is read when the rows are held, so that no entry is older than the one before it. */
async function lockPlayersOf(
  transaction: Transaction,
  commands: readonly Command[],
  waitFor: ReadonlySet<bigint>,
): Promise<Locked> {
  const playerIds = sorted(commands.flatMap((command) => command.playerIds));
  const [waited, unwaited, now, catalogue] = await Promise.all([
    lockPlayers(
      transaction,
      playerIds.filter((playerId) => waitFor.has(playerId)),
      { isWaiting: true },
    ),
    lockPlayers(
      transaction,
      playerIds.filter((playerId) => !waitFor.has(playerId)),
      { isWaiting: false },
    ),
    databaseNow(transaction),
    findCatalogue(transaction, sorted(commands.flatMap((command) => command.itemIds))),
  ]);
  const players = [...waited, ...unwaited];
  const found = new Set(players.map(({ playerId }) => playerId));
  const missing = playerIds.filter((playerId) => !found.has(playerId) && !waitFor.has(playerId));
  // A row that was skipped is there for a reading that takes no lock.
  const heldUp = new Set(missing.length === 0 ? [] : await findExistingPlayerIds(transaction, missing));
  return { players, heldUp, catalogue, recordedAt: now.rfc3339, nowMs: now.ms };
}

/**
 * What hangs under the rows that are held, into `ledger`, and what the keys have been answered. Whoever does not
 * hold the player never touches it: a look at another's rows would make their holder's own look-ups fail.
 */
async function readUnder(transaction: Transaction, standing: readonly Command[], ledger: Ledger): Promise<Outcomes> {
  const balancesOf = (commands: readonly Command[]) =>
    lockBalances(
      transaction,
      commands.flatMap((command) => command.balances(ledger)),
    ).then((rows) => ledger.addBalances(rows));
  const [records, itemLocations] = await Promise.all([
    findIdempotencyRecords(
      transaction,
      standing.map(({ idempotency }) => idempotency),
    ),
    lockItemLocations(
      transaction,
      standing.flatMap((command) => command.itemLocations),
    ),
    balancesOf(standing.filter((command) => command.itemLocations.length === 0)),
  ]);
  ledger.addItemLocations(itemLocations);
  // Only what lies there says whose balance it is.
  await balancesOf(standing.filter((command) => command.itemLocations.length > 0));
  return new Map(
    records.map((record) => [
      idempotencyText(record),
      { requestHmac: record.requestHmac, outcome: outcomeOfText(record.outcomeText) },
    ]),
  );
}

function heldUpBy({ playerIds }: Command, heldUp: ReadonlySet<bigint>): bigint[] {
  return playerIds.filter((playerId) => heldUp.has(playerId));
}

/** What is already known about the request, or null where it is to be decided. */
function replayOf({ idempotency }: Command, outcomes: Outcomes, nowMs: number): Verdict | null {
  if (isKeyOutOfWindow(idempotency, nowMs)) return { kind: "failed", error: idempotencyKeyExpired() };
  const known = outcomes.get(idempotencyText(idempotency));
  if (known === undefined) return null;
  if (!idempotency.requestHmacs.includes(known.requestHmac)) return { kind: "failed", error: idempotencyKeyReused() };
  return { kind: "answered", answer: { outcome: known.outcome, replayed: true, player: null, items: [] } };
}

/** In statements that travel together: a failure of any rolls all back, since none commits by itself. */
async function write(
  transaction: Transaction,
  ledger: Ledger,
  decided: readonly { readonly command: Command; readonly outcome: Outcome }[],
): Promise<void> {
  await Promise.all([
    insertItemTransactions(transaction, ledger.transactions),
    setBalances(transaction, ledger.newBalances()),
    growVersions(transaction, ledger.growths()),
    deleteItemLocations(transaction, ledger.collected),
    insertIdempotencyRecords(
      transaction,
      decided.map(({ command: { idempotency }, outcome }) => ({
        playerId: idempotency.playerId,
        keyHex: idempotency.keyHex,
        requestHmac: idempotency.requestHmacs[0],
        outcomeText: outcomeText(outcome),
      })),
    ),
  ]);
}

/**
 * Closed are those of everything that the answers reveal: effects, replayed ones too (their close may have been
 * lost with its process), and refusals, which tell what somebody else has committed.
 */
function tagsOf(commands: readonly Command[]): string[] {
  return [...new Set(commands.flatMap(({ tags }) => tags))];
}

/** Each once, ascending: two groups that share players lock them in the same order. */
function sorted(ids: readonly bigint[]): bigint[] {
  return [...new Set(ids)].toSorted((a, b) => (a < b ? -1 : 1));
}
