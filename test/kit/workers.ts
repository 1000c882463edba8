// The API processes behind one port, seen from outside: which there are, and who of them answers.

import { once } from "node:events";
import { readdirSync } from "node:fs";
import { vi } from "vitest";
import { readProc } from "./command.ts";
import { sendTo, type RawAnswer } from "./request.ts";
import type { ServerProcess } from "./server-process.ts";
import { until } from "./until.ts";

/** For whoever imports this file: a primary and two workers take their time to start on a busy machine. */
vi.setConfig({ testTimeout: 90_000 });

const STOP_MS_MAX = 20_000;
/** As /proc/net/tcp spells it. */
const ESTABLISHED = "01";

/** Process ids of those that share the port of `server`, starting ones among them. */
export function workersOf({ child }: ServerProcess): number[] {
  return (
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && statusOf(name)?.parent === child.pid)
      // A transpiler has processes of its own.
      .filter((name) => /main\.[jt]s/.test(readProc(name, "cmdline")))
      .map(Number)
  );
}

/** Connections to the port that one of its processes has taken; what waits in the system's queue belongs to nobody yet. */
export function acceptedCount({ port }: ServerProcess): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readProc("net", "tcp")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return rows.filter(([, address, , state, , , , , , inode]) => {
    return address?.endsWith(local) === true && state === ESTABLISHED && inode !== "0";
  }).length;
}

/** Whether it is still there. A zombie, which only waits for its parent, is not. */
export function isAlive(pid: number): boolean {
  const status = statusOf(String(pid));
  return status !== null && status.state !== "Z";
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

/** Null where there is no such process. Asked again and again while processes start: from /proc, since ps takes its time. */
function statusOf(pid: string): { readonly state: string; readonly parent: number } | null {
  const stat = readProc(pid, "stat");
  if (stat === "") return null;
  // The name of the program stands in brackets, and may hold any.
  const [state = "", parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state, parent: Number(parent) };
}
