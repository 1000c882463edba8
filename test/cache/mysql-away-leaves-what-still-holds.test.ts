// While MySQL is away an answer is told again as long as nothing that it depends on has changed, longer than it
// otherwise counts; one that is for everybody also for a minute after it has run out or become old. All else is 503.

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { cacheTags } from "../../src/cache/tags.ts";
import { createAnswerCache } from "../../src/cache/answers.ts";
import { createBreaker } from "../../src/runtime/breaker.ts";
import { Cancellation } from "../../src/runtime/cancellation.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, isShared, waitForRedis } from "../kit/caching.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { until } from "../kit/until.ts";
import { askOperation } from "../kit/registered.ts";
import { lockTable } from "../kit/table-lock.ts";
import { grant, write } from "../kit/writes.ts";

let mysql: FaultProxy;
/** Behind the proxy. */
let api: TestApi;
/** Still reaches MySQL. */
let twin: TestApi;
const { answerMs, untaggedAnswerMs, outageAnswerMs, outagePublicMs, breakerMs } = limits;
/** Of every answer. */
const LIFE_MS = 300;
beforeAll(async () => {
  waitForRedis();
  Object.assign(limits, { answerMs: LIFE_MS, untaggedAnswerMs: LIFE_MS });
  api = await startApi({
    environment: { LOG_LEVEL: "silent" },
    route: async (databaseUrl) => {
      mysql = await startFaultProxy(databaseUrl);
      return mysql.url;
    },
  });
  twin = await startApi({ twinOf: api });
});
afterAll(async () => {
  Object.assign(limits, { answerMs, untaggedAnswerMs });
  await twin.close();
  await api.close();
  await mysql.close();
});
beforeEach(() => api.forgetAnswers());
afterEach(async () => {
  mysql.mend();
  Object.assign(limits, { outageAnswerMs, outagePublicMs, breakerMs });
  await until(
    async () => !["outage", "none"].includes((await catalogue()).source),
    () => "MySQL is still away",
  );
  await untilReady();
});

/** With connections to MySQL again, which the cache does not hear of. */
function untilReady(): Promise<unknown> {
  return until(
    async () => (await fetch(`${api.url}/readyz`)).status === 200,
    () => "it is not ready",
  );
}

const askHome = (playerId: number) => askOperation(api.url, "HomeScreen", { token: api.tokenFor(playerId) });
const home = (playerId = 1) => askWatched(api, "HomeScreen", { token: api.tokenFor(playerId) });
const catalogue = () => askWatched(api, "Catalogue", { variables: { first: 2 } });

it("tells what nothing has changed, also to a client that names its tag", async () => {
  const first = await home();
  mysql.cut();
  for (let turn = 0; turn < 3; turn += 1) {
    const { status, text } = await home();
    expect([status, text]).toEqual([200, first.text]);
  }
  expect((await home(2)).status).toBe(503);
});

/** Asks until the answer is shared: with lives as short as these, the next one to ask may come too late for it. */
async function sharedText(playerId: bigint, ask: () => ReturnType<typeof home>): Promise<string> {
  let text = "";
  await until(
    async () => {
      ({ text } = await ask());
      return isShared(api, cacheTags.playerItems(playerId));
    },
    () => "it is not shared",
  );
  return text;
}

it("tells what only another process has, also where nobody has asked for it lately", async () => {
  const there = () => askWatched(twin, "HomeScreen", { token: api.tokenFor(3) });
  const text = await sharedText(3n, there);
  await delay(2 * LIFE_MS);
  mysql.cut();
  const answer = await home(3);
  expect([answer.source, answer.status, answer.text]).toEqual(["outage", 200, text]);
});

it("tells what another process has of now, where it has an old one itself", async () => {
  const there = () => askWatched(twin, "HomeScreen", { token: api.tokenFor(1) });
  await home();
  await grant(twin, 1, { 4: 1 });
  const text = await sharedText(1n, there);
  await delay(2 * LIFE_MS);
  mysql.cut();
  const answer = await home();
  expect([answer.source, answer.status, answer.text]).toEqual(["outage", 200, text]);
});

