// Equal reads wait for one computation. Where that comes to an error each is put into words by the Yoga lane: whoever
// computed has had its turn, and the others stand in line for theirs like everybody, however many they are.

import { afterAll, beforeAll, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { untilCaching } from "../kit/caching.ts";
import { askOperation } from "../kit/registered.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";

const READS = 40;
/** Answered meanwhile by the cache. */
const HITS = 20;

const { readsComputedMax, readsWaitingMax } = limits;

let api: TestApi;
beforeAll(async () => {
  Object.assign(limits, { readsComputedMax: 1, readsWaitingMax: 0 });
  api = await startApi();
  await untilCaching(api);
});
afterAll(async () => {
  Object.assign(limits, { readsComputedMax, readsWaitingMax });
  await api.close();
});

it("answers the one that computed, and refuses others beyond the bound", async () => {
  const foreign = { variables: { id: playerGlobalId(1n) }, token: api.tokenFor(2) };
  await askOperation(api.url, "Catalogue", { variables: { first: 1 } });
  const lock = await lockTable(api.database, "player");
  const answers = Array.from({ length: READS }, () => askOperation(api.url, "PlayerState", foreign));
  await until(
    () => lock.isWaitedFor(),
    () => "nobody computes",
  );
  // Each of these is read and answered after what was read before it.
  for (let hit = 0; hit < HITS; hit += 1) {
    expect((await askOperation(api.url, "Catalogue", { variables: { first: 1 } })).status).toBe(200);
  }
  await lock.release();
  const codes = (await Promise.all(answers)).map(({ body }) => body.errors?.[0].extensions.code as string);
  expect(new Set(codes)).toEqual(new Set(["FORBIDDEN", "OVERLOADED"]));
});
