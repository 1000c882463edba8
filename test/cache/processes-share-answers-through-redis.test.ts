// What one process has shared, another takes from Redis, for what is left of its life; but only a whole value of
// ours, of the same schema, made under what stands now. What is shared: what-is-asked-once-is-not-shared.

import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cacheTags } from "../../src/cache/tags.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { askWatched, untilShared, waitForRedis } from "../kit/caching.ts";
import { operationId } from "../kit/registered.ts";
import { environmentOf, startServerProcess } from "../kit/server-process.ts";
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

const catalogue = { variables: { first: 3 } };
const own = () => ({ token: api.tokenFor(1) });

beforeEach(async () => {
  await api.forgetAnswers();
  await withCacheRedis(api.database.databaseUrl, async (client) => {
    const keys = await answerKeys();
    await Promise.all(keys.map((key) => client.del(key)));
  });
});

/** Answers in Redis, by the keys that a client with the prefix names. */
async function answerKeys(): Promise<string[]> {
  return withCacheRedis(api.database.databaseUrl, async (client) => {
    const prefix = `satchel:${api.database.name}:`;
    const keys = await client.keys(`${prefix}answer:*`);
    return keys.map((key) => key.slice(prefix.length));
  });
}

/** The one answer that is in Redis, once it is there: nobody waits for that. */
async function storedKey(): Promise<string> {
  let keys: string[] = [];
  await until(
    async () => {
      keys = await answerKeys();
      return keys.length === 1;
    },
    () => `Redis holds ${keys.length} answers`,
  );
  return keys[0]!;
}

it("has what was asked for once, for whoever is asked next", async () => {
  expect((await askWatched(api, "HomeScreen", own())).source).toBe("computed");
  await untilShared(api, cacheTags.playerItems(1n));
  expect((await askWatched(twin, "HomeScreen", own())).source).toBe("redis");
});

/** Asked for twice, which is when it is shared, and others look for it: the first answer. */
async function askedAgain(...ask: Parameters<typeof askWatched>): ReturnType<typeof askWatched> {
  const first = await askWatched(...ask);
  expect((await askWatched(...ask)).source).toBe("memory");
  await untilShared(api, cacheTags.catalogue());
  return first;
}

async function change(key: string, changed: (text: string) => string): Promise<void> {
  await withCacheRedis(api.database.databaseUrl, async (client) => {
    const text = (await client.get(key)) as string;
    await client.set(key, changed(text), { expiration: "KEEPTTL" });
  });
}

/** Its first lines are the key, the tag and the generations. */
function changedLine(text: string, place: number, line: string): string {
  return text.split("\n").with(place, line).join("\n");
}

it("is told by another server without a statement, to every byte", async () => {
  const first = await askedAgain(api, "HomeScreen", own());
  await storedKey();
  twin.statements.length = 0;
  const second = await askWatched(twin, "HomeScreen", own());
  expect([first.source, second.source]).toEqual(["computed", "redis"]);
  expect([second.text, second.headers.get("etag")]).toEqual([first.text, first.headers.get("etag")]);
  expect(twin.statements).toEqual([]);
  expect((await askWatched(twin, "HomeScreen", own())).source).toBe("memory");
});

