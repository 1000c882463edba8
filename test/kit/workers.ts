// The API processes behind one port, seen from outside: which there are, and who of them answers.

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { vi } from "vitest";
import { sendTo, type RawAnswer } from "./request.ts";
import type { ServerProcess } from "./server-process.ts";
import { until } from "./until.ts";

/** For whoever imports this file: a primary and two workers take their time to start on a busy machine. */
vi.setConfig({ testTimeout: 90_000 });

const STOP_MS_MAX = 20_000;
/** A start waits 10 s for a database that may come yet. */
export const FAILED_START_MS_MAX = 60_000;

/** Process ids of those that share the port of `server`, starting ones among them. */
export function workersOf({ child }: ServerProcess): number[] {
  return (
    execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      // A transpiler has processes of its own.
      .filter(([, parent, ...command]) => Number(parent) === child.pid && /main\.[jt]s/.test(command.join(" ")))
      .map(([pid]) => Number(pid))
  );
}

/** Whether it is still there. A zombie, which only waits for its parent, is not. */
export function isAlive(pid: number): boolean {
  try {
    const state = execFileSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return state !== "" && !state.startsWith("Z");
  } catch {
    // ps says so with its exit code.
    return false;
  }
}

/** Sends `query` on a new connection while none but `worker` can answer. One call at a time. */
export async function askWorker(server: ServerProcess, worker: number, query = "{ __typename }"): Promise<RawAnswer> {
  const others = workersOf(server).filter((pid) => pid !== worker);
  for (const pid of others) process.kill(pid, "SIGSTOP");
  try {
    return await askNew(server, query);
  } finally {
    for (const pid of others) process.kill(pid, "SIGCONT");
  }
}

/** Sends `query` on a new connection. */
export function askNew({ port }: ServerProcess, query = "{ __typename }"): Promise<RawAnswer> {
  const headers = { "Content-Type": "application/json" };
  return sendTo(`http://127.0.0.1:${port}`, { headers, body: JSON.stringify({ query }) });
}

/** Sends SIGTERM; what the process ended by. At most 20 s. */
export async function stopServer({
  child,
}: ServerProcess): Promise<readonly [code: number | null, signal: string | null]> {
  const exited = once(child, "exit", { signal: AbortSignal.timeout(STOP_MS_MAX) });
  child.kill("SIGTERM");
  return (await exited) as [number | null, string | null];
}

/** Ends it however the test went; nothing where it has ended. */
export async function endServer(server: ServerProcess | undefined): Promise<void> {
  if (server === undefined) return;
  const pids = workersOf(server);
  if (server.child.exitCode === null && server.child.signalCode === null) server.child.kill("SIGKILL");
  await until(
    () => !pids.some(isAlive),
    () => `${pids.filter(isAlive).join(", ")} still run`,
  );
}
