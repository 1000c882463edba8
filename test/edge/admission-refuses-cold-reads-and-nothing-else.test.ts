// A server that may compute no further read, at the bound itself and without a race: every cold read is refused in
// either lane, with a time to come back that differs; what is cached is told, and writes are done.

import { afterAll, beforeAll, expect, it } from "vitest";
import { cacheTags } from "../../src/cache/tags.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type Answer, type TestApi } from "../kit/api.ts";
import { askWatched, untilShared, waitForRedis } from "../kit/caching.ts";
import { askOperation } from "../kit/registered.ts";
import { balanceOf, grant } from "../kit/writes.ts";

/** Enough that each of three values comes up, but for one time in 10^8. */
const REFUSALS = 50;

const { readsComputedMax, readsWaitingMax } = limits;
/** With room. */
let api: TestApi;
let full: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi();
  Object.assign(limits, { readsComputedMax: 0, readsWaitingMax: 0 });
  full = await startApi({ twinOf: api });
});
afterAll(async () => {
  Object.assign(limits, { readsComputedMax, readsWaitingMax });
  await full.close();
  await api.close();
});

it("refuses a cold read in the fast lane, and says when to come again: after 1, 2 or 3 s", async () => {
  const retries = new Set<string | null>();
  full.statements.length = 0;
  for (let n = 0; n < REFUSALS; n += 1) {
    const { status, body, headers } = await askOperation(full.url, "Catalogue", { variables: { first: n + 1 } });
    expect([status, body.errors[0].extensions.code]).toEqual([503, "OVERLOADED"]);
    expect(headers.get("cache-control")).toBe("no-store");
    retries.add(headers.get("retry-after"));
  }
  expect(retries).toEqual(new Set(["1", "2", "3"]));
  expect(full.statements).toEqual([]);
});

it.each([
  [
    "of an operation whose answers are not cached",
    () => askOperation(full.url, "ItemDetail", { variables: { id: "SXRlbTox" } }),
  ],
  ["of ad-hoc text", (): Promise<Answer> => full.ask({ query: "{ items(first: 3) { nodes { id } } }" })],
])("refuses a cold read %s", async (_, ask) => {
  const { status, headers, body } = await ask();
  expect([status, body.errors?.[0].extensions.code]).toEqual([503, "OVERLOADED"]);
  expect(["1", "2", "3"]).toContain(headers.get("retry-after"));
});

it("tells what is cached, by others or by itself", async () => {
  const state = { variables: { id: playerGlobalId(1n) }, token: api.tokenFor(1) };
  const first = await askWatched(api, "PlayerState", state);
  // Now others find it.
  await askWatched(api, "PlayerState", state);
  await untilShared(api, cacheTags.playerItems(1n));
  const sources = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const { status, source, text } = await askWatched(full, "PlayerState", state);
    expect([status, text]).toEqual([200, first.text]);
    sources.push(source);
  }
  expect(sources).toEqual(["redis", "memory"]);
});

it("does what is to be written", async () => {
  const before = await balanceOf(api, 2, 4);
  await grant(full, 2, { 4: 3 });
  expect(await balanceOf(api, 2, 4)).toBe(before + 3n);
});
