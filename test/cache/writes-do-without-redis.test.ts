// Redis never fails a write and never holds it up for long: gone or frozen, every write has its effect, about a second
// later at most, and is counted.

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { layInSupplies, tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";
import { until } from "../kit/until.ts";
import { grant, write, writes } from "../kit/writes.ts";

const ACTOR = 1;
/** What a write may take by itself on a busy machine: two waits for Redis do not fit in. */
const ORDINARY_MS = 900;

let redis: FaultProxy;
let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    fill: (database) => layInSupplies(database, [1, 2]),
    redisRoute: async (redisUrl) => (redis = await startFaultProxy(redisUrl)).url,
  });
});
afterAll(async () => {
  await api.close();
  await redis.close();
});
afterEach(async () => {
  redis.thaw();
  redis.mend();
  await until(isWell, () => "Redis is not used again");
});

const failures = async () => (await api.app.metrics.fenceFailures.get()).values[0]?.value ?? 0;

/** Whether nothing is owed, and a write is confirmed. */
async function isWell(): Promise<boolean> {
  const before = await failures();
  await grant(api, 2, { 4: 1 });
  return (await failures()) === before && (await api.app.metrics.fenceOwed.get()).values[0]!.value === 0;
}

const names = writes.map(({ operation }) => operation.name);

it.each([
  ["gone", () => redis.cut()],
  ["frozen", () => redis.freeze()],
])(
  "%s: each write has its effect, is late by a second at most, and is counted",
  async (how, strike) => {
    for (const [place, name] of names.entries()) {
      const turn = place + (how === "gone" ? 0 : names.length);
      const { input } = writeVariablesOf(name, ACTOR, { turn });
      const before = await failures();
      strike();
      const startedAtMs = performance.now();
      const { status, payload, text } = await write(api.url, {
        operation: name,
        input,
        token: tokenOf(api, name, ACTOR),
      });
      const tookMs = performance.now() - startedAtMs;
      expect([name, status, payload?.userErrors, text]).toEqual([name, 200, [], text]);
      expect([name, tookMs]).toEqual([name, expect.toSatisfy((ms: number) => ms < limits.fenceMs + ORDINARY_MS)]);
      expect([name, (await failures()) - before]).toEqual([name, expect.toSatisfy((count: number) => count > 0)]);
      redis.thaw();
      redis.mend();
      await until(isWell, () => `Redis is not used again after ${name}`);
    }
  },
  60_000,
);
