// Finds the programs on this machine, wherever Debian, Homebrew or a hand-made build put them.
// Debian ships the Redis server inside redis-tools, under the name redis-check-rdb: the program looks
// at the name it is called by, so a link of our own named redis-server is the server, and no package
// that brings a system service is needed.
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SetupError } from "../setup-error.ts";

/** Absolute paths: of the servers that a private stack runs, and of what single tests drive. */
export interface Programs {
  readonly mariadb?: { readonly mariadbd: string; readonly mariadbInstallDb: string };
  readonly redis?: string;
  /** Chromium, or a Chrome: whichever is there. */
  readonly chromium?: string;
  readonly nginx?: string;
}

/** What may be needed, found and installed by itself. */
export type ProgramKind = keyof Programs;

/** Older ones lack `--innodb-snapshot-isolation`, which every promise about writes rests on. */
const MARIADB_VERSION_MIN = [10, 11] as const;

/** Ubuntu's chromium-browser may be no more than a hint at a snap, so it comes last. */
const CHROMIUM_NAMES = [
  "chromium",
  "google-chrome",
  "google-chrome-stable",
  "Chromium",
  "Google Chrome",
  "chromium-browser",
];

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
  "/Applications/Chromium.app/Contents/MacOS",
  "/Applications/Google Chrome.app/Contents/MacOS",
];

/**
 * Those of the `needed` kinds that are on this machine; the others are not looked for. May make a link named
 * redis-server in `binDir`. Throws a SetupError for a MariaDB that is too old.
 */
export function findPrograms(needed: readonly ProgramKind[], binDir: string): Programs {
  const found = needed.map((kind) => [kind, finders[kind](binDir)] as const);
  return Object.fromEntries(found.filter(([, program]) => program !== undefined));
}

/** The absolute path of `name` on the PATH or in the usual folders beside it; undefined when it is in none. */
export function findProgram(name: string): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...onPath, ...EXTRA_FOLDERS].map((folder) => join(folder, name)).find(isExecutable);
}

const finders: { readonly [Kind in ProgramKind]-?: (binDir: string) => Programs[Kind] | undefined } = {
  mariadb: findMariadb,
  redis: (binDir) => findProgram("redis-server") ?? linkedRedisServer(binDir),
  chromium: () => CHROMIUM_NAMES.map(findProgram).find((path) => path !== undefined),
  nginx: () => findProgram("nginx"),
};

function findMariadb(): Programs["mariadb"] | undefined {
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
