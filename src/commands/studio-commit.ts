// Writes of the studio's own tools: catalogue, locations, what lies where. Each is a transaction by itself, of
// hundreds of rows, and its idempotency row is the last that it writes: a twin that committed in between
// makes that INSERT fail, and the next attempt finds the twin's answer.

import { setTimeout as delay } from "node:timers/promises";
import type { Fence, OpenFence } from "../cache/fence.ts";
import type { DatabasePool } from "../database/pool.ts";
import { OutcomeUnknownError, inTransaction, type Transaction } from "../database/transaction.ts";
import { idempotencyKeyExpired, idempotencyKeyReused, overloaded } from "../errors.ts";
import { databaseNow } from "../repositories/clock.ts";
import { findIdempotencyRecords, insertIdempotencyRecords } from "../repositories/idempotency.ts";
import { limits } from "../runtime/limits.ts";
import { isRetryable, refusalAfter } from "./failure.ts";
import { isKeyOutOfWindow, type Idempotency } from "./idempotency.ts";
import { outcomeText, valueOfText, type Refusal } from "./outcome.ts";

/** What such a write came to: refusals, or keys of rows in the order of the input. */
export interface StudioOutcome<Key> {
  readonly refusals: readonly Refusal[];
  readonly keys: readonly Key[];
}

export interface StudioCommand<Key> {
  readonly idempotency: Idempotency;
  /** Tags of everything that the effect changes. */
  readonly tags: readonly string[];
  /** Writes, unless it refuses. */
  run(transaction: Transaction): Promise<StudioOutcome<Key>>;
}

export interface StudioAnswer<Key> {
  readonly outcome: StudioOutcome<Key>;
  readonly replayed: boolean;
}

export interface StudioCommit {
  /** As GroupCommit's: resolves once the outcome is durable. */
  submit<Key>(command: StudioCommand<Key>): Promise<StudioAnswer<Key>>;
}

export function createStudioCommit({
  pool,
  fence,
}: {
  readonly pool: DatabasePool;
  readonly fence: Fence;
}): StudioCommit {
  let out = 0;
  /** What it opened stands in `unsettled` where nobody can say whether its COMMIT will land. */
  const attempt = <Key>(
    { idempotency, tags, run }: StudioCommand<Key>,
    unsettled: OpenFence[],
  ): Promise<StudioAnswer<Key>> => {
    let opening: Promise<OpenFence> | undefined;
    const work = async (transaction: Transaction) => {
      const known = await earlierAnswer<Key>(transaction, idempotency);
      if (known !== null) return { outcome: known, replayed: true, opened: await fence.open([]) };
      const outcome = await run(transaction);
      await insertIdempotencyRecords(transaction, [
        {
          playerId: idempotency.playerId,
          keyHex: idempotency.keyHex,
          requestHmac: idempotency.requestHmacs[0],
          outcomeText: outcomeText(outcome),
        },
      ]);
      opening = fence.open(outcome.refusals.length === 0 ? tags : []);
      return { outcome, replayed: false, opened: await opening };
    };
    return inTransaction(pool, work, async ({ opened }, commit) => {
      await commit();
      // Refusals and replays too: they tell what has been committed before. The key has its answer, so what was
      // unsettled has landed or never will.
      await Promise.all([opened.close(tags), ...unsettled.map((earlier) => earlier.close())]);
    }).then(
      ({ outcome, replayed }) => ({ outcome, replayed }),
      async (error: unknown) => {
        const opened = await opening;
        if (error instanceof OutcomeUnknownError && opened !== undefined) unsettled.push(opened);
        // Rolled back for certain: nobody shall do without the catalogue's answers for a minute.
        else void opened?.close();
        throw error;
      },
    );
  };

  return {
    async submit(command) {
      if (out >= limits.studioCommandsMax) throw overloaded();
      out += 1;
      const startedAtMs = performance.now();
      const unsettled: OpenFence[] = [];
      let isOutcomeOpen = false;
      try {
        for (;;) {
          try {
            return await attempt(command, unsettled);
          } catch (error) {
            if (!isRetryable(error)) throw error;
            isOutcomeOpen ||= error instanceof OutcomeUnknownError;
            if (performance.now() - startedAtMs > limits.commandMs) throw refusalAfter(error, isOutcomeOpen);
            await delay(limits.commandRetryMs);
          }
        }
      } finally {
        out -= 1;
      }
    },
  };
}

/** The answer that the key already has, or null. Throws for a key that may not be used. */
async function earlierAnswer<Key>(
  transaction: Transaction,
  idempotency: Idempotency,
): Promise<StudioOutcome<Key> | null> {
  const [[record], now] = await Promise.all([
    findIdempotencyRecords(transaction, [idempotency]),
    databaseNow(transaction),
  ]);
  if (isKeyOutOfWindow(idempotency, now.ms)) throw idempotencyKeyExpired();
  if (record === undefined) return null;
  if (!idempotency.requestHmacs.includes(record.requestHmac)) throw idempotencyKeyReused();
  return valueOfText(record.outcomeText) as StudioOutcome<Key>;
}
