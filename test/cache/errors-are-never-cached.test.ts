// An answer with an error in it is made anew for each request, whatever the error: a refusal, a wrong argument, an
// outage, a fault of our own. It may be kept by nobody.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";

let api: TestApi;
let mysql: FaultProxy;
beforeAll(async () => {
  waitForRedis();
  api = await startApi({
    environment: { LOG_LEVEL: "silent" },
    route: async (databaseUrl) => {
      mysql = await startFaultProxy(databaseUrl);
      return mysql.url;
    },
  });
});
afterAll(async () => {
  await api.close();
  await mysql.close();
});
beforeEach(() => api.forgetAnswers());

const wrong: Readonly<Record<string, { name: string; variables: object; playerId: number; code: string }>> = {
  "a field of another player": {
    name: "PlayerState",
    variables: { id: playerGlobalId(1n) },
    playerId: 2,
    code: "FORBIDDEN",
  },
  "an id that is none": { name: "PlayerState", variables: { id: "x" }, playerId: 1, code: "BAD_USER_INPUT" },
  "a page past its bound": { name: "Catalogue", variables: { first: 101 }, playerId: 1, code: "BAD_USER_INPUT" },
  "a cursor of another list": {
    name: "Catalogue",
    variables: { first: 1, after: "x" },
    playerId: 1,
    code: "BAD_CURSOR",
  },
};

it.each(Object.entries(wrong))("%s is refused each time, and kept by nobody", async (_, one) => {
  for (let turn = 0; turn < 2; turn += 1) {
    const answer = await askWatched(api, one.name, { ...one, token: api.tokenFor(one.playerId) });
    expect(["memory", "redis"]).not.toContain(answer.source);
    expect(answer.body.errors[0].extensions.code).toBe(one.code);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("etag")).toBeNull();
  }
});

it("is over with the outage: the next answer is right", async () => {
  mysql.cut();
  const away = await askWatched(api, "Catalogue", { variables: { first: 4 } });
  expect([away.status, away.headers.get("cache-control"), away.headers.get("etag")]).toEqual([503, "no-store", null]);
  mysql.mend();
  const back = await askWatched(api, "Catalogue", { variables: { first: 4 } });
  expect([back.status, back.body.data.items.nodes.length]).toEqual([200, 4]);
});
