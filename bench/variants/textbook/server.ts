// Yoga, Prisma and a DataLoader per kind of thing and request: what the books on GraphQL servers teach.

import { createCursors } from "../../../src/runtime/cursors.ts";
import { createPrisma } from "../kit/prisma.ts";
import { readSettings } from "../kit/settings.ts";
import { serveYoga } from "../kit/yoga.ts";
import { createLoaders } from "./loaders.ts";
import { createResolvers, type Context } from "./resolvers.ts";

const settings = readSettings();
const prisma = createPrisma(settings);

await prisma.$connect();
serveYoga<Context>({
  settings,
  resolvers: createResolvers(prisma, createCursors(settings.cursorKeys)),
  contextOf: (viewer) => ({ viewer, loaders: createLoaders(prisma) }),
  stop: () => prisma.$disconnect(),
});
