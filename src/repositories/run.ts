// Recorded runs of a player, newest first: run ids are UUIDv7, so their order is that of recording.

import type { DatabasePool } from "../database/pool.ts";
import type { PrismaClient } from "../database/prisma-client.ts";
import { rfc3339 } from "./columns.ts";
import { queryUnionAll } from "./union-all.ts";

export interface RunRow {
  readonly playerId: bigint;
  /** The UUID as 32 lower-case hex digits. */
  readonly runId: string;
  readonly distanceMm: bigint;
  readonly durationSeconds: number;
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339. */
  readonly recordedAt: string;
}

export interface RunKey {
  readonly playerId: bigint;
  readonly runId: string;
}

export interface RunPageKey {
  readonly playerId: bigint;
  /** Only runs recorded before this one; null for the first page. */
  readonly beforeRunId: string | null;
  readonly rowsMax: number;
}

/** One page per key, newest first. One statement. */
export async function listRunPages(pool: DatabasePool, keys: readonly RunPageKey[]): Promise<RunRow[][]> {
  const pages = await queryUnionAll<[string, bigint, number | bigint, string, string]>(
    pool,
    keys.map(({ playerId, beforeRunId, rowsMax }) => ({
      columns: "LOWER(HEX(run_id)), distance_mm, duration_seconds, started_at, recorded_at",
      rest:
        `FROM run WHERE player_id = ? ${beforeRunId === null ? "" : "AND run_id < UNHEX(?) "}` +
        "ORDER BY run_id DESC LIMIT ?",
      values: [playerId, ...(beforeRunId === null ? [] : [beforeRunId]), rowsMax],
    })),
  );
  return pages.map((rows, place) =>
    rows.map(([runId, distanceMm, durationSeconds, startedAt, recordedAt]) => ({
      playerId: keys[place]!.playerId,
      runId,
      distanceMm,
      durationSeconds: Number(durationSeconds),
      startedAt: rfc3339(startedAt),
      recordedAt: rfc3339(recordedAt),
    })),
  );
}

/** Known runs by key, in any order. Through Prisma: only `node` asks so. */
export async function findRunsByKey(prisma: PrismaClient, keys: readonly RunKey[]): Promise<RunRow[]> {
  const rows = await prisma.run.findMany({
    where: { OR: keys.map(({ playerId, runId }) => ({ playerId, runId: Buffer.from(runId, "hex") })) },
  });
  return rows.map((row) => ({
    ...row,
    runId: Buffer.from(row.runId).toString("hex"),
    startedAt: row.startedAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
  }));
}
