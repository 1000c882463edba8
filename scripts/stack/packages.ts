// Installs MariaDB and Redis where the operating system can and the person consents, else says exactly
// what to install. Only the -core and tools packages of Debian and Ubuntu are used: they hold the
// programs and no system service, and that none got enabled or started is checked afterwards.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { Progress } from "../progress.ts";
import { SetupError } from "../setup-error.ts";
import { findProgram, findPrograms, type Programs, type ServerKind } from "./programs.ts";

/** `yes`: install; `ask`: ask at the terminal first; `no`: never install, say what is missing. */
export type InstallConsent = "yes" | "ask" | "no";

const DEBIAN_PACKAGES = {
  mariadb: ["mariadb-server-core", "mariadb-client-core"],
  redis: ["redis-tools"],
} as const;
const SERVICE_PATTERN = /^(mariadb|mysql|redis)/;
/** apt waits that long for another apt before it gives up. */
const APT_LOCK_SECONDS = 120;

/**
 * Consent as the command line and the surroundings give it: `--yes`, CI, or root without a terminal
 * mean yes; a terminal means ask.
 */
export function consentFrom(args: readonly string[]): InstallConsent {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const isCi = (process.env["CI"] ?? "") !== "" && process.env["CI"] !== "false";
  if (args.includes("--yes") || isCi) return "yes";
  if (isTerminal) return "ask";
  return isRoot() ? "yes" : "no";
}

/**
 * The programs of the `needed` kinds, installed first when some are missing and `consent` allows it.
 * Throws a SetupError that says what to do when they cannot be had.
 */
export async function ensurePrograms(options: {
  readonly needed: readonly ServerKind[];
  readonly binDir: string;
  readonly consent: InstallConsent;
  readonly progress: Progress;
}): Promise<Programs> {
  const { needed, binDir } = options;
  const found = findPrograms(binDir);
  const missing = missingOf(needed, found);
  if (missing.length === 0) return found;
  const packages = missing.flatMap((kind) => DEBIAN_PACKAGES[kind]);
  if (!(await mayInstall(missing, packages, options.consent))) throw new SetupError(howToInstall(missing));
  await installPackages(packages, options.progress);
  const installed = findPrograms(binDir);
  const stillMissing = missingOf(needed, installed);
  if (stillMissing.length === 0) return installed;
  throw new SetupError(
    `apt-get installed ${packages.join(", ")}, yet a program is missing. ${howToInstall(stillMissing)}`,
  );
}

function missingOf(needed: readonly ServerKind[], found: Programs): ServerKind[] {
  return needed.filter((kind) => (kind === "mariadb" ? found.mariadb : found.redisServer) === undefined);
}

async function mayInstall(
  missing: readonly ServerKind[],
  packages: readonly string[],
  consent: InstallConsent,
): Promise<boolean> {
  if (consent === "no" || findProgram("apt-get") === undefined) return false;
  if (!isRoot() && findProgram("sudo") === undefined) return false;
  if (consent === "yes") return true;
  return isAgreedTo(
    `${namesOf(missing)} not found. Install ${packages.join(", ")}${isRoot() ? "" : " with sudo"}? ` +
      "No system service comes with them. [Y/n] ",
  );
}

async function isAgreedTo(question: string): Promise<boolean> {
  // Not in raw mode, where Ctrl-C would be a key like others.
  const prompt = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    // An end of the input (Ctrl-D) is no answer, and no consent.
    const answer = await Promise.race([prompt.question(question), once(prompt, "close").then(() => "no")]);
    return /^(y|yes)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}

