// The private MariaDB: made once in its own directory, started with the settings that a committed write
// rests on, and asked for them again once it runs, since a missing fsync shows only after a power cut.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectTo } from "../migrations/connection.ts";
import { SetupError } from "../setup-error.ts";
import { accountsSql, databaseUrls, type StackPasswords, type StackPurpose } from "./accounts.ts";
import type { Programs } from "./programs.ts";
import type { PrivateServer } from "./server.ts";

const MEBIBYTE = 1024 * 1024;

/** What a database server of either kind is told. */
export interface DatabaseServerOptions {
  readonly directory: string;
  readonly logPath: string;
  readonly passwords: StackPasswords;
  readonly purpose: StackPurpose;
}

/** Describes the MariaDB whose files lie in `directory`; runs the programs found on this machine. */
export function mariadbServer(options: DatabaseServerOptions, { mariadb }: Programs): PrivateServer {
  if (mariadb === undefined) throw new Error("MariaDB is described before its programs are found");
  const { directory, logPath } = options;
  // Tests make databases by the hundred, which outlive no power cut: measured, waiting for the disk is nine tenths of that.
  const hasty = options.purpose === "test" ? ["--debug-no-sync=ON", "--sync-frm=OFF"] : [];
  const settings = [...databaseSettings(options), "--innodb-snapshot-isolation=ON", ...hasty];
  return {
    name: "mariadb",
    title: "MariaDB",
    marker: `--datadir=${directory}`,
    logPath,
    prepare: async () => {
      makeTemporaryFolder(directory);
      if (!existsSync(directory)) await initialise(directory, mariadb.mariadbInstallDb);
      writeInitFile(options);
    },
    commandLine: (port) => [mariadb.mariadbd, "--no-defaults", `--datadir=${directory}`, ...settings, `--port=${port}`],
    ping: (port) => askDatabase(options, port, "SELECT 1").then(() => undefined),
    assertSettings: (port) => assertDatabaseSettings(options, port, { innodb_snapshot_isolation: 1 }),
  };
}

/** The settings that MariaDB and MySQL share, as arguments. */
export function databaseSettings(options: DatabaseServerOptions): string[] {
  const isTest = options.purpose === "test";
  return [
    ...asRoot(),
    "--bind-address=127.0.0.1",
    // No socket file: everything comes over the loopback, and a long data directory would exceed its 107 bytes.
    "--socket=",
    `--init-file=${initFilePath(options)}`,
    `--pid-file=${join(options.directory, "server.pid")}`,
    temporaryFolderOf(options.directory),
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_bin",
    "--default-time-zone=+00:00",
    "--log-bin=binlog",
    "--server-id=1",
    "--sync-binlog=1",
    // Nothing reads the log here; it is on because its fsync is part of a commit's price and promise.
    "--binlog-expire-logs-seconds=3600",
    `--max-binlog-size=${64 * MEBIBYTE}`,
    "--innodb-flush-log-at-trx-commit=1",
    `--innodb-buffer-pool-size=${isTest ? 256 * MEBIBYTE : bufferPoolBytes()}`,
    "--max-connections=500",
    "--performance-schema=OFF",
  ];
}

/**
 * The argument that gives a server a folder of its own for temporary tables. In the shared one a server that starts
 * removes, as leftovers, the tables that its neighbours are just using: measured, their statements fail.
 */
export function temporaryFolderOf(directory: string): string {
  return `--tmpdir=${directory}-tmp`;
}

/** Makes that folder. */
export function makeTemporaryFolder(directory: string): void {
  mkdirSync(`${directory}-tmp`, { recursive: true, mode: 0o700 });
}

/** Writes the SQL that the server runs before its first connection. It holds passwords: owner only. */
export function writeInitFile(options: DatabaseServerOptions): void {
  writeFileSync(initFilePath(options), accountsSql(options.passwords, options.purpose), { mode: 0o600 });
}

/** One statement as root; BigInt-free rows. */
export async function askDatabase(
  options: DatabaseServerOptions,
  port: number,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const { adminDatabaseUrl } = databaseUrls(options.passwords, port, "");
  const connection = await connectTo(adminDatabaseUrl, { connectTimeout: 2_000, socketTimeout: 5_000 });
  try {
    return await connection.query<Record<string, unknown>[]>(sql);
  } finally {
    await connection.end();
  }
}

/** Rejects with a SetupError that names the first setting that is not what Satchel's promises need. */
export async function assertDatabaseSettings(
  options: DatabaseServerOptions,
  port: number,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const wanted: Record<string, unknown> = {
    innodb_flush_log_at_trx_commit: 1,
    log_bin: 1,
    sync_binlog: 1,
    character_set_server: "utf8mb4",
    collation_server: "utf8mb4_bin",
    time_zone: "+00:00",
    ...more,
  };
  const columns = Object.keys(wanted).map((name) => `@@GLOBAL.${name} AS ${name}`);
  const [live = {}] = await askDatabase(options, port, `SELECT ${columns.join(", ")}`);
  for (const [name, value] of Object.entries(wanted)) {
    if (live[name] === value) continue;
    throw new SetupError(
      `the database runs with ${name} = ${String(live[name])}; Satchel's promises need ${String(value)}`,
    );
  }
}

/** Runs a program that prepares a database, to its end. Throws a SetupError with what it said when it fails. */
export async function run(program: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(program, args);
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    // mariadb-install-db says what went wrong on stderr, and a page of advice on stdout.
    throw new SetupError(`${program} failed:\n${stderr.trim() === "" ? stdout : stderr}`.trimEnd());
  }
}

/** As root the servers run as root: another user could not reach a clone under a private home directory. */
export function asRoot(): string[] {
  return process.getuid?.() === 0 ? ["--user=root"] : [];
}

// Made beside its place and moved there when whole, so that an interrupted first start leaves nothing
// that the next one would take for a database.
async function initialise(directory: string, mariadbInstallDb: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const args = [
    "--no-defaults",
    `--datadir=${unfinished}`,
    "--auth-root-authentication-method=normal",
    temporaryFolderOf(directory),
    "--skip-test-db",
    "--skip-name-resolve",
    ...asRoot(),
  ];
  await run(mariadbInstallDb, args);
  renameSync(unfinished, directory);
}

function initFilePath(options: DatabaseServerOptions): string {
  return join(options.directory, "satchel-accounts.sql");
}

/** A quarter of the memory, 256 MB at least, 2 GB at most: a guest on a developer's machine. */
function bufferPoolBytes(): number {
  const quarter = Math.floor(totalmem() / 4 / MEBIBYTE) * MEBIBYTE;
  return Math.min(Math.max(quarter, 256 * MEBIBYTE), 2048 * MEBIBYTE);
}
