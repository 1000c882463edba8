// Gets a real MySQL for the optional `npm run test:mysql`: Debian's unstable packages, fetched through an apt
// with lists and a state of its own and unpacked into the clone, so that this machine's packages stay as
// they are. Debian moves on; whatever does not work out is a reason to skip, not a failure.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Progress } from "../progress.ts";
import { mysqlRoot } from "./mysql.ts";
import { findProgram } from "./programs.ts";

const PACKAGES = ["mysql-server-core", "mysql-client-core"];
/** Drawn in for maintainer scripts and tools that a server started by hand does not touch. */
const UNNEEDED = /^(perl|libperl|libc-gconv|gcc-|libdb5|libgdbm)/;
const OUTPUT_BYTES_MAX = 16_000_000;

/** Undefined when MySQL lies ready under `mysqlRoot`; else, in a few words, why it cannot be had. */
export async function ensureMysql(progress: Progress): Promise<string | undefined> {
  if (existsSync(mysqlRoot)) return undefined;
  const missing = ["apt-get", "dpkg"].find((program) => findProgram(program) === undefined);
  if (missing !== undefined) return `MySQL is taken from Debian's packages, and there is no ${missing} here`;
  const source = debianSource();
  if (source === undefined) return "MySQL is taken from Debian's packages, and this machine has no Debian source";
  try {
    progress("Fetching MySQL from Debian unstable (once, about 50 MB) ...");
    await fetchMysql(source);
    return undefined;
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    return `MySQL could not be fetched: ${stderr.trim().split("\n").at(-1) || String(error)}`;
  }
}

async function fetchMysql(source: string): Promise<void> {
  const work = `${mysqlRoot}.apt`;
  rmSync(work, { recursive: true, force: true });
  const environment = { ...process.env, APT_CONFIG: privateApt(work, source), LC_ALL: "C" };
  const apt = (...args: string[]): Promise<{ stdout: string }> =>
    promisify(execFile)("apt-get", ["-q", ...args], { cwd: work, env: environment, maxBuffer: OUTPUT_BYTES_MAX });
  await apt("update");
  const plan = await apt("install", "-s", "--no-install-recommends", ...PACKAGES);
  const names = [...plan.stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = ""]) => name);
  await apt("download", ...names.filter((name) => !UNNEEDED.test(name)));
  const unpacked = join(work, "root");
  for (const file of readdirSync(work).filter((name) => name.endsWith(".deb"))) {
    await promisify(execFile)("dpkg", ["-x", join(work, file), unpacked]);
  }
  // In one step: an interrupted fetch leaves no half of a MySQL.
  renameSync(unpacked, mysqlRoot);
  rmSync(work, { recursive: true, force: true });
}

/** An apt configuration under `work` that knows one source and believes nothing to be installed. Returns its path. */
function privateApt(work: string, source: string): string {
  for (const folder of ["state/lists/partial", "cache/archives/partial", "sources"]) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  writeFileSync(join(work, "status"), "");
  writeFileSync(join(work, "sources", "unstable.sources"), source);
  const settings = {
    "Dir::State": join(work, "state"),
    "Dir::State::status": join(work, "status"),
    "Dir::Cache": join(work, "cache"),
    "Dir::Etc::sourcelist": "/dev/null",
    "Dir::Etc::sourceparts": join(work, "sources"),
    // apt's own unprivileged user may not see into a clone.
    "APT::Sandbox::User": "root",
  };
  const path = join(work, "apt.conf");
  writeFileSync(
    path,
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(""),
  );
  return path;
}

/** This machine's own Debian source, pointed at unstable; undefined where it has none in the deb822 form. */
function debianSource(): string | undefined {
  const path = "/etc/apt/sources.list.d/debian.sources";
  if (!existsSync(path)) return undefined;
  const stanzas = readFileSync(path, "utf8").split(/\n\s*\n/);
  const stanza = stanzas.find((text) => /^URIs:.*\/debian\/?\s*$/m.test(text));
  if (stanza === undefined) return undefined;
  const lines = stanza.split("\n").filter((line) => !line.startsWith("#"));
  return `${lines
    .map((line) => (line.startsWith("Suites:") ? "Suites: sid" : line))
    .join("\n")
    .trim()}\n`;
}
