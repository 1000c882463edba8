// Where the outside check of a sign-up stands. Through Prisma: asked rarely.

import type { PrismaClient } from "../database/prisma-client.ts";

export type VerificationStatus = "PENDING" | "VERIFIED" | "FAILED" | "DEAD_LETTERED";

export interface VerificationRow {
  readonly playerId: bigint;
  readonly status: VerificationStatus;
  readonly attempts: number;
  /** RFC 3339. */
  readonly nextAttemptAt: string | null;
}

/** Known verifications in any order. One statement. */
export async function findVerificationsByPlayer(
  prisma: PrismaClient,
  playerIds: readonly bigint[],
): Promise<VerificationRow[]> {
  const rows = await prisma.verification.findMany({ where: { playerId: { in: [...playerIds] } } });
  return rows.map((row) => ({ ...row, nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null }));
}
