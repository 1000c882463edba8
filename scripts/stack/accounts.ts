// The private database's accounts and the URLs made of them: root for tests that create databases, the
// migrator that owns the schema, and the app that has no right until the migrator grants it one.
// Written as an init file, which the server runs before it takes its first connection, at every start:
// there is no moment with an empty password, and a half-made first start heals itself.

/** Passwords of the private servers, made once per stack. */
export interface StackPasswords {
  readonly root: string;
  readonly migrator: string;
  readonly app: string;
  readonly cacheRedis: string;
  readonly queueRedis: string;
}

/** Who owns what on a test server: its migrator may work in every database named `satchel...`. */
export type StackPurpose = "development" | "test";

const DATABASE = "satchel";
/** Without name resolution a connection over the loopback comes from this host and no other. */
const HOST = "127.0.0.1";

/** SQL for `--init-file`: one statement a line, each harmless when repeated. */
export function accountsSql(passwords: StackPasswords, purpose: StackPurpose): string {
  const migratorScope = purpose === "test" ? "`satchel%`.*" : `\`${DATABASE}\`.*`;
  const statements = [
    "SET SESSION sql_log_bin = 0",
    `CREATE DATABASE IF NOT EXISTS \`${DATABASE}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED BY '${passwords.root}'`,
    ...account("root", passwords.root),
    `GRANT ALL PRIVILEGES ON *.* TO 'root'@'${HOST}' WITH GRANT OPTION`,
    ...account("satchel_migrator", passwords.migrator),
    `GRANT ALL PRIVILEGES ON ${migratorScope} TO 'satchel_migrator'@'${HOST}' WITH GRANT OPTION`,
    ...account("satchel_app", passwords.app),
  ];
  return statements.map((statement) => `${statement};\n`).join("");
}

/** The URLs of a private database server at `port`. `query` is what the server's kind asks of drivers. */
export function databaseUrls(
  passwords: StackPasswords,
  port: number,
  query: string,
): { databaseUrl: string; migratorDatabaseUrl: string; adminDatabaseUrl: string } {
  const urlFor = (user: string, password: string, database: string): string =>
    `mysql://${user}:${password}@${HOST}:${port}/${database}${query}`;
  return {
    databaseUrl: urlFor("satchel_app", passwords.app, DATABASE),
    migratorDatabaseUrl: urlFor("satchel_migrator", passwords.migrator, DATABASE),
    adminDatabaseUrl: urlFor("root", passwords.root, DATABASE),
  };
}

function account(user: string, password: string): string[] {
  return [
    `CREATE USER IF NOT EXISTS '${user}'@'${HOST}' IDENTIFIED BY '${password}'`,
    `ALTER USER '${user}'@'${HOST}' IDENTIFIED BY '${password}'`,
  ];
}
