// Runs the project's own commands as real processes, the way a person at a terminal does, in a data
// directory of the test's own. What a test leaves running ends with the test run: every command watches
// the process that started it.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory, projectDir } from "../../scripts/clone.ts";
import { choosePorts } from "../../scripts/stack/ports.ts";
import { until } from "./until.ts";

/** A command that runs or has run. */
export interface Command {
  readonly pid: number;
  /** Standard output and standard error so far, in the order in which they came. */
  output(): string;
  /** Waits for `pattern` in the output. Throws with the output when the command ends without it, or takes too long. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal to the process, or to its whole group as Ctrl-C at a terminal does. */
  signal(signal: NodeJS.Signals, whom: "process" | "group"): void;
  /** Resolves to the exit code; to 128 or more for one ended by a signal. */
  readonly ended: Promise<number>;
}

const SAID_MS_MAX = 30_000;

/** A new data directory inside that of the test run, removed with it. */
export function temporaryDataDir(): string {
  return mkdtempSync(join(dataDirectory(), "start-"));
}

/** A port that nobody listens on. */
export async function freePort(dataDir: string): Promise<number> {
  const { api = 0 } = await choosePorts(join(dataDir, "api-port.json"), ["api"]);
  return api;
}

/** Runs `node scripts/run.mjs <args>` with `environment` on top of a shell's. */
export function runScript(args: readonly string[], environment: NodeJS.ProcessEnv): Command {
  return run([process.execPath, join("scripts", "run.mjs"), ...args], environment);
}

/** Runs `npm <args>`. */
export function runNpm(args: readonly string[], environment: NodeJS.ProcessEnv): Command {
  return run(["npm", ...args], environment);
}

/** Starts Satchel in `dataDir` and waits until it says that it is ready. */
export async function startSatchel(dataDir: string, port: number): Promise<Command> {
  const start = runScript(["start"], { DATA_DIR: dataDir, PORT: String(port) });
  await start.said(/Ctrl-C stops everything/);
  return start;
}

/** Command lines of living processes that name `dataDir` or were told it by DATA_DIR. Linux only. */
export function processesOf(dataDir: string): { readonly pid: number; readonly commandLine: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((name) => ({
      pid: Number(name),
      commandLine: readProc(name, "cmdline").replaceAll("\0", " "),
      environment: readProc(name, "environ").split("\0"),
    }))
    .filter(
      ({ commandLine, environment }) =>
        commandLine.includes(`${dataDir}/`) || environment.includes(`DATA_DIR=${dataDir}`),
    )
    .map(({ pid, commandLine }) => ({ pid, commandLine }));
}

/** Waits until no process of `dataDir` is left. */
export async function allGone(dataDir: string): Promise<void> {
  await until(
    () => processesOf(dataDir).length === 0,
    () => `still running: ${JSON.stringify(processesOf(dataDir))}`,
  );
}

function run([program = "", ...args]: readonly string[], environment: NodeJS.ProcessEnv): Command {
  // A process group of its own, as a shell gives to each command.
  const child = spawn(program, args, { cwd: projectDir, env: shellEnvironment(environment), detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = exitOf(child);
  const pid = child.pid ?? 0;
  return {
    pid,
    output: () => output,
    said: (pattern) => waitForOutput(pattern, () => output, ended),
    signal: (signal, whom) => process.kill(whom === "group" ? -pid : pid, signal),
    ended,
  };
}

/** What vitest and `npm test` added would make the command another one than a person runs. */
function shellEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VITEST|SATCHEL_TEST_|NODE_ENV$|npm_)/.test(name));
  return { ...Object.fromEntries(kept), ...environment };
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // "close" and not "exit": by then all output has been read.
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGKILL" ? 137 : 128)));
  });
}

async function waitForOutput(pattern: RegExp, output: () => string, ended: Promise<number>): Promise<RegExpExecArray> {
  let code: number | undefined;
  void ended.then((exitCode) => (code = exitCode));
  await until(
    () => pattern.test(output()) || code !== undefined,
    () => `never said ${pattern}:\n${output()}`,
    SAID_MS_MAX,
  );
  const match = pattern.exec(output());
  if (match === null) throw new Error(`ended with ${code} without saying ${pattern}:\n${output()}`);
  return match;
}

/** A file of /proc; empty where the process is gone since, or is not ours to read. Linux only. */
export function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
