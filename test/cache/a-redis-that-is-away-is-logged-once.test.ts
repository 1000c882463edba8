// While Redis does not confirm what writes tell it, one line of the log says so, however many writes there are; the
// next says that it was back in between. Each call is counted all the same.

import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

const WRITES = 10;

let redis: FaultProxy;
let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    environment: { LOG_LEVEL: "warn" },
    redisRoute: async (redisUrl) => (redis = await startFaultProxy(redisUrl)).url,
  });
});
afterAll(async () => {
  await api.close();
  await redis.close();
});

const lineCount = () => api.logLines.filter(({ msg }) => msg.includes("fence")).length;
const failures = async () => (await api.app.metrics.fenceFailures.get()).values[0]?.value ?? 0;
const owed = async () => (await api.app.metrics.fenceOwed.get()).values[0]!.value;

async function writeMuch(): Promise<void> {
  const before = await failures();
  for (let n = 0; n < WRITES; n += 1) await grant(api, 1, { 4: 1 });
  expect((await failures()) - before).toBeGreaterThanOrEqual(WRITES);
}

it("says so once for each time that Redis is away", async () => {
  await grant(api, 1, { 4: 1 });
  expect(lineCount()).toBe(0);
  for (const times of [1, 2]) {
    redis.cut();
    await writeMuch();
    expect(lineCount()).toBe(times);
    redis.mend();
    await until(
      async () => (await owed()) === 0,
      () => "it is still owed",
    );
  }
});
