// From before its COMMIT until after it a write holds the tags of what it changes open: nobody then takes or puts an
// answer that depends on them, and a reading that the write overtook is kept by nobody. A writer that died leaves
// them open until its time is over; a writer that closes them leaves them to those who are still there.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OPEN } from "../../src/cache/fence-scripts.ts";
import { cacheKeys } from "../../src/cache/keys.ts";
import { cacheTags } from "../../src/cache/tags.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";
import { askOperation } from "../kit/registered.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";
import { grant } from "../kit/writes.ts";

let api: TestApi;
let twin: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi();
  twin = await startApi({ twinOf: api });
});
afterAll(async () => {
  await twin.close();
  await api.close();
});
beforeEach(() => api.forgetAnswers());

const key = cacheKeys.tagGeneration(cacheTags.playerItems(1n));
const own = () => ({ token: api.tokenFor(1) });
const home = (server: TestApi = api) => askWatched(server, "HomeScreen", own());
const standing = () => withCacheRedis(api.database.databaseUrl, (client) => client.get(key));

/** As a writer that began so many milliseconds before now holds the tag. */
async function holdOpen(holder: string, leftMs: number): Promise<void> {
  await withCacheRedis(api.database.databaseUrl, async (client) => {
    const nowMs = (await client.time()) as unknown as [string, string];
    const untilMs = Number(nowMs[0]) * 1000 + Math.floor(Number(nowMs[1]) / 1000) + leftMs;
    const before = await client.get(key);
    const others = typeof before === "string" && before.startsWith(OPEN) ? ` ${before.slice(OPEN.length)}` : "";
    await client.set(key, `${OPEN}${holder}@${untilMs}${others}`, { expiration: { type: "PX", value: leftMs } });
  });
}

describe("a reading that began before a write and ends after it", () => {
  it.each(["here", "in another process"])("is kept by nobody, whose write was %s", async (where) => {
    const { body } = await home();
    const before = BigInt(body.data.viewer.version);
    await api.forgetAnswers();
    // What the reading asks last: it has seen the old balances by then.
    const lock = await lockTable(api.database, "run_total");
    const early = askOperation(api.url, "HomeScreen", own());
    await until(
      () => lock.isWaitedFor(),
      () => "the reading has not got that far",
    );
    await grant(where === "here" ? api : twin, 1, { 4: 1 });
    await lock.release();
    await early;
    for (const server of [api, twin, api]) {
      expect((await home(server)).body.data.viewer.version).toBe(String(before + 1n));
    }
  });
});

describe("a tag that is held open", () => {
  it("lets nobody take what is there, or put what is new", async () => {
    await home();
    expect((await home()).source).toBe("memory");
    await holdOpen("somebody.1", 60_000);
    for (const server of [api, api, twin, twin]) expect((await home(server)).source).toBe("uncached");
    // Others' answers are not concerned.
    const other = () => askWatched(api, "HomeScreen", { token: api.tokenFor(2) });
    await other();
    expect((await other()).source).toBe("memory");
  });

  it("is used again when the time of its dead writer is over, and brings nothing back", async () => {
    const first = await home();
    await holdOpen("dead.1", 700);
    await api.database.query("UPDATE player SET display_name = 'Ada after' WHERE id = 1");
    expect((await home()).source).toBe("uncached");
    let last = first;
    await until(
      async () => {
        last = await home();
        return last.source !== "uncached";
      },
      () => "it is still open",
      5_000,
    );
    expect([last.source, last.body.data.viewer.displayName]).toEqual(["computed", "Ada after"]);
    expect((await home()).source).toBe("memory");
    await api.database.query("UPDATE player SET display_name = 'Ada Köhler' WHERE id = 1");
  });

  it("stays open for another writer when one has closed it", async () => {
    await holdOpen("another.1", 60_000);
    await grant(api, 1, { 4: 1 });
    expect(await standing()).toMatch(/^open another\.1@\d+$/);
    expect((await home()).source).toBe("uncached");
    await withCacheRedis(api.database.databaseUrl, (client) =>
      client.closeTags([cacheTags.playerItems(1n)], "another.1", "after.1", limits.generationMs),
    );
    expect(await standing()).toBe("after.1");
    expect((await home()).source).toBe("computed");
    expect((await home()).source).toBe("memory");
  });

  it("is closed by a write with a generation that was never there", async () => {
    const seen = new Set<unknown>();
    for (let turn = 0; turn < 5; turn += 1) {
      await grant(turn % 2 === 0 ? api : twin, 1, { 4: 1 });
      seen.add(await standing());
    }
    expect(seen.size).toBe(5);
    for (const generation of seen) expect(generation).not.toMatch(/^open /);
  });

  it("forgets a holder whose time is over as soon as somebody else closes it", async () => {
    await holdOpen("dead.1", 1);
    await holdOpen("dead.2", 60_000);
    await withCacheRedis(api.database.databaseUrl, (client) =>
      client.closeTags([cacheTags.playerItems(1n)], "dead.2", "after.2", limits.generationMs),
    );
    expect(await standing()).toBe("after.2");
  });
});

it("opens the tags before COMMIT can be sent: while the rows of a write wait they are open", async () => {
  const lock = await lockTable(api.database, "item_transaction");
  const writing = grant(api, 1, { 4: 1 });
  await until(
    () => lock.isWaitedFor(),
    () => "the write has not got that far",
  );
  let generation: unknown = null;
  await until(
    async () => {
      generation = await standing();
      return String(generation).startsWith(OPEN);
    },
    () => `the tag is not open: ${String(generation)}`,
    1_000,
  );
  await lock.release();
  await writing;
  expect(await standing()).not.toMatch(/^open /);
});
