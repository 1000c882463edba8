// Real nginx in front, and Satchel away in each way that docs/nginx.conf names: gone, silent, or refusing for an outage
// of its own. Public answers that nginx has are told though they have run out, private ones are not; and all is new
// again when Satchel is back.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { isWithoutNginx, replaced, startNginx, type Nginx } from "../kit/nginx.ts";
import { askOperation, operationId, type RegisteredAnswer } from "../kit/registered.ts";
import { until } from "../kit/until.ts";

const { outageAnswerMs, outagePublicMs } = limits;

let api: TestApi;
let mysql: FaultProxy;
/** Between nginx and Satchel. */
let way: FaultProxy;
let nginx: Nginx;
beforeAll(async () => {
  if (isWithoutNginx) return;
  // Satchel itself would tell what has run out a while longer.
  Object.assign(limits, { outageAnswerMs: 0, outagePublicMs: 0 });
  api = await startApi({ route: async (url) => (mysql = await startFaultProxy(url)).url });
  way = await startFaultProxy(api.url);
  // Nobody can wait here for as long as is offered.
  nginx = await startNginx(way.url, (text) => replaced(text, "proxy_read_timeout 15s;", "proxy_read_timeout 1s;"));
});
afterEach(() => {
  for (const proxy of isWithoutNginx ? [] : [way, mysql]) {
    proxy.thaw();
    proxy.mend();
  }
});
afterAll(async () => {
  if (isWithoutNginx) return;
  Object.assign(limits, { outageAnswerMs, outagePublicMs });
  await nginx.close();
  await way.close();
  await api.close();
  await mysql.close();
});

const board = () => askOperation(nginx.url, "Leaderboard", { method: "GET" });
/** Errors of nginx are its own pages. */
const statusOfGet = async (path: string, headers: Readonly<Record<string, string>> = {}) =>
  (await fetch(`${nginx.url}${path}`, { headers })).status;
const home = () => statusOfGet(`/graphql/${operationId("HomeScreen")}`, { Authorization: `Bearer ${api.tokenFor(1)}` });
const statusOf = ({ headers }: RegisteredAnswer) => headers.get("x-cache-status");

/** What nginx has stored and would ask for anew. */
async function runOut(): Promise<RegisteredAnswer> {
  const first = await board();
  expect(first.status).toBe(200);
  const storedAtMs = performance.now();
  await until(
    () => performance.now() - storedAtMs > 2 * limits.untaggedAnswerMs,
    () => "time stands still",
  );
  return first;
}

const ways: Readonly<Record<string, () => void>> = {
  "is gone": () => way.cut(),
  "is silent": () => way.freeze(),
  "refuses for an outage": () => mysql.cut(),
};

describe.skipIf(isWithoutNginx).each(Object.entries(ways))("while Satchel %s", (_, leave) => {
  it("what is public is told though it has run out, and is new again when Satchel is back", async () => {
    const first = await runOut();
    leave();
    const stale = await board();
    expect([stale.status, statusOf(stale), stale.text]).toEqual([200, "STALE", first.text]);
    way.thaw();
    way.mend();
    mysql.mend();
    await until(
      async () => ["EXPIRED", "MISS"].includes(statusOf(await board())!),
      () => "nginx does not ask again",
    );
  });

  it("what is private, or not stored, is told to nobody", async () => {
    expect(await home()).toBe(200);
    await api.forgetAnswers();
    leave();
    const unknown = encodeURIComponent('{"first":91}');
    for (const status of [
      await home(),
      await statusOfGet(`/graphql/${operationId("Catalogue")}?variables=${unknown}`),
    ]) {
      expect([502, 503, 504]).toContain(status);
    }
  });
});

it.skipIf(isWithoutNginx)("tells all but one what has run out while that one asks Satchel anew", async () => {
  await runOut();
  way.freeze();
  let isAsking = true;
  const asking = board().finally(() => (isAsking = false));
  await until(
    async () => {
      const { status } = await board();
      expect(status).toBe(200);
      return isAsking && statusOf(await board()) === "UPDATING";
    },
    () => "everybody waits for Satchel",
  );
  way.thaw();
  expect((await asking).status).toBe(200);
});
