// Makes the app's MySQL account hold exactly the rights that prisma/grants.sql lists on one database:
// grants what is missing, revokes what a former release had granted. Runs after the migrations, under
// their lock. The app is asked for its own account and rights, because the migrator may not read mysql.user.
import type { Connection } from "mariadb";
import { SetupError } from "../setup-error.ts";
import { sqlMessageOf } from "./connection.ts";

/** Rights by object: "`satchel`.`player`" to a set of "SELECT", "UPDATE(version)", ... */
type Rights = Map<string, Set<string>>;

/**
 * Brings the rights of `app`'s account in line with `grantsSql`; issues nothing when they already are. When both
 * connections are one account there is nothing to separate and nothing is done. Throws a SetupError with the statement
 * when the migrator may not grant; a REVOKE that is refused is only told to `progress`, since the app can work.
 */
export async function applyGrants(options: {
  migrator: Connection;
  app: Connection;
  database: string;
  grantsSql: string;
  progress: (line: string) => void;
}): Promise<void> {
  const { migrator, app, progress } = options;
  const account = await accountOf(app);
  if (account === (await accountOf(migrator))) return;
  const database = quotedName(options.database);
  const wanted = wantedRights(options.grantsSql.replaceAll("{database}", database).replaceAll("{app}", account));
  const held = await heldRights(app);
  warnOfGlobalRights(held, progress);
  // Revoke first: where the app holds ALL PRIVILEGES on a table, that takes away what is granted next.
  for (const { object, right } of difference(onlyOn(database, held), wanted)) {
    await migrator.query(`REVOKE ${statementForm(right)} ON ${object} FROM ${account}`).catch((error: unknown) => {
      progress(`the app's account keeps ${right} on ${object}: ${sqlMessageOf(error)}`);
    });
  }
  for (const { object, right } of difference(wanted, held)) {
    const statement = `GRANT ${statementForm(right)} ON ${object} TO ${account}`;
    await migrator.query(statement).catch((error: unknown) => {
      throw new SetupError(
        `the migrator's account cannot give the app its rights (${statement}): ${sqlMessageOf(error)}`,
      );
    });
  }
}

/** `'user'@'host'` as the server matched it: the host part decides which of several accounts it is. */
async function accountOf(connection: Connection): Promise<string> {
  const [row] = await connection.query<{ account: string }[]>("SELECT CURRENT_USER() AS account");
  const account = row?.account ?? "";
  const at = account.lastIndexOf("@");
  return `${quotedText(account.slice(0, at))}@${quotedText(account.slice(at + 1))}`;
}

function wantedRights(grantsSql: string): Rights {
  const rights: Rights = new Map();
  const statements = grantsSql.replaceAll(/^\s*--.*$/gm, "").split(";");
  for (const statement of statements.map((text) => text.trim()).filter((text) => text !== "")) {
    if (!addGrant(rights, statement)) {
      throw new SetupError(
        `prisma/grants.sql may hold nothing but GRANT ... ON {database}.\`table\` TO {app}; it holds: ${statement}`,
      );
    }
  }
  return rights;
}

async function heldRights(app: Connection): Promise<Rights> {
  const rights: Rights = new Map();
  const rows = await app.query<string[][]>({ sql: "SHOW GRANTS FOR CURRENT_USER()", rowsAsArray: true });
  for (const [line] of rows) addGrant(rights, line ?? "");
  return rights;
}

/** False when the line is no grant of rights on an object (a role, a proxy). USAGE is the server's word for none. */
function addGrant(rights: Rights, line: string): boolean {
  const match =
    /^GRANT (?<list>.+?) ON (?:TABLE )?(?<object>(?:`(?:[^`]|``)+`|\*)\.(?:`(?:[^`]|``)+`|\*)) TO (?<rest>.+)$/s.exec(
      line,
    );
  if (match?.groups === undefined) return false;
  const { list = "", object = "", rest = "" } = match.groups;
  const held = rights.get(object) ?? new Set<string>();
  for (const right of rightsOf(list)) if (right !== "USAGE") held.add(right);
  if (rest.includes(" WITH GRANT OPTION")) held.add("GRANT OPTION");
  rights.set(object, held);
  return true;
}

/** "SELECT (a, `b`), INSERT" becomes SELECT(a), SELECT(b), INSERT: one entry per column, so sets compare. */
function rightsOf(list: string): string[] {
  const entries = list.matchAll(/(?<name>[A-Z][A-Za-z ]*[A-Za-z])\s*(?:\((?<columns>[^)]*)\))?/g);
  return [...entries].flatMap((entry) => {
    const name = (entry.groups?.["name"] ?? "").toUpperCase();
    const columns = entry.groups?.["columns"];
    if (columns === undefined) return [name];
    return columns.split(",").map((column) => `${name}(${column.trim().replaceAll("`", "")})`);
  });
}

function statementForm(right: string): string {
  return right.replace(/\((.*)\)$/, (_, column: string) => ` (${quotedName(column)})`);
}

/** Entries of `rights` that are missing in `others`. */
function difference(rights: Rights, others: Rights): { object: string; right: string }[] {
  return [...rights].flatMap(([object, held]) =>
    [...held].filter((right) => others.get(object)?.has(right) !== true).map((right) => ({ object, right })),
  );
}

/** Rights of the account on other databases are somebody else's to give and take. */
function onlyOn(database: string, rights: Rights): Rights {
  return new Map([...rights].filter(([object]) => object.replaceAll("\\_", "_").startsWith(`${database}.`)));
}

function warnOfGlobalRights(held: Rights, progress: (line: string) => void): void {
  const rights = held.get("*.*");
  if (rights !== undefined && rights.size > 0) {
    progress("the app's account holds rights on the whole server: give DATABASE_URL an account of its own");
  }
}

function quotedName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function quotedText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
