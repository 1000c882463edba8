// What the worker tidies: answers to idempotency keys past their window, by the database's clock. The purge trails
// the refusal of old keys by a day, so that no key is refused and forgotten in the same moment. Old rows go a
// thousand at a time, so that no transaction is long; several workers at once only share the work.

import { setTimeout as delay } from "node:timers/promises";
import { isDeadlock } from "../database/database-error.ts";
import type { DatabasePool } from "../database/pool.ts";
import { inTransaction } from "../database/transaction.ts";
import { deleteOldIdempotencyRecords } from "../repositories/idempotency.ts";
import { limits } from "../runtime/limits.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";

export interface Housekeeping {
  /** Tidies now and then until stopped. */
  start(): void;
  /** Resolves when what was under way is done. */
  stop(): Promise<void>;
  /** Deletes what is old now; resolves to how many rows that were. */
  purge(): Promise<number>;
}

export interface HousekeepingOptions {
  readonly pool: DatabasePool;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const DAY_MS = 86_400_000;

export function createHousekeeping({ pool, metrics, logger }: HousekeepingOptions): Housekeeping {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const purge = async (): Promise<number> => {
    const days = limits.idempotencyWindowMs / DAY_MS + 1;
    let total = 0;
    for (let batch = 0; batch < limits.purgeBatchesMax && !stopping.signal.aborted; batch += 1) {
      const deleted = await deleteSome(pool, days);
      if (deleted === null) continue;
      total += deleted;
      metrics.purgedRows.inc(deleted);
      if (deleted < limits.purgeRowsMax) break;
    }
    return total;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let pauseMs: number = limits.purgePauseMs;
      try {
        await purge();
      } catch (error) {
        // MySQL away, or rows in the way.
        pauseMs = limits.purgeRetryMs;
        logger.warn({ reason: (error as Error).message }, "housekeeping failed");
      }
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  return {
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
    purge,
  };
}

/** Null where another worker was at the same rows, and was let pass: it is for this one to try again. */
async function deleteSome(pool: DatabasePool, days: number): Promise<number | null> {
  try {
    return await inTransaction(pool, (transaction) =>
      deleteOldIdempotencyRecords(transaction, { days, rowsMax: limits.purgeRowsMax }),
    );
  } catch (error) {
    if (isDeadlock(error)) return null;
    throw error;
  }
}
