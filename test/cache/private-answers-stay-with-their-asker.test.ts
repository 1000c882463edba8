// What is cached for one asker is told to no other: not to another player, not to a service or an admin of the same
// name, not to anybody without a token or with one that is not valid.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signToken } from "../../src/edge/token.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, waitForRedis } from "../kit/caching.ts";

const MAIL = "ada@example.test";
const variables = { id: playerGlobalId(1n) };

let api: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi({ environment: { LOG_LEVEL: "silent" } });
  await api.database.query("UPDATE player SET email = ? WHERE id = 1", [MAIL]);
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.forgetAnswers();
  // The player's own, from the cache.
  for (const name of ["PlayerState", "HomeScreen"]) {
    await askWatched(api, name, { variables: name === "PlayerState" ? variables : {}, token: api.tokenFor(1) });
  }
});

describe("a player's state that is cached", () => {
  it("is told to that player", async () => {
    const own = await askWatched(api, "PlayerState", { variables, token: api.tokenFor(1) });
    expect([own.source, own.body.data.player.version]).toEqual(["memory", "1"]);
  });

  it.each(["another player", "nobody"])("is not told to %s", async (who) => {
    const token = who === "nobody" ? undefined : api.tokenFor(2);
    for (let turn = 0; turn < 2; turn += 1) {
      const { body, source } = await askWatched(api, "PlayerState", { variables, token });
      expect(["memory", "redis", "flight", "outage"]).not.toContain(source);
      expect(body.data.player).toMatchObject({ version: null, state: null });
      expect(body.errors[0].extensions.code).toBe(who === "nobody" ? "UNAUTHENTICATED" : "FORBIDDEN");
    }
  });

  it("is computed anew for each service and admin, also of the player's number or name", async () => {
    for (const [subject, role] of [
      ["1", "service"],
      ["1", "admin"],
      ["player/1", "service"],
      ["player", "service"],
    ] as const) {
      const { source } = await askWatched(api, "PlayerState", { variables, token: api.tokenFor(subject, role) });
      expect([subject, role, source]).toEqual([subject, role, "computed"]);
    }
  });
});

describe("a home screen that is cached", () => {
  it("is each player's own, and null for those who are none", async () => {
    const other = await askWatched(api, "HomeScreen", { token: api.tokenFor(2) });
    expect([other.source, other.body.data.viewer.id]).toEqual(["computed", playerGlobalId(2n)]);
    for (const token of [undefined, api.tokenFor("1", "service"), api.tokenFor("1", "admin")]) {
      const { source, body } = await askWatched(api, "HomeScreen", { token });
      expect([source, body.data]).toEqual(["none", { viewer: null }]);
    }
  });
});

describe("a token that is not valid", () => {
  it.each(["HomeScreen", "PlayerState", "Catalogue"])("is 401 for %s, though the answer is cached", async (name) => {
    const ask = { variables: name === "PlayerState" ? variables : {} };
    await askWatched(api, name, { ...ask, token: api.tokenFor(1) });
    const known = await askWatched(api, name, { ...ask, token: api.tokenFor(1) });
    expect(known.source).toBe("memory");
    const signed = { keys: api.config.tokenKeys, subject: "1", role: "player" } as const;
    for (const token of [`${api.tokenFor(1)}x`, signToken({ ...signed, ttlSeconds: -60 }), "x"]) {
      for (const method of ["GET", "POST"] as const) {
        const headers = { "If-None-Match": known.headers.get("etag")! };
        const { status, source, body } = await askWatched(api, name, { ...ask, token, method, headers });
        expect([status, source, body.errors[0].extensions.code]).toEqual([401, "none", "UNAUTHENTICATED"]);
        expect(body.data).toBeUndefined();
      }
    }
  });
});
