// The private MySQL, for the optional run of the suite against the other database that Satchel supports.
// The programs are unpacked into a folder of the clone (test-mysql.ts gets them), with the C library they
// were built against, so nothing of the machine's own packages is touched.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../clone.ts";
import {
  asRoot,
  askDatabase,
  assertDatabaseSettings,
  type DatabaseServerOptions,
  databaseSettings,
  makeTemporaryFolder,
  run,
  temporaryFolderOf,
  writeInitFile,
} from "./mariadb.ts";
import type { PrivateServer } from "./server.ts";

/** Where MySQL's packages are unpacked. */
export const mysqlRoot = join(projectDir, ".data", "mysql-root");

/** Describes the MySQL whose files lie in `directory`. */
export function mysqlServer(options: DatabaseServerOptions): PrivateServer {
  const { directory, logPath } = options;
  return {
    name: "mysql",
    title: "MySQL",
    marker: `--datadir=${directory}`,
    logPath,
    prepare: async () => {
      makeTemporaryFolder(directory);
      if (!existsSync(directory)) await initialise(directory);
      writeInitFile(options);
    },
    commandLine: (port) => mysqldCommand(`--datadir=${directory}`, ...databaseSettings(options), `--port=${port}`),
    ping: (port) => askDatabase(options, port, "SELECT 1").then(() => undefined),
    assertSettings: (port) => assertDatabaseSettings(options, port),
  };
}

/** The command line of the unpacked mysqld, started through its own dynamic loader. */
export function mysqldCommand(...args: string[]): [program: string, ...args: string[]] {
  const usr = join(mysqlRoot, "usr");
  const libraries = libraryFolder();
  return [
    join(libraries, loaderIn(libraries)),
    "--library-path",
    `${libraries}:${join(usr, "lib", "mysql", "private")}`,
    join(usr, "sbin", "mysqld"),
    "--no-defaults",
    `--basedir=${usr}`,
    "--secure-file-priv=NULL",
    `--lc-messages-dir=${join(usr, "share", "mysql")}`,
    `--character-sets-dir=${join(usr, "share", "mysql", "charsets")}`,
    `--plugin-dir=${join(usr, "lib", "mysql", "plugin")}`,
    "--mysqlx=OFF",
    ...args,
  ];
}

async function initialise(directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const [program, ...args] = mysqldCommand(
    `--datadir=${unfinished}`,
    temporaryFolderOf(directory),
    "--initialize-insecure",
    ...asRoot(),
  );
  await run(program, args);
  renameSync(unfinished, directory);
}

/** `usr/lib/x86_64-linux-gnu` or that of another processor. */
function libraryFolder(): string {
  const lib = join(mysqlRoot, "usr", "lib");
  const triplet = readdirSync(lib).find((name) => name.endsWith("-linux-gnu"));
  return join(lib, triplet ?? "x86_64-linux-gnu");
}

function loaderIn(libraries: string): string {
  return readdirSync(libraries).find((name) => /^ld-linux.*\.so/.test(name)) ?? "ld-linux-x86-64.so.2";
}
