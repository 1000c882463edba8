// Yoga and Prisma, one interactive transaction per write: what a team builds first, by someone who knows that
// the player's row has to be locked and the answer stored beside the effect.

import { getDirectiveValues, type GraphQLResolveInfo } from "graphql";
import type { Viewer } from "../../../src/context.ts";
import type { Outcome } from "../../../src/commands/outcome.ts";
import { itemGlobalId, itemTransactionGlobalId, parseGlobalId, playerGlobalId } from "../../../src/runtime/ids.ts";
import { createPrisma } from "../kit/prisma.ts";
import { readSettings } from "../kit/settings.ts";
import { serveYoga } from "../kit/yoga.ts";
import { createExchange } from "./exchange.ts";

interface Context {
  readonly viewer: Viewer | null;
}

const settings = readSettings();
const prisma = createPrisma(settings);
const exchange = createExchange(prisma, settings.idempotencyKeys);

await prisma.$connect();
serveYoga<Context>({
  settings,
  contextOf: (viewer) => ({ viewer }),
  stop: () => prisma.$disconnect(),
  resolvers: {
    BigInt: { serialize: String },
    Query: { viewer: () => null },
    Mutation: {
      exchangeItems: async (
        _: unknown,
        { input }: { input: { itemId: string; times: string } },
        { viewer }: Context,
        info: GraphQLResolveInfo,
      ) => {
        if (viewer?.role !== "player") throw new Error("the bench asks as players");
        const item = parseGlobalId(input.itemId);
        if (item?.type !== "Item") throw new Error("not an item's id");
        const { playerId } = viewer;
        const times = BigInt(input.times);
        return payloadOf(playerId, await exchange({ playerId, itemId: item.itemId, times }, keyOf(info)));
      },
    },
  },
});

function keyOf({ schema, fieldNodes, variableValues }: GraphQLResolveInfo): string {
  const values = getDirectiveValues(schema.getDirective("idempotent")!, fieldNodes[0]!, variableValues);
  return values!["key"] as string;
}

function payloadOf(playerId: bigint, { transactions: [entry], changes }: Outcome) {
  if (entry === undefined) throw new Error("refused");
  return {
    transaction: { ...entry, id: itemTransactionGlobalId(playerId, entry.version) },
    player: { id: playerGlobalId(playerId), version: entry.version },
    changes: changes.map(({ itemId, quantity }) => ({ item: { id: itemGlobalId(itemId) }, quantity })),
    userErrors: [],
  };
}
