// Apollo's automatic persisted queries, outside production: a client names a document by its hash alone, is
// asked for the text where nobody knows it, and from then on every process does. Redis carries them
// between processes, within a bound in bytes, and may be away.

import { createHash, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createAutomaticDocumentStore, type AutomaticDocumentStore } from "../../src/cache/automatic-document.ts";
import { cacheKeys, keyPrefixOf } from "../../src/cache/keys.ts";
import { createCacheRedis, type CacheRedis } from "../../src/cache/redis.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { waitForRedis, waitForRedisAsServed } from "../kit/caching.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { sendTo, type RawAnswer } from "../kit/request.ts";
import { until } from "../kit/until.ts";

const ANSWERED_MS_MAX = 3_000;
const NOT_FOUND = {
  errors: [{ message: "PersistedQueryNotFound", extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } }],
};

let proxy: FaultProxy;
let api: TestApi;
let other: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi({
    redisRoute: async (redisUrl) => {
      proxy = await startFaultProxy(redisUrl);
      return proxy.url;
    },
  });
  other = await startApi({ twinOf: api });
});
afterEach(() => {
  proxy.thaw();
  proxy.mend();
});
afterAll(async () => {
  await other.close();
  await api.close();
  await proxy.close();
});

/** A document that no test before has sent, by its alias. */
const newDocument = () => `{ name${randomUUID().replaceAll("-", "")}: __typename }`;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function post(url: string, body: object): Promise<RawAnswer> {
  return sendTo(url, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

function byHash(url: string, sha256Hash: string, query?: string): Promise<RawAnswer> {
  return post(url, { query, extensions: { persistedQuery: { version: 1, sha256Hash } } });
}

function byHashInAddress(url: string, sha256Hash: string, query?: string): Promise<RawAnswer> {
  const search = new URLSearchParams({
    ...(query === undefined ? {} : { query }),
    extensions: JSON.stringify({ persistedQuery: { version: 1, sha256Hash } }),
  });
  return sendTo(url, { method: "GET", path: `/graphql?${search}` });
}

describe.each([
  ["POST", byHash],
  ["GET", byHashInAddress],
])("by %s", (_, send) => {
  it("asks for an unknown document, takes it with its hash, and knows it from then on in every process", async () => {
    const text = newDocument();
    const hash = sha256(text);
    const unknown = await send(api.url, hash);
    expect([unknown.status, JSON.parse(unknown.text)]).toEqual([200, NOT_FOUND]);
    expect(unknown.headers["cache-control"]).toBe("no-store");
    const registered = await send(api.url, hash, text);
    expect(Object.values(JSON.parse(registered.text).data)).toEqual(["Query"]);
    for (const url of [api.url, other.url]) {
      const { status, text: answer } = await send(url, hash);
      expect([status, answer]).toEqual([200, registered.text]);
    }
  });

  it("refuses a text that is not that of its hash, and does not register it", async () => {
    const [text, claimed] = [newDocument(), newDocument()];
    const refused = await send(api.url, sha256(claimed), text);
    expect([refused.status, JSON.parse(refused.text).errors[0].extensions.code]).toEqual([400, "BAD_REQUEST"]);
    for (const hash of [sha256(text), sha256(claimed)]) {
      expect(JSON.parse((await send(api.url, hash)).text)).toEqual(NOT_FOUND);
    }
  });
});

it.each([
  ["does not parse", "{ name"],
  ["does not fit the schema", "{ nobodyKnowsThisField }"],
  ["is past a limit", `{ ${Array.from({ length: 16 }, (_, place) => `a${place}: __typename`).join(" ")} }`],
])("does not register a document that %s", async (_, text) => {
  expect(JSON.parse((await byHash(api.url, sha256(text), text)).text).data).toBeUndefined();
  expect(JSON.parse((await byHash(api.url, sha256(text))).text)).toEqual(NOT_FOUND);
});

it("knows a text under no other hash, whatever stands in Redis", async () => {
  const redis = await openRedis(api.config.redisUrl);
  const hash = sha256(newDocument());
  for (const garbage of ["{ __typename }", "", "\u0000\uffff"]) {
    await redis.run(1_000, (client) => client.hSet(cacheKeys.automaticDocumentTexts, hash, garbage));
    expect(JSON.parse((await byHash(api.url, hash)).text)).toEqual(NOT_FOUND);
  }
  redis.stop();
});

describe("while Redis is away", () => {
  beforeAll(() => waitForRedisAsServed());
  afterAll(() => waitForRedis());

  it.each(["frozen", "cut off"])("asks for the text at once and answers it (%s)", async (how) => {
    const text = newDocument();
    if (how === "frozen") proxy.freeze();
    else proxy.cut();
    const startedAtMs = performance.now();
    expect(JSON.parse((await byHash(api.url, sha256(text))).text)).toEqual(NOT_FOUND);
    expect((await byHash(api.url, sha256(text), text)).status).toBe(200);
    // Two commands with a deadline each (125 ms together), and what a busy machine adds.
    expect(performance.now() - startedAtMs).toBeLessThan(ANSWERED_MS_MAX);
    expect((await byHash(api.url, sha256(text))).status).toBe(200);
    expect((await post(api.url, { query: "{ __typename }" })).status).toBe(200);
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  });

  it("counts the failures, and shares documents again once Redis is back", async () => {
    expect(await failures()).toBeGreaterThan(0);
    await until(
      async () => {
        const text = newDocument();
        await byHash(api.url, sha256(text), text);
        return (await byHash(other.url, sha256(text))).text.includes("Query");
      },
      () => "documents are not shared",
    );
  });
});

describe("the store in Redis", () => {
  const BYTES_MAX = 20_000;
  let redis: CacheRedis;
  let store: AutomaticDocumentStore;
  beforeAll(async () => {
    // A database of the same server that no other test uses.
    redis = await openRedis(`${other.config.redisUrl}/9`);
    await redis.run(1_000, (client) => client.flushDb());
    store = newStore();
  });
  afterAll(() => redis.stop());

  /** Remembers nothing of what another one has seen. */
  const newStore = () =>
    createAutomaticDocumentStore({
      // What is asked for here is what Redis keeps, not how soon a busy machine answers.
      redis: { ...redis, run: (_, command) => redis.run(5_000, command) },
      bytesMax: BYTES_MAX,
      onFailure: (error) => {
        throw error;
      },
    });
  const sizes = () =>
    redis.run(1_000, async (client) => ({
      texts: Object.values(await client.hGetAll(cacheKeys.automaticDocumentTexts)).join("").length,
      count: await client.hLen(cacheKeys.automaticDocumentTexts),
      ages: await client.zCard(cacheKeys.automaticDocumentAges),
      bytes: Number(await client.get(cacheKeys.automaticDocumentBytes)),
    }));

  it("stays within its bytes, and lets go of what was registered first", async () => {
    const texts = Array.from({ length: 300 }, (_, place) => `{ a${place}: __typename } #${"x".repeat(place)}`);
    for (const text of texts) await store.set(sha256(text), text);
    const { texts: characters, count, ages, bytes } = await sizes();
    expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
    expect(characters).toBeLessThan(bytes);
    expect(ages).toBe(count);
    const fresh = newStore();
    const known = await Promise.all(texts.map((text) => fresh.get(sha256(text))));
    const firstKnown = known.findIndex((text) => text !== null);
    expect(firstKnown).toBeGreaterThan(200);
    expect(known.slice(firstKnown)).toEqual(texts.slice(firstKnown));
  });

  it("does not count twice what is registered twice", async () => {
    const text = newDocument();
    await store.set(sha256(text), text);
    const before = await sizes();
    await newStore().set(sha256(text), text);
    expect(await sizes()).toEqual(before);
  });

  it.each([cacheKeys.automaticDocumentTexts, cacheKeys.automaticDocumentAges, cacheKeys.automaticDocumentBytes])(
    "begins anew when Redis has evicted %s",
    async (key) => {
      await redis.run(1_000, (client) => client.del(key));
      const text = newDocument();
      await store.set(sha256(text), text);
      expect(await newStore().get(sha256(text))).toBe(text);
      expect(await sizes()).toMatchObject({ count: 1, ages: 1 });
    },
  );
});

async function openRedis(url: string): Promise<CacheRedis> {
  const keyPrefix = keyPrefixOf(api.config.databaseUrl);
  const redis = createCacheRedis({ url, keyPrefix, onLost: () => undefined, onBack: () => undefined });
  await redis.start();
  return redis;
}

async function failures(): Promise<number> {
  const { values } = await api.app.metrics.cacheFailures.get();
  return values.reduce((sum, { value }) => sum + value, 0);
}
