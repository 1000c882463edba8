// The textbook variant with Yoga's own response cache in front: in memory, by token, thirty seconds.

import { useResponseCache } from "@graphql-yoga/plugin-response-cache";
import { createCursors } from "../../../src/runtime/cursors.ts";
import { createPrisma } from "../kit/prisma.ts";
import { readSettings } from "../kit/settings.ts";
import { serveYoga } from "../kit/yoga.ts";
import { createLoaders } from "../textbook/loaders.ts";
import { createResolvers, type Context } from "../textbook/resolvers.ts";

const TTL_MS = 30_000;
const settings = readSettings();
const prisma = createPrisma(settings);

await prisma.$connect();
serveYoga<Context>({
  settings,
  resolvers: createResolvers(prisma, createCursors(settings.cursorKeys)),
  contextOf: (viewer) => ({ viewer, loaders: createLoaders(prisma) }),
  plugins: [useResponseCache({ session: (request) => request.headers.get("authorization"), ttl: TTL_MS })],
  stop: () => prisma.$disconnect(),
});
