// exchangeItems in one interactive transaction of Prisma: lock, look for the key, read, decide, write. The
// multi-row statements are raw where Prisma would send one per row.

import type { Outcome } from "../../../src/commands/outcome.ts";
import { Prisma } from "../../../src/database/generated/client.ts";
import type { SigningKeys } from "../../../src/runtime/signing-keys.ts";
import { decideExchange, exchangeIdempotency, replayed, type Exchange } from "../kit/exchange.ts";
import type { PrismaClient } from "../kit/prisma.ts";

const WAIT_MS_MAX = 10_000;

export function createExchange(prisma: PrismaClient, keys: SigningKeys) {
  return async (exchange: Exchange, key: string): Promise<Outcome> => {
    const { playerId, itemId } = exchange;
    const idempotency = exchangeIdempotency(exchange, key, keys);
    const idempotencyKey = Buffer.from(idempotency.keyHex, "hex");
    // No lock is held while the recipe is read.
    const recipe = (await prisma.itemRecipe.findMany({ where: { itemId } })).map((line) => ({
      itemId: line.ingredientItemId,
      count: line.count,
    }));
    return prisma.$transaction(
      async (transaction) => {
        const [player] = await transaction.$queryRaw<{ version: bigint }[]>`
          SELECT version FROM player WHERE id = ${playerId} FOR UPDATE`;
        if (player === undefined) throw new Error("no such player");
        const known = await transaction.idempotency.findUnique({
          where: { playerId_idempotencyKey: { playerId, idempotencyKey } },
        });
        if (known !== null) return replayed(idempotency, known.requestHmac, known.outcome);
        const balances = await transaction.playerItem.findMany({
          where: { playerId, itemId: { in: [itemId, ...recipe.map((line) => line.itemId)] } },
          select: { itemId: true, quantity: true },
        });
        const effect = decideExchange(exchange, { version: player.version, recipe, balances });
        if (effect === null) throw new Error("refused");
        const { version, recordedAt, lines, outcome, outcomeText } = effect;
        await transaction.itemTransaction.create({
          data: { playerId, version, kind: "EXCHANGE", recordedAt },
          select: { version: true },
        });
        await transaction.itemTransactionLine.createMany({
          data: lines.map((line) => ({ playerId, version, ...line })),
        });
        const rows = effect.balances.map((row) => Prisma.sql`(${playerId}, ${row.itemId}, ${row.quantity})`);
        await transaction.$executeRaw`
          INSERT INTO player_item (player_id, item_id, quantity) VALUES ${Prisma.join(rows)}
          ON DUPLICATE KEY UPDATE quantity = VALUES(quantity)`;
        await transaction.player.updateMany({ where: { id: playerId }, data: { version } });
        await transaction.idempotency.createMany({
          data: [
            {
              playerId,
              idempotencyKey,
              requestHmac: Buffer.from(idempotency.requestHmacs[0], "hex"),
              outcome: outcomeText,
            },
          ],
        });
        return outcome;
      },
      { isolationLevel: "ReadCommitted", maxWait: WAIT_MS_MAX, timeout: WAIT_MS_MAX },
    );
  };
}
