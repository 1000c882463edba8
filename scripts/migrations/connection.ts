// Opens the few connections that scripts make to MariaDB or MySQL from a URL. The server's own pool
// is src/database's; scripts want one plain connection each, numbers instead of BigInt, UTC, and an
// error that names the address but never the password.
import { type Connection, type ConnectionConfig, createConnection } from "mariadb";
import { databaseAddressOf, type DatabaseAddress } from "../../src/database/address.ts";
import { SetupError } from "../setup-error.ts";

/**
 * One connection to the database of `databaseUrl`; the caller ends it. `overrides` go to the driver as they are.
 * Throws a SetupError when the URL is none, nobody answers there or the password is refused.
 */
export async function connectTo(databaseUrl: string, overrides: ConnectionConfig = {}): Promise<Connection> {
  const { database, ssl, ...address } = readAddress(databaseUrl);
  try {
    return await createConnection({
      ...address,
      ...(database === "" ? {} : { database }),
      ...(ssl ? { ssl } : {}),
      connectTimeout: 5_000,
      timezone: "Z",
      charset: "utf8mb4",
      bigIntAsNumber: true,
      decimalAsNumber: true,
      insertIdAsNumber: true,
      checkNumberRange: true,
      ...overrides,
    });
  } catch (error) {
    throw new SetupError(
      `cannot connect to MySQL at ${address.host}:${address.port} as ${address.user}: ${sqlMessageOf(error)}`,
    );
  }
}

/** The parts of a database URL; a SetupError for what is none. */
export function readAddress(databaseUrl: string): DatabaseAddress {
  try {
    return databaseAddressOf(databaseUrl);
  } catch (error) {
    throw new SetupError((error as Error).message);
  }
}

/** The server's words alone: the driver's `message` repeats the statement and its values. */
export function sqlMessageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const sqlMessage = (error as { sqlMessage?: unknown }).sqlMessage;
  return typeof sqlMessage === "string" && sqlMessage !== "" ? sqlMessage : error.message;
}
