// Starts, adopts and stops one private server process. The process table is the only truth about what
// runs: a server is known by an argument that names its own files, so one orphaned by a kill -9 is
// found again, and a recycled pid is never mistaken for ours.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { processMark } from "../lock.mjs";
import { SetupError } from "../setup-error.ts";
import { pidsWithArgument } from "./process-table.ts";

/** One kind of server, told how to run; mariadb.ts, mysql.ts and redis.ts make these. */
export interface PrivateServer {
  readonly name: "mariadb" | "mysql" | "cache-redis" | "queue-redis";
  /** What a person calls it. */
  readonly title: string;
  /** The command-line argument that only this server of this stack has. */
  readonly marker: string;
  readonly logPath: string;
  /** Makes or renews its files, before every start. */
  prepare(port: number): Promise<void>;
  commandLine(port: number): readonly [program: string, ...args: string[]];
  /** Resolves when it answers with this stack's password; rejects otherwise, within a second or two. */
  ping(port: number): Promise<void>;
  /** Rejects when a live setting breaks a promise that Satchel makes. */
  assertSettings(port: number): Promise<void>;
}

/** Thrown by a start that failed because something else took the port in the meantime: choose another. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
}

const POLL_MS = 20;
/** After a crash MariaDB may replay a long log before it answers. */
const READY_MS_MAX = 120_000;
const ADOPT_MS_MAX = 5_000;
/** MariaDB writes what its buffer pool still holds. */
const STOP_MS_MAX = 60_000;
const KILL_MS_MAX = 10_000;
const LOG_BYTES_MAX = 10_000_000;

/** Whether it runs and answers at `port`. One that runs but does not answer is ended, to be started anew. */
export async function adoptServer(server: PrivateServer, port: number | undefined): Promise<boolean> {
  if (serverPids(server).length === 0) return false;
  if (port !== undefined && (await answersWithin(server, port, ADOPT_MS_MAX))) return true;
  await stopServer(server);
  return false;
}

/** Starts it on `port` and resolves when it answers. Throws a PortTakenError, or a SetupError with its last words. */
export async function startServer(server: PrivateServer, port: number): Promise<void> {
  await server.prepare(port);
  rotateLog(server.logPath);
  const logStart = statSync(server.logPath, { throwIfNoEntry: false })?.size ?? 0;
  const exited = spawnDetached(server, port);
  const startedAt = performance.now();
  for (;;) {
    const code = await Promise.race([exited, delay(POLL_MS, "running" as const)]);
    if (code !== "running") throw startError(server, `ended at once (${code})`, logStart);
    if (await isAnswering(server, port)) return;
    if (performance.now() - startedAt > READY_MS_MAX) {
      throw startError(server, `did not answer within ${READY_MS_MAX / 1_000} s`, logStart);
    }
  }
}

/** Ends it in order and waits until it is gone; `urgent` skips the order, for stacks that are thrown away. */
export async function stopServer(server: PrivateServer, { urgent = false } = {}): Promise<void> {
  for (const pid of serverPids(server)) await endProcess(pid, urgent);
}

/** Kills every process that has an argument which `isTheirs` accepts: the servers of an abandoned stack. */
export async function endProcesses(isTheirs: (argument: string) => boolean): Promise<void> {
  for (const pid of pidsWithArgument(isTheirs)) await endProcess(pid, true);
}

function serverPids(server: PrivateServer): number[] {
  return pidsWithArgument((argument) => argument === server.marker);
}

function spawnDetached(server: PrivateServer, port: number): Promise<string> {
  const [program, ...args] = server.commandLine(port);
  const log = openSync(server.logPath, "a", 0o600);
  // Its own process group: Ctrl-C at the terminal reaches only us, and we stop the servers in order.
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, TZ: "UTC" },
  });
  closeSync(log);
  child.unref();
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

async function isAnswering(server: PrivateServer, port: number): Promise<boolean> {
  try {
    await server.ping(port);
    return true;
  } catch {
    // Not ready yet, or not ours: the caller has a deadline.
    return false;
  }
}

async function answersWithin(server: PrivateServer, port: number, ms: number): Promise<boolean> {
  const startedAt = performance.now();
  while (!(await isAnswering(server, port))) {
    if (performance.now() - startedAt > ms) return false;
    await delay(POLL_MS);
  }
  return true;
}

async function endProcess(pid: number, urgent: boolean): Promise<void> {
  const mark = processMark(pid);
  if (mark === undefined) return;
  if (!urgent && (await signalAndWait(pid, mark, "SIGTERM", STOP_MS_MAX))) return;
  if (await signalAndWait(pid, mark, "SIGKILL", KILL_MS_MAX)) return;
  throw new SetupError(`process ${pid} does not end, not even killed; please look at it (ps -p ${pid})`);
}

/** False when the process is still there after `ms`. */
async function signalAndWait(pid: number, mark: string, signal: NodeJS.Signals, ms: number): Promise<boolean> {
  try {
    process.kill(pid, signal);
    // A server that someone froze would not see the other signal before it thaws.
    process.kill(pid, "SIGCONT");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return true;
    throw error;
  }
  const startedAt = performance.now();
  while (processMark(pid) === mark) {
    if (performance.now() - startedAt > ms) return false;
    await delay(POLL_MS);
  }
  return true;
}

function rotateLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES_MAX) renameSync(path, `${path}.old`);
}

function startError(server: PrivateServer, what: string, logStart: number): Error {
  const log = readFileSync(server.logPath).subarray(logStart).toString("utf8");
  if (/Address already in use/i.test(log)) return new PortTakenError(server.title);
  const lastWords = log.trim().split("\n").slice(-12).join("\n");
  return new SetupError(`${server.title} ${what}. Its last words (${server.logPath}):\n${lastWords}`);
}
