// Prisma's own commands read this file. The connection comes from the environment, for use
// elsewhere (`prisma migrate deploy`, `prisma studio`); this project's scripts do not need it.
import { defineConfig } from "prisma/config";

const url = process.env["MIGRATOR_DATABASE_URL"] ?? process.env["DATABASE_URL"];

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  ...(url === undefined ? {} : { datasource: { url } }),
});
