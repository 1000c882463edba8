// However many ask at once for what has just become old: one of them computes it, and all are told that. Whoever asks
// under newer generations does not join.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, countsOf, waitForRedis } from "../kit/caching.ts";
import { forms, sendForm } from "../kit/lanes.ts";
import { askOperation } from "../kit/registered.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

const READERS = 1_000;
/** Clients and server share one process here, on a machine that may be busy. */
const BURST_MS_MAX = 60_000;

let api: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => api.forgetAnswers());

async function sourcesSince(before: Readonly<Record<string, number>>): Promise<Record<string, number>> {
  const after = await countsOf(api.app);
  const gained = Object.entries(after).map(([source, count]) => [source, count - (before[source] ?? 0)] as const);
  return Object.fromEntries(gained.filter(([, count]) => count > 0));
}

it(
  `${READERS} readers of an answer that was just made old cost one computation`,
  async () => {
    await askWatched(api, "HomeScreen", { token: api.tokenFor(1) });
    await grant(api, 1, { 4: 1 });
    const before = await countsOf(api.app);
    api.statements.length = 0;
    const lock = await lockTable(api.database, "player");
    const readers = Array.from({ length: READERS }, () =>
      askOperation(api.url, "HomeScreen", { token: api.tokenFor(1) }),
    );
    await until(
      () => lock.isWaitedFor(),
      () => "nobody has asked the database",
    );
    await lock.release();
    const texts = new Set((await Promise.all(readers)).map(({ text }) => text));
    expect(texts.size).toBe(1);
    const { computed, ...others } = await sourcesSince(before);
    expect(computed).toBe(1);
    expect(Object.keys(others).filter((source) => source !== "flight" && source !== "memory")).toEqual([]);
    expect(api.statements.filter(({ sql }) => sql.includes("FROM player WHERE"))).toHaveLength(1);
  },
  BURST_MS_MAX,
);

it("lets nobody join what was begun before a write that is over", async () => {
  const token = api.tokenFor(1);
  const operation = registeredOperations.findLast(({ name }) => name === "HomeScreen")!;
  const version = BigInt((await askWatched(api, "HomeScreen", { token })).body.data.viewer.version);
  await api.forgetAnswers();
  const lock = await lockTable(api.database, "run_total");
  const early = sendForm(api.url, forms["documentId"]!(operation, {}), { token, accept: "*/*" });
  await until(
    () => lock.isWaitedFor(),
    () => "the early one has not asked the database",
  );
  await grant(api, 1, { 4: 1 });
  const late = sendForm(api.url, forms["documentId"]!(operation, {}), { token, accept: "*/*" });
  await lock.release();
  expect(JSON.parse((await late).text).data.viewer.version).toBe(String(version + 1n));
  await early;
  const next = await askWatched(api, "HomeScreen", { token });
  expect([next.source, next.body.data.viewer.version]).toEqual(["memory", String(version + 1n)]);
});

it("is given up when all who wait for it have gone, and begun anew by the next", async () => {
  const lock = await lockTable(api.database, "player");
  const leaving = new AbortController();
  const token = api.tokenFor(1);
  const gone = fetch(`${api.url}/graphql/${registeredOperations.findLast(({ name }) => name === "HomeScreen")!.id}`, {
    headers: { Authorization: `Bearer ${token}` },
    signal: leaving.signal,
  }).catch(() => undefined);
  await until(
    () => lock.isWaitedFor(),
    () => "nobody has asked the database",
  );
  const before = await countsOf(api.app);
  leaving.abort();
  await gone;
  const staying = askOperation(api.url, "HomeScreen", { token });
  await lock.release();
  expect((await staying).body.data.viewer.displayName).toBe("Ada Köhler");
  expect((await countsOf(api.app))["computed"]).toBe((before["computed"] ?? 0) + 1);
});
