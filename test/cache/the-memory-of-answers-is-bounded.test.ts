// Answers in the memory of one process weigh their bytes, and together no more than the bound: what was asked for least
// recently goes first, and comes back from Redis.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";

const { answersMemoryBytesMax } = limits;
/** Room for a few pages of the catalogue. */
const BYTES_MAX = 6_000;

let api: TestApi;
beforeAll(async () => {
  waitForRedis();
  Object.assign(limits, { answersMemoryBytesMax: BYTES_MAX });
  api = await startApi();
});
afterAll(async () => {
  Object.assign(limits, { answersMemoryBytesMax });
  await api.close();
});
beforeEach(() => api.forgetAnswers());

const page = (first: number) => askWatched(api, "Catalogue", { variables: { first } });

it("lets go of what was asked for least recently, and finds it in Redis", async () => {
  const sizes = Array.from({ length: 40 }, (_, place) => place + 1);
  let bytes = 0;
  for (const first of sizes) bytes += (await page(first)).text.length;
  expect(bytes).toBeGreaterThan(BYTES_MAX * 3);
  expect((await page(40)).source).toBe("memory");
  // The first was the only one when it was asked for, and is not shared.
  expect((await page(2)).source).toBe("redis");
  let kept = 0;
  for (const first of sizes.toReversed()) {
    const { source, text } = await page(first);
    if (source !== "memory") break;
    kept += text.length;
  }
  expect(kept).toBeLessThanOrEqual(BYTES_MAX);
});

it("is measured", async () => {
  const weight = async () => (await api.app.metrics.answerBytes.get()).values[0]!.value;
  for (let first = 10; first < 40; first += 1) await page(first);
  expect(await weight()).toBeGreaterThan(0);
  expect(await weight()).toBeLessThanOrEqual(BYTES_MAX);
  const printed = await (await fetch(`${api.url}/metrics`)).text();
  expect(printed).toContain(`satchel_cache_memory_bytes ${await weight()}`);
});

it("is 64 MB where nobody says otherwise", () => {
  expect(answersMemoryBytesMax).toBe(64_000_000);
});
