// A write of the studio opens the tag of the whole catalogue, on which nearly every answer depends. Where its transaction
// came to nothing for certain, or its lost COMMIT has been found out, nobody does without those answers for a
// minute; where its COMMIT may land still, nobody is told what it would make old.

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { OPEN } from "../../src/cache/fence-scripts.ts";
import { cacheKeys } from "../../src/cache/keys.ts";
import { cacheTags } from "../../src/cache/tags.ts";
import { limits } from "../../src/runtime/limits.ts";
import { openRoute, type Route } from "../faults/kit/route.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { askWatched, untilCaching, waitForRedis } from "../kit/caching.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";
import { until } from "../kit/until.ts";
import { write } from "../kit/writes.ts";

const { writeTransactionMs, writeSilenceMs, commandMs } = limits;

let proxy: FaultProxy;
let mysql: Route;
let api: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi({
    route: async (databaseUrl) => {
      proxy = await startFaultProxy(databaseUrl);
      return (mysql = await openRoute(proxy.url)).url;
    },
  });
});
afterAll(async () => {
  await api.close();
  await mysql.close();
  await proxy.close();
});
afterEach(() => void Object.assign(limits, { writeTransactionMs, writeSilenceMs, commandMs }));

const key = cacheKeys.tagGeneration(cacheTags.catalogue());
const standing = async () => String(await withCacheRedis(api.database.databaseUrl, (client) => client.get(key)));
const catalogue = () => askWatched(api, "Catalogue", { variables: { first: 50 } });

let turn = 0;
function upsert() {
  turn += 1;
  const { input } = writeVariablesOf("UpsertItems", 1, { turn });
  return write(api.url, { operation: "UpsertItems", input, token: tokenOf(api, "UpsertItems", 1) });
}

it("closes the tag of a transaction that took too long once it was open", async () => {
  await untilCaching(api);
  const before = await standing();
  // As waits for rows and for Redis add up.
  Object.assign(limits, { writeTransactionMs: -1, commandMs: 100 });
  expect((await upsert()).code).toBe("TIMEOUT");
  await until(
    async () => !(await standing()).startsWith(OPEN),
    () => "the catalogue is open still",
    5_000,
  );
  expect(await standing()).not.toBe(before);
  await untilCaching(api);
});

it.each([
  ["the answer to COMMIT", () => proxy.cutAfter("COMMIT")],
  ["COMMIT itself", () => proxy.cutBefore("COMMIT")],
])("closes it with the answer that was found out after %s was lost", async (_, lose) => {
  const lost = lose();
  const { payload } = await upsert();
  await lost;
  expect(payload?.userErrors).toEqual([]);
  expect(await standing()).not.toMatch(/^open /);
});

it("leaves it open while COMMIT may land, though nobody waits for that any more", async () => {
  await untilCaching(api);
  Object.assign(limits, { writeSilenceMs: 300, commandMs: 100 });
  const committing = mysql.holdCommit();
  const writing = upsert();
  const handOn = await committing;
  expect((await writing).code).toBe("OUTCOME_UNKNOWN");
  const held = await catalogue();
  expect([await standing(), held.source]).toEqual([expect.stringMatching(/^open /), "uncached"]);
  handOn();
  await until(
    async () => (await catalogue()).text !== held.text,
    () => "the held COMMIT has not landed, or is not seen",
  );
});
