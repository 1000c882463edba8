// Opens the few connections that scripts make to MariaDB or MySQL from a URL. The server's own pool
// is src/database's; scripts want one plain connection each, numbers instead of BigInt, UTC, and an
// error that names the address but never the password.
import { type Connection, type ConnectionConfig, createConnection } from "mariadb";
import { SetupError } from "../setup-error.ts";

/** What a database URL says, without its password. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Empty when the URL has no path. */
  readonly database: string;
}

/** Reads `mysql://` and `mariadb://` URLs. Throws a SetupError that does not repeat the URL: it holds a password. */
export function databaseAddressOf(databaseUrl: string): DatabaseAddress {
  const url = parsedUrl(databaseUrl);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    database: decodeURIComponent(url.pathname.slice(1)),
  };
}

/**
 * One connection to the database of `databaseUrl`; the caller ends it. `overrides` go to the driver as they are.
 * Throws a SetupError when nobody answers there or the password is refused.
 */
export async function connectTo(databaseUrl: string, overrides: ConnectionConfig = {}): Promise<Connection> {
  const { database, ...address } = databaseAddressOf(databaseUrl);
  const url = parsedUrl(databaseUrl);
  const password = decodeURIComponent(url.password);
  const ssl = url.searchParams.get("ssl");
  try {
    return await createConnection({
      ...address,
      password,
      ...(database === "" ? {} : { database }),
      connectTimeout: 5_000,
      timezone: "Z",
      charset: "utf8mb4",
      bigIntAsNumber: true,
      decimalAsNumber: true,
      insertIdAsNumber: true,
      checkNumberRange: true,
      // As src/database/pool.ts: `?ssl=true` asks for TLS; without it MySQL hands out its RSA key only when asked.
      allowPublicKeyRetrieval: ssl === null,
      ...(ssl === "true" ? { ssl: true } : {}),
      ...overrides,
    });
  } catch (error) {
    throw new SetupError(
      `cannot connect to MySQL at ${address.host}:${address.port} as ${address.user}: ${sqlMessageOf(error)}`,
    );
  }
}

/** The server's words alone: the driver's `message` repeats the statement and its values. */
export function sqlMessageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const sqlMessage = (error as { sqlMessage?: unknown }).sqlMessage;
  return typeof sqlMessage === "string" && sqlMessage !== "" ? sqlMessage : error.message;
}

function parsedUrl(databaseUrl: string): URL {
  let url: URL;
  try {
    url = new URL(databaseUrl);
  } catch {
    throw new SetupError("a database URL cannot be read; its form is mysql://user:password@host:3306/database");
  }
  if (url.protocol !== "mysql:" && url.protocol !== "mariadb:") {
    throw new SetupError(`a database URL must begin with mysql:// or mariadb://, not ${url.protocol}//`);
  }
  return url;
}