it("is told by another process, and old there too after a write here", async () => {
  const { child, port } = await startServerProcess(environmentOf(api));
  const url = `http://127.0.0.1:${port}`;
  const metric = async (source: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(new RegExp(`^satchel_cache_answers_total\\{source="${source}"\\} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  };
  const ask = () => askWatched({ url, app: api.app }, "HomeScreen", own());
  const first = await askedAgain(api, "HomeScreen", own());
  await storedKey();
  expect((await ask()).text).toBe(first.text);
  expect([await metric("redis"), await metric("computed")]).toEqual([1, 0]);
  await grant(api, 1, { 4: 1 });
  const version = BigInt(first.body.data.viewer.version) + 1n;
  expect((await ask()).body.data.viewer.version).toBe(String(version));
  expect([await metric("redis"), await metric("computed")]).toEqual([1, 1]);
  child.kill("SIGTERM");
  await once(child, "exit", { signal: AbortSignal.timeout(12_000) });
});

describe("a value in Redis", () => {
  const broken: Readonly<Record<string, (text: string) => string>> = {
    "that is cut short": (text) => text.slice(0, -20),
    "that is empty": () => "",
    "without its lines": (text) => text.replaceAll("\n", " "),
    "with one character changed": (text) => text.replace("worm", "wurm").replace("tanager", "manager"),
    "of somebody else": () => '{"value":"\\u0000","expires":1}',
    "without its key": (text) => text.slice(text.indexOf("\n") + 1),
    "of another key": (text) => changedLine(text, 0, "A".repeat(43)),
    "under another tag": (text) => changedLine(text, 1, `"${"A".repeat(43)}"`),
    "of another epoch": (text) => changedLine(text, 2, "gone 1.1"),
  };
  it.each(Object.entries(broken))("%s is none", async (_, breakIt) => {
    const first = await askedAgain(api, "Catalogue", catalogue);
    await change(await storedKey(), breakIt);
    const second = await askWatched(twin, "Catalogue", catalogue);
    expect([second.source, second.text]).toEqual(["computed", first.text]);
  });

  it("of another question is none, also where it is whole and its generations stand", async () => {
    await askedAgain(api, "Catalogue", catalogue);
    const key = await storedKey();
    const other = key.replace('{"first":3}', '{"first":4}');
    expect(other).not.toBe(key);
    await withCacheRedis(api.database.databaseUrl, (client) => client.rename(key, other));
    const { source, body } = await askWatched(twin, "Catalogue", { variables: { first: 4 } });
    expect([source, body.data.items.nodes.length]).toEqual(["computed", 4]);
  });

  it("that was made in an epoch that is over is none", async () => {
    await askedAgain(api, "Catalogue", catalogue);
    await storedKey();
    await api.forgetAnswers();
    expect((await askWatched(twin, "Catalogue", catalogue)).source).toBe("computed");
  });

  it("without an end is not ours", async () => {
    await askedAgain(api, "Catalogue", catalogue);
    const key = await storedKey();
    await withCacheRedis(api.database.databaseUrl, (client) => client.persist(key));
    expect((await askWatched(twin, "Catalogue", catalogue)).source).toBe("computed");
  });

  it("of another type harms nobody", async () => {
    await askedAgain(api, "Catalogue", catalogue);
    const key = await storedKey();
    await withCacheRedis(api.database.databaseUrl, async (client) => {
      await client.del(key);
      await client.hSet(key, "a", "b");
    });
    expect((await askWatched(twin, "Catalogue", catalogue)).source).toBe("computed");
  });

  it("stands under the schema, the operation, the asker and the variables", async () => {
    await askedAgain(api, "Catalogue", catalogue);
    const [, version, ...rest] = (await storedKey()).split(":");
    expect(version).toMatch(/^[\w-]{12}$/);
    expect(rest.join(":")).toBe(`${operationId("Catalogue")}:public:{"first":3}`);
  });

  it("of another schema is not looked at", async () => {
    await askedAgain(api, "Catalogue", catalogue);
    const key = await storedKey();
    const [noun, version, ...rest] = key.split(":");
    const foreign = [noun, version!.split("").toReversed().join(""), ...rest].join(":");
    await withCacheRedis(api.database.databaseUrl, (client) => client.rename(key, foreign));
    expect((await askWatched(twin, "Catalogue", catalogue)).source).toBe("computed");
  });

  it("lives on elsewhere for the rest of its life, by Redis' clock", async () => {
    await askedAgain(api, "Catalogue", catalogue);
    const key = await storedKey();
    // As if it had been made as long ago as an answer counts, but for a second.
    await withCacheRedis(api.database.databaseUrl, (client) =>
      client.pExpire(key, limits.outageAnswerMs - limits.answerMs + 1_000),
    );
    expect((await askWatched(twin, "Catalogue", catalogue)).source).toBe("redis");
    let source = "";
    await until(
      async () => {
        ({ source } = await askWatched(twin, "Catalogue", catalogue));
        return source === "computed";
      },
      () => `it still comes from ${source}`,
      3_000,
    );
  });

  it("that has run out is not told", async () => {
    await askedAgain(api, "Catalogue", catalogue);
    const key = await storedKey();
    await withCacheRedis(api.database.databaseUrl, (client) =>
      client.pExpire(key, limits.outageAnswerMs - limits.answerMs - 1),
    );
    expect((await askWatched(twin, "Catalogue", catalogue)).source).toBe("computed");
  });
});

it("counts for a second where ranks are in it", async () => {
  const [first, second] = [await askWatched(api, "Leaderboard"), await askWatched(api, "Leaderboard")];
  expect([first.source, second.source]).toEqual(["computed", "memory"]);
  let source = "";
  await until(
    async () => {
      ({ source } = await askWatched(api, "Leaderboard"));
      return source === "computed";
    },
    () => `it still comes from ${source}`,
    limits.untaggedAnswerMs * 3,
  );
});
