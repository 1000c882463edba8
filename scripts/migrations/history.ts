// The migrations on disk, and which of them a database has had: Prisma's own table and lock, so that
// `prisma migrate deploy` and `status` carry on where this left off. Prisma's engine cannot be had
// everywhere; its layout can. The table is that of prisma-engines, flavour/mysql (create_migrations_table).
import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Connection } from "mariadb";
import { SetupError } from "../setup-error.ts";
import { sqlMessageOf } from "./connection.ts";

/** `prisma/migrations/<name>/migration.sql`. */
export interface MigrationFile {
  readonly name: string;
  readonly script: string;
  /** sha256 of the file, in hex: what Prisma records. */
  readonly checksum: string;
}

/** A row of `_prisma_migrations`, as far as decisions need it. */
export interface MigrationRecord {
  readonly name: string;
  readonly checksum: string;
  readonly isFinished: boolean;
  readonly isRolledBack: boolean;
  readonly logs: string | null;
}

const CREATE_HISTORY = `CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             DATETIME(3),
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          DATETIME(3),
    started_at              DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    applied_steps_count     INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

/** Every migration in `directory`, by name, which is by time. A folder without its migration.sql is a SetupError. */
export async function readMigrationFiles(directory: string): Promise<MigrationFile[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(names.toSorted().map((name) => readMigrationFile(directory, name)));
}

/**
 * Holds Prisma's own advisory lock while `work` runs, so two starts, or a start and a real
 * `prisma migrate deploy`, take turns. Waits 10 s, as Prisma does; then throws a SetupError.
 */
export async function withMigrationLock<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const [row] = await connection.query<{ locked: number | null }[]>("SELECT GET_LOCK('prisma_migrate', 10) AS locked");
  if (row?.locked !== 1)
    throw new SetupError("another migration has been running for over 10 s; try again when it is done");
  try {
    return await work();
  } finally {
    await connection.query("SELECT RELEASE_LOCK('prisma_migrate')");
  }
}

/** The history, oldest first. Creates its table in an empty database; refuses one that has tables but no history. */
export async function readHistory(connection: Connection): Promise<MigrationRecord[]> {
  const tables = await connection.query<{ name: string }[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'",
  );
  if (!tables.some((table) => table.name === "_prisma_migrations")) {
    if (tables.length > 0) {
      throw new SetupError(
        "the database has tables but no _prisma_migrations: it belongs to something else; name an empty one",
      );
    }
    await connection.query(CREATE_HISTORY);
  }
  const rows = await connection.query<HistoryRow[]>(
    "SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS rolled_back, logs " +
      "FROM _prisma_migrations ORDER BY started_at, id",
  );
  return rows.map((row) => ({
    name: row.migration_name,
    checksum: row.checksum,
    isFinished: row.finished === 1,
    isRolledBack: row.rolled_back === 1,
    logs: row.logs,
  }));
}

/**
 * What is still to be applied. Throws a SetupError when history and disk contradict each other: an unfinished
 * migration, one whose file was changed since, one whose file is gone. A rolled-back record counts as never applied.
 */
export function pendingMigrations(
  files: readonly MigrationFile[],
  history: readonly MigrationRecord[],
): MigrationFile[] {
  const standing = history.filter((record) => !record.isRolledBack);
  for (const record of standing) {
    const file = files.find(({ name }) => name === record.name);
    if (!record.isFinished) throw new SetupError(failedMessage(record));
    if (file === undefined) {
      throw new SetupError(
        `migration ${record.name} was applied to this database but is not in prisma/migrations: check out the revision that has it`,
      );
    }
    if (!checksumsOf(file).includes(record.checksum)) {
      throw new SetupError(
        `migration ${record.name} was changed after it was applied: restore the file and write a new migration instead`,
      );
    }
  }
  return files.filter((file) => !standing.some(({ name }) => name === file.name));
}

/**
 * Runs one migration and records it. A statement that fails leaves what stood before it in place (DDL commits by
 * itself), its message in `logs` and the record unfinished, so that nothing goes on as if it had worked.
 *
 * The whole file goes to the server as one text and the server's own parser finds the statements (`connection` must
 * allow multiple statements), as Prisma does: a splitter of ours would be a second grammar of strings, comments,
 * conditional comments and DELIMITERs that could disagree with the first. The server stops at the first error.
 */
export async function applyMigration(connection: Connection, file: MigrationFile): Promise<void> {
  const id = randomUUID();
  await connection.query(
    "INSERT INTO _prisma_migrations (id, checksum, started_at, migration_name) VALUES (?, ?, UTC_TIMESTAMP(3), ?)",
    [id, file.checksum, file.name],
  );
  try {
    await connection.query(file.script);
  } catch (error) {
    const logs = sqlMessageOf(error);
    await connection.query("UPDATE _prisma_migrations SET logs = ? WHERE id = ?", [logs, id]);
    throw new SetupError(failedMessage({ name: file.name, logs }));
  }
  await connection.query(
    "UPDATE _prisma_migrations SET applied_steps_count = applied_steps_count + 1, finished_at = UTC_TIMESTAMP(3) WHERE id = ?",
    [id],
  );
}

interface HistoryRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished: number;
  readonly rolled_back: number;
  readonly logs: string | null;
}

async function readMigrationFile(directory: string, name: string): Promise<MigrationFile> {
  try {
    const script = await readFile(join(directory, name, "migration.sql"), "utf8");
    return { name, script, checksum: sha256(script) };
  } catch {
    throw new SetupError(
      `prisma/migrations/${name} has no readable migration.sql: remove the folder or restore the file`,
    );
  }
}

/** Git may have changed the line ends on the way to another machine; Prisma forgives that too. */
function checksumsOf({ script, checksum }: MigrationFile): string[] {
  const withLf = script.replaceAll("\r\n", "\n");
  return [checksum, sha256(withLf), sha256(withLf.replaceAll("\n", "\r\n"))];
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function failedMessage({ name, logs }: Pick<MigrationRecord, "name" | "logs">): string {
  const reason = logs === null || logs === "" ? "it was interrupted" : logs;
  return [
    `migration ${name} did not finish: ${reason}`,
    "A private development database: delete its directory (.data) and start again.",
    "Any other: undo what the migration had done so far, then mark its row in _prisma_migrations as rolled back",
    `(prisma migrate resolve --rolled-back ${name}, or set rolled_back_at) and migrate again.`,
  ].join("\n");
}
