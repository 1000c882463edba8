// Prisma as both Prisma variants run it: on the MariaDB adapter, with the text protocol, which was
// measured to be cheaper (a prepared statement would be made for each length of an IN list).

import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { PrismaClient } from "../../../src/database/generated/client.ts";
import type { VariantSettings } from "./settings.ts";

export type { PrismaClient } from "../../../src/database/generated/client.ts";

export function createPrisma({ address, databasePoolSize }: VariantSettings): PrismaClient {
  const { host, port, user, password, database } = address;
  const adapter = new PrismaMariaDb(
    { host, port, user, password, database, connectionLimit: databasePoolSize, timezone: "Z" },
    { useTextProtocol: true },
  );
  return new PrismaClient({ adapter, errorFormat: "minimal" });
}