async function installPackages(packages: readonly string[], progress: Progress): Promise<void> {
  const before = runningServices();
  progress(`Installing ${packages.join(", ")} (once, up to a minute) ...`);
  const install = [
    "install",
    "-y",
    "--no-install-recommends",
    "-o",
    `DPkg::Lock::Timeout=${APT_LOCK_SECONDS}`,
    ...packages,
  ];
  if ((await runApt(install)) !== 0) {
    progress("Fetching the package lists first ...");
    // A third-party source that does not answer makes update fail though ours came: let install decide.
    await runApt(["update", "-o", `DPkg::Lock::Timeout=${APT_LOCK_SECONDS}`]);
    const code = await runApt(install, "inherit");
    if (code !== 0) throw new SetupError(`apt-get ${install.join(" ")} failed, see above.`);
  }
  stopNewServices(before);
}

/** Resolves to the exit code. Output is shown only where a failure is final. */
function runApt(args: readonly string[], stdout: "ignore" | "inherit" = "ignore"): Promise<number> {
  const apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...args];
  // Without a terminal sudo must not wait for a password that nobody can type.
  const [program = "env", ...rest] = isRoot() ? apt : ["sudo", ...(process.stdin.isTTY ? [] : ["-n"]), ...apt];
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: ["inherit", stdout, stdout === "inherit" ? "inherit" : "ignore"] });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/** Services of databases that are enabled or running now, under systemd or as start links of SysV. */
function runningServices(): Set<string> {
  const services = new Set<string>();
  if (existsSync("/run/systemd/system")) {
    for (const args of [
      ["list-unit-files", "--type=service", "--state=enabled"],
      ["list-units", "--type=service", "--state=running"],
    ]) {
      const { stdout } = spawnSync("systemctl", [...args, "--no-legend", "--plain"], { encoding: "utf8" });
      for (const line of (stdout ?? "").split("\n")) {
        const unit = line.split(/\s/)[0] ?? "";
        if (SERVICE_PATTERN.test(unit)) services.add(unit.replace(/\.service$/, ""));
      }
    }
  }
  if (existsSync("/etc/rc2.d")) {
    for (const link of readdirSync("/etc/rc2.d")) {
      const name = /^S\d\d(.+)$/.exec(link)?.[1] ?? "";
      if (SERVICE_PATTERN.test(name)) services.add(name);
    }
  }
  return services;
}

// The packages above bring none. Should a distribution change that, what came by us goes by us;
// a service that the owner of this machine had before is left alone.
function stopNewServices(before: ReadonlySet<string>): void {
  for (const service of [...runningServices()].filter((name) => !before.has(name))) {
    const sudo = isRoot() ? [] : ["sudo", "-n"];
    const commands = existsSync("/run/systemd/system")
      ? [["systemctl", "disable", "--now", service]]
      : [
          ["service", service, "stop"],
          ["update-rc.d", service, "disable"],
        ];
    for (const command of commands) {
      const [program = "", ...args] = [...sudo, ...command];
      spawnSync(program, args, { stdio: "ignore" });
    }
    if (runningServices().has(service)) {
      throw new SetupError(
        `The packages enabled the system service ${service}, which Satchel does not use; please disable it.`,
      );
    }
  }
}

function howToInstall(missing: readonly ServerKind[]): string {
  const orUrls =
    "Or use servers of your own: set DATABASE_URL, REDIS_URL and QUEUE_REDIS_URL (compose.yaml starts some).";
  return `${namesOf(missing)} not found.\n${installLine(missing)}\n${orUrls}`;
}

function installLine(missing: readonly ServerKind[]): string {
  if (process.platform === "darwin") return `Install with: brew install ${missing.join(" ")}`;
  if (findProgram("apt-get") === undefined) {
    return "Install MariaDB 10.11 or newer and Redis 7 or newer with your system's packages; no service needs to run.";
  }
  const packages = missing.flatMap((name) => DEBIAN_PACKAGES[name]).join(" ");
  const again = "or start again with --yes to have it done: npm start -- --yes";
  return `Install with: ${isRoot() ? "" : "sudo "}apt-get install --no-install-recommends ${packages}\n${again}`;
}

function namesOf(missing: readonly ServerKind[]): string {
  return missing.map((name) => (name === "mariadb" ? "MariaDB" : "Redis")).join(" and ");
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