it("tells no player a state that a write has changed", async () => {
  await home();
  mysql.cut();
  await grant(twin, 1, { 4: 1 });
  for (let turn = 0; turn < 3; turn += 1) {
    const { status, headers } = await home();
    expect([status, headers.get("cache-control")]).toEqual([503, "no-store"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
});

it("tells a player what nothing has changed past its time, and no longer than its bound", async () => {
  const first = await home();
  const toldAtMs = performance.now();
  expect(first.headers.get("cache-control")).toBe("private, no-cache");
  await untilOld(toldAtMs, LIFE_MS);
  mysql.cut();
  const old = await home();
  expect([old.status, old.source, old.text]).toEqual([200, "outage", first.text]);
  Object.assign(limits, { outageAnswerMs: performance.now() - toldAtMs });
  expect((await home()).status).toBe(503);
});

it("tells everybody what is for everybody, also when it has become old meanwhile", async () => {
  const first = await catalogue();
  mysql.cut();
  await api.forgetAnswers();
  for (let turn = 0; turn < 3; turn += 1) {
    const { status, text, source } = await catalogue();
    expect([status, text, source]).toEqual([200, first.text, "outage"]);
  }
});

it("tells nobody what is for everybody past its time", async () => {
  const board = () => askWatched(api, "Leaderboard", {});
  await board();
  const toldAtMs = performance.now();
  mysql.cut();
  await api.forgetAnswers();
  await untilOld(toldAtMs, LIFE_MS);
  expect([(await board()).status, (await board()).source]).toEqual([200, "outage"]);
  Object.assign(limits, { outagePublicMs: performance.now() - toldAtMs - LIFE_MS });
  expect((await board()).status).toBe(503);
});

it("tells everybody that nobody on the way may keep what has run out", async () => {
  await catalogue();
  await delay(2 * LIFE_MS);
  mysql.cut();
  const { source, headers } = await catalogue();
  expect([source, headers.get("cache-control")]).toEqual(["outage", "public, max-age=0"]);
});

it("is not taken for away because of one connection that is lost", async () => {
  // For as long as this takes, should it be taken for away.
  Object.assign(limits, { breakerMs: 60_000 });
  await catalogue();
  const lock = await lockTable(api.database, "run_total");
  try {
    // All who waited on that connection: it is one loss all the same.
    const hanging = [2, 2, 2, 2].map(askHome);
    await until(lock.isWaitedFor, () => "it does not wait");
    const { status: written } = await write(twin.url, {
      operation: "UpsertItems",
      input: { items: [{ externalId: "one-more", kind: "SPENDABLE", displayName: "one more" }] },
      token: api.tokenFor("studio", "service"),
    });
    expect(written).toBe(200);
    mysql.cut();
    mysql.mend();
    for (const { status } of await Promise.all(hanging)) expect(status).toBe(503);
    await untilReady();
    const { source, status } = await catalogue();
    expect([source, status]).toEqual(["computed", 200]);
  } finally {
    await lock.release();
  }
});

it("helps those too who were refused because others wait for it", async () => {
  const standing = { values: ["epoch", "generation"], isOpen: false };
  const answers = createAnswerCache({
    generations: { tagsOf: () => [], read: (_, tell) => tell(standing), mark: () => undefined },
    store: { get: async () => null, set: () => undefined },
    isOutage: (error) => (error as Error).message === "away",
    isUnanswered: (error) => ["away", "busy"].includes((error as Error).message),
  });
  const get = (key: string, compute: () => Promise<string>) => {
    const question = answers.questionOf({ key, tags: ["tag"], lifetimeMs: 1, isPublic: false });
    return answers.get(question, standing, new Cancellation(), async () => ({
      json: await compute(),
      readAtMs: performance.now(),
    }));
  };
  const failing = (message: string) => () => Promise.reject(new Error(message));
  for (const key of ["kept", "kept too"]) await get(key, async () => "{}");
  await expect(get("kept", failing("busy"))).rejects.toThrow("busy");
  await expect(get("other", failing("away"))).rejects.toThrow("away");
  await delay(breakerMs + 10);
  // One in a while asks MySQL; meanwhile the others are told without.
  let isAsked = false;
  const asking = get("kept", async () => {
    isAsked = true;
    await delay(50);
    throw new Error("busy");
  });
  expect((await get("kept too", failing("MySQL is asked"))).source).toBe("outage");
  expect([(await asking).source, isAsked]).toEqual(["outage", true]);
  await get("other", async () => "{}");
  await expect(get("kept", failing("busy"))).rejects.toThrow("busy");
});

it("is away for certain the second time, whoever was on the first lost connection", async () => {
  const breaker = createBreaker();
  const seen = () => [breaker.isDoubtful(), breaker.isOpen(), breaker.isResting()];
  expect(seen()).toEqual([false, false, false]);
  const beganAtMs = performance.now();
  for (let read = 0; read < 3; read += 1) breaker.countOutage(beganAtMs);
  expect(seen()).toEqual([true, false, true]);
  await delay(breakerMs + 10);
  expect(seen()).toEqual([true, false, false]);
  breaker.rest();
  expect(seen()).toEqual([true, false, true]);
  breaker.countOutage(performance.now());
  expect(seen()).toEqual([true, true, true]);
  breaker.close();
  expect(seen().slice(0, 2)).toEqual([false, false]);
});

it("bounds both by what is written in the limits", () => {
  expect([outageAnswerMs, outagePublicMs]).toEqual([600_000, 60_000]);
});

it("is not asked again at each request while there is something to tell, but after a while", async () => {
  await catalogue();
  mysql.cut();
  await api.forgetAnswers();
  Object.assign(limits, { breakerMs: 2_000 });
  await catalogue();
  const triedAtMs = performance.now();
  api.statements.length = 0;
  for (let turn = 0; turn < 5; turn += 1) expect((await catalogue()).source).toBe("outage");
  expect(performance.now() - triedAtMs).toBeLessThan(limits.breakerMs);
  expect(api.statements).toEqual([]);
  await until(
    async () => (await catalogue()).source === "outage" && api.statements.length > 0,
    () => "MySQL is never asked again",
  );
});

/** Resolves when so much time is over. */
function untilOld(sinceMs: number, ms: number): Promise<void> {
  return until(
    () => performance.now() - sinceMs > ms,
    () => "time stands still",
  );
}
