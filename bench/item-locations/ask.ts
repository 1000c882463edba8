// The question of the comparison, and what an answer that comes too late means.

import { DatabaseUnavailableError, StatementTimeoutError } from "../../src/database/database-error.ts";
import type { GeoPoint } from "../../src/runtime/great-circle.ts";

/** The first page of a player's item locations around a point. */
export interface Ask {
  readonly playerId: bigint;
  readonly near: GeoPoint;
  readonly withinMeters: number;
  readonly rowsMax: number;
}

/** The pages, or null when the server's limit for a statement ended it: Satchel would give no answer either. */
export async function inTime<Value>(answer: Promise<Value>): Promise<Value | null> {
  try {
    return await answer;
  } catch (error) {
    // A server that is silent for longer than its limit loses the connection instead.
    if (error instanceof StatementTimeoutError || error instanceof DatabaseUnavailableError) return null;
    throw error;
  }
}
