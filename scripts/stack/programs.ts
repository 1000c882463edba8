// Finds the server programs on this machine, wherever Debian, Homebrew or a hand-made build put them.
// Debian ships the Redis server inside redis-tools, under the name redis-check-rdb: the program looks
// at the name it is called by, so a link of our own named redis-server is the server, and no package
// that brings a system service is needed.
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SetupError } from "../setup-error.ts";

/** A server that the stack may run. */
export type ServerKind = "mariadb" | "redis";

/** Absolute paths of what a private stack runs; those of a kind that is not needed may be missing. */
export interface Programs {
  readonly mariadb?: { readonly mariadbd: string; readonly mariadbInstallDb: string };
  readonly redisServer?: string;
}

/** Older ones lack `--innodb-snapshot-isolation`, which every promise about writes rests on. */
const MARIADB_VERSION_MIN = [10, 11] as const;

const EXTRA_FOLDERS = [
  "/usr/sbin",
  "/usr/local/sbin",
  "/usr/local/bin",
  "/opt/homebrew/bin",
  "/opt/homebrew/sbin",
  "/opt/homebrew/opt/mariadb/bin",
  "/opt/homebrew/opt/redis/bin",
  "/usr/local/opt/mariadb/bin",
  "/usr/local/opt/redis/bin",
  "/usr/libexec",
];

/**
 * Whatever of them is on this machine. May make a link named redis-server in `binDir`.
 * Throws a SetupError for a MariaDB that is too old.
 */
export function findPrograms(binDir: string): Programs {
  const mariadb = findMariadb();
  const redisServer = findProgram("redis-server") ?? linkedRedisServer(binDir);
  return { ...(mariadb === undefined ? {} : { mariadb }), ...(redisServer === undefined ? {} : { redisServer }) };
}

/** The absolute path of `name` on the PATH or in the usual folders beside it; undefined when it is in none. */
export function findProgram(name: string): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...onPath, ...EXTRA_FOLDERS].map((folder) => join(folder, name)).find(isExecutable);
}

function findMariadb(): Programs["mariadb"] {
  const mariadbd = findProgram("mariadbd");
  const mariadbInstallDb = findProgram("mariadb-install-db");
  // mariadb-install-db calls it; Debian keeps it in the client package.
  const printDefaults = findProgram("my_print_defaults");
  if (mariadbd === undefined || mariadbInstallDb === undefined || printDefaults === undefined) return undefined;
  refuseOldMariadb(mariadbd);
  return { mariadbd, mariadbInstallDb };
}

function linkedRedisServer(binDir: string): string | undefined {
  const target = findProgram("redis-check-rdb");
  if (target === undefined) return undefined;
  const link = join(binDir, "redis-server");
  mkdirSync(binDir, { recursive: true });
  // A link whose target went away (packages purged and installed again) is made anew.
  if (!existsSync(link)) {
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link);
    symlinkSync(target, link);
  }
  return link;
}

function refuseOldMariadb(mariadbd: string): void {
  const said = execFileSync(mariadbd, ["--no-defaults", "--version"], { encoding: "utf8" });
  const [, major = "0", minor = "0"] = /Ver (\d+)\.(\d+)/.exec(said) ?? [];
  const [majorMin, minorMin] = MARIADB_VERSION_MIN;
  if (Number(major) > majorMin || (Number(major) === majorMin && Number(minor) >= minorMin)) return;
  throw new SetupError(
    `${mariadbd} is MariaDB ${major}.${minor}; Satchel needs ${MARIADB_VERSION_MIN.join(".")} or newer. ` +
      "Install a newer one, or set DATABASE_URL to a server that is (MySQL 8 or newer will do).",
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: look on.
    return false;
  }
}
