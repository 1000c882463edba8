// Installs the programs that a command needs where the operating system can and the person consents, else
// says exactly what to install. Of database servers only the -core and tools packages of Debian and Ubuntu are used:
// they hold the programs and no system service. That none got enabled or started is checked afterwards; nginx comes
// with one, which is stopped and disabled there.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { Progress } from "../progress.ts";
import { SetupError } from "../setup-error.ts";
import { findProgram, findPrograms, type ProgramKind, type Programs } from "./programs.ts";

/** `yes`: install; `ask`: ask at the terminal first; `no`: never install, say what is missing. */
export type InstallConsent = "yes" | "ask" | "no";

interface Product {
  readonly name: string;
  readonly debianPackages: readonly string[];
  /** What `brew install` is given. */
  readonly homebrew: string;
  /** For systems that we know no package of: what to look for there. */
  readonly sought: string;
  /** What the person may do instead. */
  readonly instead: string;
}

const OWN_SERVERS =
  "Or use servers of your own: set DATABASE_URL, REDIS_URL and QUEUE_REDIS_URL (compose.yaml starts some).";

const products: Readonly<Record<ProgramKind, Product>> = {
  mariadb: {
    name: "MariaDB",
    debianPackages: ["mariadb-server-core", "mariadb-client-core"],
    homebrew: "mariadb",
    sought: "MariaDB 10.11 or newer (no service needs to run)",
    instead: OWN_SERVERS,
  },
  redis: {
    name: "Redis",
    debianPackages: ["redis-tools"],
    homebrew: "redis",
    sought: "Redis 7 or newer (no service needs to run)",
    instead: OWN_SERVERS,
  },
  chromium: {
    name: "Chromium",
    debianPackages: ["chromium"],
    homebrew: "--cask google-chrome",
    sought: "Chromium or Google Chrome",
    instead: "Only tests need it: those that drive a browser.",
  },
  nginx: {
    name: "nginx",
    debianPackages: ["nginx"],
    homebrew: "nginx",
    sought: "nginx 1.22 or newer (no service needs to run)",
    instead: "Only tests need it: those of a cache in front.",
  },
};
const SERVICE_PATTERN = /^(mariadb|mysql|redis|nginx)/;
/** apt waits that long for another apt before it gives up. */
const APT_LOCK_SECONDS = 120;

/**
 * Consent as the command line and the surroundings give it: `--yes`, CI, or root without a terminal
 * mean yes; a terminal means ask.
 */
export function consentFrom(args: readonly string[]): InstallConsent {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  if (args.includes("--yes") || isContinuousIntegration()) return "yes";
  if (isTerminal) return "ask";
  return isRoot() ? "yes" : "no";
}

/** Whether nobody is at the keyboard and a run's result is a verdict, as the variable CI says. */
export function isContinuousIntegration(): boolean {
  const said = process.env["CI"] ?? "";
  return said !== "" && said !== "false";
}

/**
 * The programs of the `needed` kinds, installed first when some are missing and `consent` allows it.
 * Throws a SetupError that says what to do when they cannot be had.
 */
export async function ensurePrograms(options: {
  readonly needed: readonly ProgramKind[];
  readonly binDir: string;
  readonly consent: InstallConsent;
  readonly progress: Progress;
}): Promise<Programs> {
  const { needed, binDir } = options;
  const found = findPrograms(needed, binDir);
  const missing = missingOf(needed, found);
  if (missing.length === 0) return found;
  const packages = debianPackagesOf(missing);
  if (!(await mayInstall(missing, packages, options.consent))) throw new SetupError(howToInstall(missing));
  await installPackages(packages, options.progress);
  const installed = findPrograms(needed, binDir);
  const stillMissing = missingOf(needed, installed);
  if (stillMissing.length === 0) return installed;
  throw new SetupError(
    `apt-get installed ${packages.join(", ")}, yet a program is missing. ${howToInstall(stillMissing)}`,
  );
}

function missingOf(needed: readonly ProgramKind[], found: Programs): ProgramKind[] {
  return needed.filter((kind) => found[kind] === undefined);
}

async function mayInstall(
  missing: readonly ProgramKind[],
  packages: readonly string[],
  consent: InstallConsent,
): Promise<boolean> {
  if (consent === "no" || findProgram("apt-get") === undefined) return false;
  if (!isRoot() && findProgram("sudo") === undefined) return false;
  if (consent === "yes") return true;
  return isAgreedTo(
    `${namesOf(missing)} not found. Install ${packages.join(", ")}${isRoot() ? "" : " with sudo"}? ` +
      "No system service is left enabled by that. [Y/n] ",
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

/** Services of these programs that are enabled or running now, under systemd or as start links of SysV. */
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

// Most of the packages above bring none, and should a distribution change that: what came by us goes by us;
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

function howToInstall(missing: readonly ProgramKind[]): string {
  const instead = new Set(missing.map((kind) => products[kind].instead));
  return [`${namesOf(missing)} not found.`, installLine(missing), ...instead].join("\n");
}

function installLine(missing: readonly ProgramKind[]): string {
  if (process.platform === "darwin") {
    return missing.map((kind) => `Install with: brew install ${products[kind].homebrew}`).join("\n");
  }
  if (findProgram("apt-get") === undefined) {
    return `Install ${missing.map((kind) => products[kind].sought).join(" and ")} with your system's packages.`;
  }
  const packages = debianPackagesOf(missing).join(" ");
  const again = "or have it done: the same command again with --yes, as in npm start -- --yes";
  return `Install with: ${isRoot() ? "" : "sudo "}apt-get install --no-install-recommends ${packages}\n${again}`;
}

function debianPackagesOf(kinds: readonly ProgramKind[]): string[] {
  return kinds.flatMap((kind) => products[kind].debianPackages);
}

function namesOf(kinds: readonly ProgramKind[]): string {
  return kinds.map((kind) => products[kind].name).join(" and ");
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
