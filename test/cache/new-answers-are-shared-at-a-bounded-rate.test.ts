// How many new answers a process puts into Redis in a second has a bound: past it they are told all the same, and
// shared when somebody asks for them again.

import { afterAll, beforeAll, expect, it } from "vitest";
import { createAllowance } from "../../src/runtime/allowance.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { askWatched, untilCaching, waitForRedis } from "../kit/caching.ts";
import { until } from "../kit/until.ts";

const { answersSharedPerSecondMax } = limits;

let api: TestApi;
beforeAll(async () => {
  waitForRedis();
  // The first takes it all, and it is back after a second.
  Object.assign(limits, { answersSharedPerSecondMax: 1 });
  api = await startApi();
  await untilCaching(api);
});
afterAll(async () => {
  Object.assign(limits, { answersSharedPerSecondMax });
  await api.close();
});

const ask = (first: number) => askWatched(api, "Catalogue", { variables: { first } });
const isStored = (first: number) =>
  withCacheRedis(api.database.databaseUrl, async (client) => {
    const keys = await client.keys(`satchel:${api.database.name}:answer:*{"first":${first}}`);
    return keys.length === 1;
  });

it("the next ones are told, and shared once they are asked for again", async () => {
  // One a second is shared: so many take less than so many seconds on any machine.
  const asked = Array.from({ length: 30 }, (_, place) => place + 2);
  for (const first of asked) expect((await ask(first)).source).toBe("computed");
  const stored: boolean[] = [];
  for (const first of asked) stored.push(await isStored(first));
  expect(stored).toContain(false);
  const left = asked[stored.indexOf(false)]!;
  await until(
    async () => {
      expect((await ask(left)).source).toBe("memory");
      return isStored(left);
    },
    () => "it is asked for again and again, and not shared",
  );
});

it("an allowance gives so many at once and so many a second, and no more", async () => {
  const allowance = createAllowance(20);
  const beganAtMs = performance.now();
  let taken = 0;
  while (allowance.take()) taken += 1;
  expect(taken).toBeGreaterThanOrEqual(20);
  await until(
    () => {
      if (allowance.take()) taken += 1;
      return taken >= 30;
    },
    () => `it gave ${taken}`,
  );
  expect(performance.now() - beganAtMs).toBeGreaterThan(400);
});
