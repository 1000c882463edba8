// A cache Redis on this machine is reached by its socket where the URL says so, and used as by its port.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redisSocketPath } from "../../scripts/stack/redis.ts";
import { redisAddressOf } from "../../src/runtime/redis-address.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { askWatched, untilCaching, waitForRedis } from "../kit/caching.ts";

describe("a URL", () => {
  it.each([
    { url: "redis://:secret@cache.internal:6379/1", address: { url: "redis://:secret@cache.internal:6379/1" } },
    { url: "unix:///run/redis.sock", address: { socket: { path: "/run/redis.sock" }, database: 0 } },
    {
      url: "unix://:secret@/run/redis.sock",
      address: { socket: { path: "/run/redis.sock" }, password: "secret", database: 0 },
    },
    {
      url: "unix://me:se%40cret@/run/my%20redis.sock?db=3",
      address: { socket: { path: "/run/my redis.sock" }, username: "me", password: "se@cret", database: 3 },
    },
    { url: "unix://:50%@/run/redis.sock", address: null },
    { url: "unix://host", address: null },
    { url: "http://cache.internal", address: null },
  ])("$url says where and as whom, or is none", ({ url, address }) => {
    expect(redisAddressOf(url)).toEqual(address);
  });
});

describe("a directory", () => {
  it.each([
    { directory: "/srv/satchel/.data/stack/cache-redis", path: "/srv/satchel/.data/stack/cache-redis/redis.sock" },
    { directory: "/srv/my game/stack", path: null },
    { directory: `/${"d".repeat(95)}`, path: `/${"d".repeat(95)}/redis.sock` },
    { directory: `/${"d".repeat(96)}`, path: null },
  ])("$directory has room for a socket, or not", ({ directory, path }) => {
    expect(redisSocketPath(directory)).toBe(path);
  });
});

describe("a server", () => {
  let api: TestApi;
  beforeAll(async () => {
    waitForRedis();
    api = await startApi({ redisRoute: socketUrl });
    await untilCaching(api);
  });
  afterAll(() => api.close());

  it("keeps its answers there, for others to find by the port", async () => {
    expect((await askWatched(api, "Catalogue", { variables: { first: 3 } })).source).toBe("computed");
    expect((await askWatched(api, "Catalogue", { variables: { first: 3 } })).source).toBe("memory");
    await withCacheRedis(api.database.databaseUrl, async (client) => {
      expect(await client.keys(`satchel:${api.database.name}:answer:*{"first":3}`)).toHaveLength(1);
    });
  });
});

/** The socket of the Redis behind the port. */
async function socketUrl(redisUrl: string): Promise<string> {
  const { unixsocket } = await withCacheRedis("mysql://x/any", (client) => client.configGet("unixsocket"));
  return `unix://:${new URL(redisUrl).password}@${unixsocket}`;
}
