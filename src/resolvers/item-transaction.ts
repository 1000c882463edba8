// Ledger entries: one line of the table holds what was received and spent of an item; the schema
// shows the two sides as lists of their own.

import { itemTransactionGlobalId } from "../runtime/ids.ts";
import type { ItemTransactionResolvers } from "../schema/generated/resolver-types.ts";

export const itemTransactionResolvers = {
  id: ({ playerId, version }) => itemTransactionGlobalId(playerId, version),
  received: ({ lines }) =>
    lines.filter(({ received }) => received > 0n).map(({ itemId, received }) => ({ itemId, count: received })),
  spent: ({ lines }) => lines.filter(({ spent }) => spent > 0n).map(({ itemId, spent }) => ({ itemId, count: spent })),
} satisfies ItemTransactionResolvers;
