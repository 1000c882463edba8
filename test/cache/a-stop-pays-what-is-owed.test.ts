// A process that is told to leave, while Redis has not confirmed what it committed, stays until it has, or for a
// moment: otherwise the other processes would tell what is old until it has run out.

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

const { fenceStopMs } = limits;
/** In which a process that does not stay is gone: what a stop takes by itself. */
const HASTY_MS = limits.drainIdleMs + 1_000;

let api: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi();
});
afterAll(() => api.close());

let redis: FaultProxy | undefined;
afterEach(async () => {
  Object.assign(limits, { fenceStopMs });
  await redis?.close();
});

const home = () => askWatched(api, "HomeScreen", { token: api.tokenFor(1) });

interface Owing {
  readonly leaver: TestApi;
  /** The version that the leaver has committed: what the other process tells is older. */
  readonly committed: bigint;
  /** Lets Redis know. */
  mend(): void;
}

async function startOwing(): Promise<Owing> {
  const proxy = await startFaultProxy(process.env["SATCHEL_TEST_REDIS_URL"]!);
  redis = proxy;
  const leaver = await startApi({ twinOf: api, redisRoute: async () => proxy.url });
  await until(
    async () => (await home()).source === "memory",
    () => "nothing is kept",
  );
  const { body } = await home();
  proxy.cut();
  await grant(leaver, 1, { 4: 1 });
  return { leaver, committed: BigInt(body.data.viewer.version) + 1n, mend: () => proxy.mend() };
}

it("pays before it is over, and nobody tells the old after that", async () => {
  Object.assign(limits, { fenceStopMs: 20_000 });
  const { leaver, committed, mend } = await startOwing();
  const stopping = leaver.close();
  expect(await Promise.race([stopping.then(() => "gone"), delay(HASTY_MS, "there")])).toBe("there");
  mend();
  await stopping;
  expect((await home()).body.data.viewer.version).toBe(String(committed));
});

it("does not stay for ever where Redis does not come back", async () => {
  Object.assign(limits, { fenceStopMs: 100 });
  const { leaver } = await startOwing();
  await leaver.close();
  expect((await leaver.app.metrics.fenceOwed.get()).values[0]!.value).toBeGreaterThan(0);
});

it("fits into the time after which a process that is leaving is killed", () => {
  // With one call that has just been sent.
  expect(limits.drainMs + fenceStopMs + limits.fenceMs).toBeLessThan(limits.workerLeaveMs);
});
