// Whether answers are cached, and where each came from. (An epoch that Redis did not know is shut for some seconds.)

import { SHARED } from "../../src/cache/demand.ts";
import { cacheKeys } from "../../src/cache/keys.ts";
import { limits } from "../../src/runtime/limits.ts";
import type { TestApi } from "./api.ts";
import { withCacheRedis } from "./cache-redis.ts";
import { askOperation, type RegisteredAnswer, type RegisteredAsk } from "./registered.ts";
import { until } from "./until.ts";

/** Resolves when answers of the server come from its cache. */
export async function untilCaching({ url, app }: TestApi): Promise<void> {
  await until(
    async () => {
      await askOperation(url, "Catalogue", { variables: { first: 1 } });
      return (await answersFrom(app, "memory")) > 0;
    },
    () => "answers are not cached",
  );
}

/** Whether other servers look for answers that depend on the tag. */
export async function isShared({ database }: Pick<TestApi, "database">, tag: string): Promise<boolean> {
  const key = cacheKeys.tagGeneration(tag);
  const value = await withCacheRedis(database.databaseUrl, (client) => client.get(key));
  return value?.includes(SHARED) ?? false;
}

/** Resolves when they do. */
export async function untilShared(api: Pick<TestApi, "database">, tag: string): Promise<void> {
  await until(
    () => isShared(api, tag),
    () => `nothing is shared that depends on ${tag}`,
  );
}

/** How many answers have come from there. */
export async function answersFrom(app: TestApi["app"], source: Source): Promise<number> {
  return (await countsOf(app))[source] ?? 0;
}

const { cacheReadMs, cacheWriteMs } = limits;

/** From now on no Redis is late for a busy machine. In tests whose Redis is well. */
export function waitForRedis(): void {
  Object.assign(limits, { cacheReadMs: 5_000, cacheWriteMs: 5_000 });
}

/** The real deadlines again, for what shows how short they are. */
export function waitForRedisAsServed(): void {
  Object.assign(limits, { cacheReadMs, cacheWriteMs });
}

/** Every place that an answer can come from; "none" where the operation, or the asker, has no cached answers. */
const SOURCES = ["memory", "redis", "flight", "computed", "uncached", "outage"] as const;

export type Source = (typeof SOURCES)[number] | "none";

/** Asks, and says where the answer came from. For one request at a time. */
export async function askWatched(
  { url, app }: Pick<TestApi, "url" | "app">,
  name: string,
  ask: RegisteredAsk = {},
): Promise<RegisteredAnswer & { readonly source: Source }> {
  const before = await countsOf(app);
  const answer = await askOperation(url, name, ask);
  const after = await countsOf(app);
  return { ...answer, source: SOURCES.find((source) => after[source] !== before[source]) ?? "none" };
}

/** Answers so far, by source. */
export async function countsOf({ metrics }: TestApi["app"]): Promise<Readonly<Record<string, number>>> {
  const { values } = await metrics.answers.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels.source, value]));
}
