// While MySQL is away an answer is told again as long as nothing that it depends on has changed, longer than it
// otherwise counts; one that is for everybody also for a minute after it has run out or become old. All else is 503.

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

let mysql: FaultProxy;
/** Behind the proxy. */
let api: TestApi;
/** Still reaches MySQL. */
let twin: TestApi;
const { answerMs, outageAnswerMs, outagePublicMs } = limits;
beforeAll(async () => {
  waitForRedis();
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
  await twin.close();
  await api.close();
  await mysql.close();
});
beforeEach(() => api.forgetAnswers());
afterEach(async () => {
  mysql.mend();
  Object.assign(limits, { answerMs, outageAnswerMs, outagePublicMs });
  await until(
    async () => (await askWatched(api, "ObjectsById", { variables: { ids: [] } })).status === 200,
    () => "MySQL is still away",
  );
  await until(
    async () => (await fetch(`${api.url}/readyz`)).status === 200,
    () => "it is not ready",
  );
});

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
  Object.assign(limits, { outagePublicMs: 300, outageAnswerMs: 300 });
  mysql.cut();
  let status = 200;
  await until(
    async () => {
      ({ status } = await board());
      return status === 503;
    },
    () => `it is still ${status}`,
    limits.untaggedAnswerMs * 5,
  );
  expect(status).toBe(503);
});

it("is not asked again at each request while there is something to tell", async () => {
  await catalogue();
  mysql.cut();
  await api.forgetAnswers();
  await catalogue();
  api.statements.length = 0;
  const startedAtMs = performance.now();
  let asked = 0;
  while (performance.now() - startedAtMs < limits.breakerMs / 2) {
    expect((await catalogue()).source).toBe("outage");
    asked += 1;
  }
  expect(asked).toBeGreaterThan(2);
  expect(api.statements.length).toBeLessThanOrEqual(2);
});
