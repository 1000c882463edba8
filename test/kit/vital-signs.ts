// A server process under observation: what it costs, what it holds, whether it lives and answers right.
// Linux: CPU time and resident memory are read from /proc.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import type { limits } from "../../src/runtime/limits.ts";
import { registeredOperations } from "../../src/operations/registry.ts";
import type { TestApi } from "./api.ts";
import { forms, sendForm } from "./lanes.ts";
import { environmentOf, startServerProcess } from "./server-process.ts";
import { until } from "./until.ts";

const TICKS_PER_SECOND = 100;
const RETURN_MS_MAX = 10_000;
/** Of what it held before; the rest is the noise of a heap that is never quite the same. */
const RETURN_SHARE_MAX = 1.1;

export interface WatchedServer {
  readonly pid: number;
  readonly url: string;
  readonly port: number;
  /** The last of its log. */
  log(): string;
  /** CPU time of the whole process so far, in steps of 10 ms. */
  cpuMs(): number;
  /** A sample of GET /metrics; the sum over its labels, 0 where there is none. */
  metric(name: string): Promise<number>;
  /** Takes what it holds and answers now as the state to come back to. */
  remember(): Promise<void>;
  /**
   * It lives, answers a PlayerState to the byte as it did when remembered, and its heap and memory are
   * back within a tenth after at most 10 s. Memory that has once grown more, as V8's room for what is young and malloc's
   * own do, is asked after once more, where `again` does to it what was done: what is kept grows each time.
   */
  expectUnharmed(again?: () => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

/** A twin of the test's own server, with some of its limits changed. */
export async function startWatchedServer(
  api: TestApi,
  changed: Partial<Record<keyof typeof limits, number>> = {},
): Promise<WatchedServer> {
  const environment = { ...environmentOf(api), TEST_LIMITS: JSON.stringify(changed) };
  const { child, port, log } = await startServerProcess(environment, "test/kit/watched-server.ts");
  const url = `http://127.0.0.1:${port}`;
  const pid = child.pid ?? 0;
  const { id } = registeredOperations.find(({ name }) => name === "PlayerState")!;
  const token = api.tokenFor(1);

  const metric = async (name: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const samples = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? ([0-9.e+-]+)$`, "gm"))];
    return samples.reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const playerState = async () => {
    const request = forms["documentId"]!({ id, name: "", type: "query", body: "" }, { id: playerGlobalId(1n) });
    const { status, text } = await sendForm(url, request, { token, accept: "application/json" });
    return { status, text };
  };
  let asked = 0;
  /** After a collection, what is still reachable. */
  const held = async () => {
    asked += 1;
    process.kill(pid, "SIGUSR2");
    let heapBytes = Number.NaN;
    await until(
      () => {
        heapBytes = Number(new RegExp(`^held ${asked}: (\\d+) bytes$`, "m").exec(log())?.[1]);
        return !Number.isNaN(heapBytes);
      },
      () => "it does not say what it holds",
    );
    return { heapBytes, residentBytes: residentBytes(pid) };
  };
  let before: { held: Awaited<ReturnType<typeof held>>; state: object } | undefined;

  return {
    pid,
    url,
    port,
    log,
    metric,
    cpuMs: () => cpuMs(pid),
    async remember() {
      // Twice: the first answers and collections make what stays.
      for (let round = 0; round < 2; round += 1) before = { held: await held(), state: await playerState() };
    },
    async expectUnharmed(again) {
      const { held: heldBefore, state } = before!;
      expect((await fetch(`${url}/livez`)).status).toBe(200);
      expect(await playerState()).toEqual(state);
      let now = heldBefore;
      let residentBytesBefore = heldBefore.residentBytes;
      const untilBack = () =>
        until(
          async () => {
            now = await held();
            return (
              now.heapBytes <= heldBefore.heapBytes * RETURN_SHARE_MAX &&
              now.residentBytes <= residentBytesBefore + heldBefore.residentBytes * (RETURN_SHARE_MAX - 1)
            );
          },
          () => `it held ${JSON.stringify({ ...heldBefore, residentBytesBefore })}, and holds ${JSON.stringify(now)}`,
          RETURN_MS_MAX,
        );
      try {
        await untilBack();
      } catch (error) {
        if (again === undefined || now.heapBytes > heldBefore.heapBytes * RETURN_SHARE_MAX) throw error;
        residentBytesBefore = now.residentBytes;
        await again();
        await untilBack();
      }
      expect(child.exitCode).toBeNull();
    },
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit", { signal: AbortSignal.timeout(12_000) });
    },
  };
}

function cpuMs(pid: number): number {
  // After the name, which may hold anything, in brackets.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
