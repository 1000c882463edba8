// What a write says is told only when Redis knows it: the tags of what it changes are open when COMMIT is sent, and they,
// and no others, have new generations before it is answered. Replays and refusals renew theirs too, since they tell
// what has been committed before; a key that may not be used tells nothing.

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OPEN } from "../../src/cache/fence-scripts.ts";
import { generationIn } from "../../src/cache/demand.ts";
import { cacheKeys, keyPrefixOf } from "../../src/cache/keys.ts";
import { cacheTags } from "../../src/cache/tags.ts";
import { itemGlobalId, locationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { openRoute, type Route } from "../faults/kit/route.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { withCacheRedis } from "../kit/cache-redis.ts";
import { waitForRedis } from "../kit/caching.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { layInSupplies, tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";
import { write, writes, type WriteAnswer } from "../kit/writes.ts";

const ACTOR = 1;
const NOTHING = 888_888n;
/** Time in which a write that does not wait for Redis is answered. */
const HASTY_MS = 100;

const items = (playerId: bigint) => cacheTags.playerItems(playerId);
const places = (playerId: bigint) => cacheTags.playerPlaces(playerId);

/** By operation; the receiver of the transfer is player 2. */
const tagsOf: Readonly<Record<string, readonly string[]>> = {
  GrantItems: [items(1n)],
  SpendItems: [items(1n)],
  ExchangeItems: [items(1n)],
  CollectItem: [items(1n), places(1n)],
  TransferItems: [items(1n), items(2n)],
  UpsertItems: [cacheTags.catalogue()],
  UpsertLocations: [cacheTags.catalogue()],
  AssignItemLocations: [places(1n), places(2n)],
};
const bystanders = [1n, 2n, 3n].flatMap((playerId) => [items(playerId), places(playerId)]);
const allTags = [...bystanders, cacheTags.catalogue()];

let mysql: Route;
let redis: FaultProxy;
let api: TestApi;
beforeAll(async () => {
  waitForRedis();
  Object.assign(limits, { fenceMs: 20_000 });
  api = await startApi({
    fill: (database) => layInSupplies(database, [1, 2]),
    route: async (databaseUrl) => (mysql = await openRoute(databaseUrl)).url,
    redisRoute: async (redisUrl) => (redis = await startFaultProxy(redisUrl)).url,
  });
});
afterAll(async () => {
  await api.close();
  await redis.close();
  await mysql.close();
});
beforeEach(() =>
  withCacheRedis(api.database.databaseUrl, (client) =>
    Promise.all(allTags.map((tag) => client.set(cacheKeys.tagGeneration(tag), `before.${randomUUID()}`))),
  ),
);
afterEach(() => redis.thaw());

describe.each(writes.map(({ operation }) => operation.name))("%s", (name) => {
  const tags = tagsOf[name]!.toSorted();
  const send = (input: object, key: string) =>
    write(api.url, { operation: name, input, key, token: tokenOf(api, name, ACTOR) });
  const inputs = { effect: inputOf(name), refusal: refusedInputOf(name) };

  it("renews its tags with its effect, with the answer to its key and with a refusal, and none for a wrong key", async () => {
    const key = randomUUID();
    const effect = await watch(() => send(inputs.effect, key));
    expect([effect.answer.payload?.userErrors, effect.answer.replayed]).toEqual([[], false]);
    expect([effect.open, effect.renewed]).toEqual([tags, tags]);

    const replay = await watch(() => send(inputs.effect, key));
    expect([replay.answer.payload?.userErrors, replay.answer.replayed]).toEqual([[], true]);
    expect([replay.open, replay.renewed]).toEqual([[], tags]);

    const refusal = await watch(() => send(inputs.refusal, randomUUID()));
    expect(refusal.answer.payload?.userErrors).toHaveLength(1);
    expect([refusal.open, refusal.renewed]).toEqual([[], tags]);

    const before = await standing();
    expect((await send(inputs.refusal, key)).code).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(renewedBetween(before, await standing())).toEqual([]);
  });
});

interface Watched {
  readonly answer: WriteAnswer;
  /** Tags that were open when COMMIT came. */
  readonly open: readonly string[];
  /** Tags that had another generation when the answer came. */
  readonly renewed: readonly string[];
}

/** Lets a write commit while Redis is silent, sees that it is not answered, and lets Redis speak. */
async function watch(send: () => Promise<WriteAnswer>): Promise<Watched> {
  const before = await standing();
  const committing = mysql.holdCommit();
  const writing = send();
  const handOn = await committing;
  const open = [...(await standing())].filter(([, value]) => value.startsWith(OPEN)).map(([tag]) => tag);
  redis.freeze();
  handOn();
  const first = await Promise.race([writing.then(() => "the answer"), delay(HASTY_MS, "nothing")]);
  expect(first).toBe("nothing");
  redis.thaw();
  const answer = await writing;
  return { answer, open: open.toSorted(), renewed: renewedBetween(before, await standing()) };
}

/** What every tag of the database stands at. */
function standing(): Promise<ReadonlyMap<string, string>> {
  const prefix = `${keyPrefixOf(api.database.databaseUrl)}${cacheKeys.tagGeneration("")}`;
  return withCacheRedis(api.database.databaseUrl, async (client) => {
    const tags = (await client.keys(`${prefix}*`)).map((key) => key.slice(prefix.length));
    const values = await client.mGet(tags.map(cacheKeys.tagGeneration));
    // A mark behind a generation is no new one.
    return new Map(tags.map((tag, place) => [tag, generationIn(String(values[place]))]));
  });
}

/** Throws where one is open. */
function renewedBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  expect([...after].filter(([, value]) => value.startsWith(OPEN))).toEqual([]);
  const tags = [...new Set([...before.keys(), ...after.keys()])];
  return tags.filter((tag) => before.get(tag) !== after.get(tag)).toSorted();
}

function inputOf(name: string): object {
  const { input } = writeVariablesOf(name, ACTOR);
  return name === "AssignItemLocations" ? { assignments: [1n, 2n].map((playerId) => assignment(playerId, 4n)) } : input;
}

/** Of the same players, and refused for one reason. */
function refusedInputOf(name: string): object {
  if (name === "UpsertItems") return { items: [] };
  if (name === "UpsertLocations") return { locations: [] };
  if (name === "AssignItemLocations") return { assignments: [assignment(1n, 4n), assignment(2n, NOTHING)] };
  return { ...inputOf(name), expectedVersion: "0" };
}

function assignment(playerId: bigint, itemId: bigint): object {
  return { playerId: playerGlobalId(playerId), itemId: itemGlobalId(itemId), locationId: locationGlobalId(1n) };
}
