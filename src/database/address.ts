// What a database URL says: mysql:// or mariadb://user:password@host:port/database. The server's pool
// and the scripts' single connections read it here, so that both understand the same URLs.

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Empty where the URL names none. */
  readonly database: string;
  /** `?ssl=true`. */
  readonly ssl: boolean;
  /**
   * MySQL 8 and later hand out their RSA key, which a password needs where there is no TLS, only
   * when asked; asking is safe only where nobody can sit in between.
   */
  readonly allowPublicKeyRetrieval: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

const PROTOCOLS = new Set(["mysql:", "mariadb:"]);

/** Throws a TypeError that says what is wrong but does not repeat the URL, since it holds a password. */
export function databaseAddressOf(databaseUrl: string): DatabaseAddress {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null;
  if (url === null || !PROTOCOLS.has(url.protocol)) {
    throw new TypeError("a database URL must have the form mysql://user:password@host:3306/database");
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    host,
    port: url.port === "" ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ssl: url.searchParams.get("ssl") === "true",
    allowPublicKeyRetrieval: LOOPBACK.test(host) || url.searchParams.get("allowPublicKeyRetrieval") === "true",
  };
}
