// The API as processes of their own, src/main.ts as production runs it: killed by pid, started again on another port.

import { once } from "node:events";
import { startServerProcess, type ServerProcess } from "../../kit/server-process.ts";
import type { Server } from "./client.ts";
import type { World } from "./world.ts";

/** A process that can die and come back; `port` is null while it is down. */
export interface ApiProcess extends Server {
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGTERM. */
  stop(): Promise<void>;
}

/** Starts so many of them side by side. */
export async function startApiProcesses({ environment }: World, count: number): Promise<ApiProcess[]> {
  const processes = Array.from({ length: count }, () => newApiProcess(environment));
  await Promise.all(processes.map((api) => api.start()));
  return processes;
}

function newApiProcess(environment: Readonly<Record<string, string>>): ApiProcess {
  let running: ServerProcess | null = null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (running === null) return;
    const { child } = running;
    running = null;
    const exited = once(child, "exit", { signal: AbortSignal.timeout(15_000) });
    child.kill(signal);
    await exited;
  };
  return {
    get port() {
      return running?.port ?? null;
    },
    async start() {
      running = await startServerProcess(environment);
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}
