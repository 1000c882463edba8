// The bench's side of a load process: starts one per kind of loop, and runs one measurement after another
// on it, with a stop between warm-up and measured stretch where the caller takes its readings.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectDir } from "../../scripts/clone.ts";
import { youngSpaceOptions } from "../../scripts/node-options.ts";
import { onStop } from "../../scripts/stopping.ts";
import { pinning } from "../cores.ts";
import type { Worlds } from "../world.ts";
import type { LoadJob, LoadReply, LoadResult, LoadWorlds } from "./job.ts";

export interface LoadDriver {
  /** Makes the requests, warms up, calls `onWarm`, measures. One at a time. */
  run(job: Omit<LoadJob, "kind">, onWarm: () => Promise<unknown>): Promise<LoadResult>;
  stop(): Promise<void>;
}

/** Compiled entries: a transpiler's hooks have no place beside a measurement. */
const ENTRIES = { closed: "closed-loop.js", socket: "socket-loop.js", open: "open-loop.js" } as const;

export async function startLoadDriver(
  loop: keyof typeof ENTRIES,
  worlds: Worlds,
  tokenKeys: string,
): Promise<LoadDriver> {
  const [execPath, ...execArgv] = [...pinning("load"), process.execPath, ...youngSpaceOptions] as const;
  const child = fork(join(projectDir, "bench/dist/bench/load", ENTRIES[loop]), {
    serialization: "advanced",
    detached: true,
    execPath: execPath!,
    execArgv,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const stop = onStop(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  });
  const named: LoadWorlds = {
    kind: "worlds",
    tokenKeys,
    cityIndexes: Object.fromEntries(Object.values(worlds).map(({ name, cityIndexes }) => [name, cityIndexes])),
  };
  child.send(named);
  return {
    async run(job, onWarm) {
      await ask(child, { kind: "job", ...job }, "ready");
      await ask(child, { kind: "go" }, "warm");
      await onWarm();
      return ask(child, { kind: "go" }, "result");
    },
    stop,
  };
}

async function ask<Kind extends LoadReply["kind"]>(
  child: ChildProcess,
  command: object,
  kind: Kind,
): Promise<Extract<LoadReply, { kind: Kind }>> {
  const ended = new AbortController();
  const replied = once(child, "message", { signal: ended.signal });
  const onExit = (): void => ended.abort();
  child.once("exit", onExit);
  child.send(command);
  try {
    const [reply] = (await replied) as [LoadReply];
    if (reply.kind !== kind) throw new Error(`the load process said ${reply.kind}, not ${kind}`);
    return reply as Extract<LoadReply, { kind: Kind }>;
  } finally {
    child.off("exit", onExit);
  }
}
