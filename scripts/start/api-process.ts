// The API, and the worker beside it, as children of `npm start`: started, awaited until they are ready, and
// stopped in order. Tied to us by an IPC channel: should we be killed, the channel closes and they stop by
// themselves.
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { projectDir } from "../clone.ts";
import { serverNodeOptions } from "../node-options.ts";
import { SetupError } from "../setup-error.ts";

/** A running API. */
export interface ApiProcess {
  /** Resolves, never rejects, when it has ended, with what it ended by: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** SIGTERM, so that it answers what it has begun; SIGKILL if that takes too long. */
  stop(): Promise<void>;
}

const STOP_MS_MAX = 15_000;
const READY_MS_MAX = 60_000;
const POLL_MS = 30;

/** Starts src/main.ts, or `entry`, with `environment`; what it prints goes where we print. */
export function startApi(environment: NodeJS.ProcessEnv, entry = "src/main.ts"): ApiProcess {
  const child = spawn(process.execPath, [...serverNodeOptions, "--import", "tsx", entry], {
    cwd: projectDir,
    env: environment,
    // Its own process group: Ctrl-C reaches us alone, and the API is stopped before its databases.
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return { ended, stop: () => stop(child, ended) };
}

/** Waits until `origin`/readyz answers 200. Throws a SetupError when `name` ends before, or takes a minute. */
export async function waitUntilReady(api: ApiProcess, origin: string, name = "The API"): Promise<void> {
  const startedAt = performance.now();
  let last = "nothing";
  while (last !== "200") {
    const ended = await Promise.race([api.ended, delay(POLL_MS)]);
    if (ended !== undefined) throw new SetupError(`${name} ended before it was ready (${ended}); see above.`);
    if (performance.now() - startedAt > READY_MS_MAX) {
      throw new SetupError(`${name} is not ready after ${READY_MS_MAX / 1_000} s: /readyz answers ${last}.`);
    }
    last = await readiness(origin);
  }
}

async function readiness(origin: string): Promise<string> {
  try {
    const response = await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(1_000) });
    return response.ok ? "200" : `${response.status} ${await response.text()}`;
  } catch (error) {
    // Not listening yet.
    return error instanceof Error ? error.message : String(error);
  }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill("SIGTERM");
  // Not kept waiting by the timer once the child has ended.
  const impatience = new AbortController();
  const timeout = delay(STOP_MS_MAX, "timeout" as const, { signal: impatience.signal }).catch(() => "ended");
  if ((await Promise.race([ended, timeout])) === "timeout") child.kill("SIGKILL");
  await ended;
  impatience.abort();
}
