// The loop of a load process: takes the worlds once, then job after job. closed-loop.ts and open-loop.ts
// are its two entries and differ in how requests are sent.

import type { LoadCommand, LoadJob, LoadReply, LoadResult, LoadWorlds } from "./job.ts";
import { createSignToken, makeRequests, type SignToken } from "./requests.ts";
import type { WireRequest } from "../variants/wire.ts";

/** What one stretch of load came to. */
export type StretchResult = Omit<LoadResult, "kind">;

export interface Loop {
  /** Requests that one stretch needs at most; with fewer they would be sent again from the first on. */
  requestCount(job: LoadJob, seconds: number): number;
  run(job: LoadJob, requests: readonly WireRequest[], seconds: number): Promise<StretchResult>;
}

/** Serves the parent until it closes the channel. */
export function serveLoad(loop: Loop): void {
  let worlds: LoadWorlds | null = null;
  let signToken: SignToken = () => "";
  let go: () => void = () => undefined;
  process.on("disconnect", () => process.exit(0));
  process.on("message", (command: LoadCommand) => {
    if (command.kind === "go") go();
    else if (command.kind === "worlds") {
      worlds = command;
      signToken = createSignToken(command.tokenKeys);
    } else {
      const going = (): Promise<void> => new Promise((resolve) => (go = resolve));
      void runJob(loop, command, { cityIndexes: worlds!.cityIndexes[command.world]!, signToken, going });
    }
  });
}

interface JobContext {
  readonly cityIndexes: Uint8Array;
  readonly signToken: SignToken;
  /** Resolves at the parent's next `go`. */
  readonly going: () => Promise<void>;
}

async function runJob(loop: Loop, job: LoadJob, { cityIndexes, signToken, going }: JobContext): Promise<void> {
  const { form, scenario, playerId, askingPlayers, seed, warmUpSeconds, measuredSeconds } = job;
  const warmUpCount = loop.requestCount(job, warmUpSeconds);
  const count = warmUpCount + loop.requestCount(job, measuredSeconds);
  const requests = makeRequests({ form, scenario, cityIndexes, playerId, askingPlayers, seed, count }, signToken);
  await replyAndGo({ kind: "ready" }, going);
  await loop.run(job, requests.slice(0, warmUpCount), warmUpSeconds);
  await replyAndGo({ kind: "warm" }, going);
  reply({ kind: "result", ...(await loop.run(job, requests.slice(warmUpCount), measuredSeconds)) });
}

async function replyAndGo(message: LoadReply, going: () => Promise<void>): Promise<void> {
  const gone = going();
  reply(message);
  await gone;
}

function reply(message: LoadReply): void {
  process.send!(message);
}

/** Microseconds of CPU of this process since `before`. */
export function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
