// Yoga and Prisma without loaders: every resolver asks Prisma for what its field needs. Prisma itself
// gathers the findUnique calls of one tick into one statement, so this is not the N + 1 of old.

import { createCursors } from "../../../src/runtime/cursors.ts";
import { createPrisma } from "../kit/prisma.ts";
import { readSettings } from "../kit/settings.ts";
import { serveYoga } from "../kit/yoga.ts";
import { createResolvers, type Context } from "./resolvers.ts";

const settings = readSettings();
const prisma = createPrisma(settings);

await prisma.$connect();
serveYoga<Context>({
  settings,
  resolvers: createResolvers(prisma, createCursors(settings.cursorKeys)),
  contextOf: (viewer) => ({ viewer }),
  stop: () => prisma.$disconnect(),
});
