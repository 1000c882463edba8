// A cached answer is that of the computation to every byte, for every operation whose answers are cached, in both
// media types, also where it is empty or null; and such answers become old like any other.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";
import { insertPlayer } from "../kit/fixtures.ts";
import { variablesOf } from "../kit/operation-variables.ts";
import { grant } from "../kit/writes.ts";

let api: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi();
});
afterAll(() => api.close());

const cached = ["Catalogue", "HomeScreen", "Leaderboard", "NearbyItems", "PlayerState", "RunHistory", "Transactions"];

describe.each(cached)("%s", (name) => {
  it.each(["application/json", "application/graphql-response+json"])(
    "is told again as it was in %s",
    async (accept) => {
      await api.forgetAnswers();
      const ask = { variables: variablesOf(name, 1), token: api.tokenFor(1), headers: { Accept: accept } };
      const miss = await askWatched(api, name, ask);
      api.statements.length = 0;
      const hit = await askWatched(api, name, ask);
      expect([miss.source, hit.source]).toEqual(["computed", "memory"]);
      expect(hit.text).toBe(miss.text);
      expect(hit.headers.get("content-type")).toBe(`${accept}; charset=utf-8`);
      expect(Number(hit.headers.get("content-length"))).toBe(Buffer.byteLength(hit.text));
      expect(api.statements).toEqual([]);
    },
  );
});

it("keeps an empty answer until there is something, and then tells that", async () => {
  const playerId = await insertPlayer(api.database);
  const token = api.tokenFor(playerId);
  const ask = () => askWatched(api, "Transactions", { token });
  const [first, second] = [await ask(), await ask()];
  expect(second.body.data.viewer.transactions.nodes).toEqual([]);
  expect([first.source, second.source]).toEqual(["computed", "memory"]);
  await grant(api, playerId, { 4: 1 });
  const third = await ask();
  expect(third.body.data.viewer.transactions.nodes).toHaveLength(1);
  expect(third.source).toBe("computed");
});

it("keeps null for a player that does not exist, and is caught up with by its first write", async () => {
  const playerId = 987_654;
  const ask = () =>
    askWatched(api, "PlayerState", {
      variables: { id: playerGlobalId(BigInt(playerId)) },
      token: api.tokenFor(playerId),
    });
  const [first, second] = [await ask(), await ask()];
  expect([first.source, second.source]).toEqual(["computed", "memory"]);
  expect(second.body.data).toEqual({ player: null });
  await insertPlayer(api.database, { playerId });
  await grant(api, playerId, { 4: 1 });
  expect((await ask()).body.data.player.version).toBe("1");
});
