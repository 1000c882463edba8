// Real nginx between the apps and Satchel, with the configuration of docs/nginx.conf: what is the same for everybody is
// answered by nginx for as long as Satchel allows, and nobody meets what is another's, even where the
// operator was careless.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { isWithoutNginx, replaced, startNginx, type Nginx } from "../kit/nginx.ts";
import { askOperation, operationId, type RegisteredAsk, type RegisteredAnswer } from "../kit/registered.ts";
import { until } from "../kit/until.ts";

let api: TestApi;
let proxy: FaultProxy;
let offered: Nginx;
let careless: Nginx;
beforeAll(async () => {
  if (isWithoutNginx) return;
  api = await startApi({ route: async (url) => (proxy = await startFaultProxy(url)).url });
  offered = await startNginx(api.url);
  // Everything is offered to the cache, with a lifetime for what says nothing of its own.
  careless = await startNginx(api.url, (text) =>
    replaced(text, "proxy_cache $satchel_cache;", "proxy_cache satchel; proxy_cache_valid any 1h;"),
  );
});
afterAll(async () => {
  if (isWithoutNginx) return;
  await offered.close();
  await careless.close();
  await api.close();
  await proxy.close();
});

describe.skipIf(isWithoutNginx)("what is public", () => {
  it("is answered by nginx the second time, and Satchel hears nothing of it", async () => {
    const first = await ask(offered, "Catalogue", { variables: { first: 2 } });
    expect([first.status, statusOf(first)]).toEqual([200, "MISS"]);
    const before = await requestsOf("Catalogue");
    const second = await ask(offered, "Catalogue", { variables: { first: 2 } });
    expect([second.status, statusOf(second)]).toEqual([200, "HIT"]);
    expect(second.text).toBe(first.text);
    expect(await requestsOf("Catalogue")).toBe(before);
    for (const name of ["etag", "cache-control", "cache-tag", "vary"]) {
      expect([name, second.headers.get(name)]).toEqual([name, first.headers.get(name)]);
      expect(first.headers.get(name)).not.toBeNull();
    }
  });

  it("is another answer with other variables, and in another media type", async () => {
    await ask(offered, "Catalogue", { variables: { first: 3 } });
    const other = await ask(offered, "Catalogue", { variables: { first: 4 } });
    expect([statusOf(other), other.body.data.items.nodes.length]).toEqual(["MISS", 4]);
    const json = await ask(offered, "Catalogue", { variables: { first: 4 }, headers: { Accept: "application/json" } });
    expect(statusOf(json)).toBe("MISS");
    expect(json.headers.get("content-type")).toContain("application/json");
    const again = await ask(offered, "Catalogue", { variables: { first: 4 } });
    expect(again.headers.get("content-type")).toContain("application/graphql-response+json");
  });

  it("is 304 without a body for whoever has it, from nginx and from Satchel", async () => {
    const { headers } = await ask(offered, "Catalogue", { variables: { first: 5 } });
    const known = { "If-None-Match": headers.get("etag")! };
    const fromNginx = await ask(offered, "Catalogue", { variables: { first: 5 }, headers: known });
    expect([fromNginx.status, fromNginx.text, statusOf(fromNginx)]).toEqual([304, "", "HIT"]);
    const token = api.tokenFor(1);
    const fromSatchel = await ask(offered, "Catalogue", { variables: { first: 5 }, headers: known, token });
    expect([fromSatchel.status, fromSatchel.text]).toEqual([304, ""]);
  });

  it("is asked for anew when its max-age is over", async () => {
    const first = await ask(offered, "Leaderboard", {});
    expect(first.headers.get("cache-control")).toBe("public, max-age=1");
    const kept = await ask(offered, "Leaderboard", {});
    expect(["HIT", "EXPIRED"]).toContain(statusOf(kept));
    const before = await requestsOf("Leaderboard");
    await until(
      async () => statusOf(await ask(offered, "Leaderboard", {})) === "EXPIRED",
      () => "nginx still tells the old answer",
      5_000,
    );
    expect(await requestsOf("Leaderboard")).toBeGreaterThan(before);
  });
});

describe.skipIf(isWithoutNginx).each([
  ["as it is offered", () => offered],
  ["with a careless nginx", () => careless],
])("what is private, %s", (_, nginxOf) => {
  it.each([
    ["PlayerState", (player: number) => ({ id: playerGlobalId(BigInt(player)) })],
    ["HomeScreen", () => ({})],
    ["RunHistory", () => ({})],
    ["NearbyItems", () => ({ near: { lat: 52.52, lng: 13.405 } })],
  ] as const)("is never stored, and two players never meet: %s", async (operation, variablesOf) => {
    const nginx = nginxOf();
    const id = (answer: RegisteredAnswer) => (answer.body.data.viewer ?? answer.body.data.player).id;
    for (const player of [1, 2, 1, 2]) {
      const variables = variablesOf(player);
      const answer = await ask(nginx, operation, { variables, token: api.tokenFor(player) });
      expect([answer.status, id(answer)]).toEqual([200, playerGlobalId(BigInt(player))]);
      expect(statusOf(answer)).not.toBe("HIT");
    }
    const before = await requestsOf(operation);
    await ask(nginx, operation, { variables: variablesOf(1), token: api.tokenFor(1) });
    expect(await requestsOf(operation)).toBe(before + 1);
  });

  it("is not shown to whoever asks for it without a token, or as another", async () => {
    const variables = { id: playerGlobalId(1n) };
    const own = await ask(nginxOf(), "PlayerState", { variables, token: api.tokenFor(1) });
    expect(own.body.data.player.state.nodes.length).toBeGreaterThan(0);
    for (const token of [undefined, api.tokenFor(2), "x.y.z"]) {
      const { body } = await ask(nginxOf(), "PlayerState", { variables, token });
      expect(body.data?.player.state ?? null).toBeNull();
    }
  });
});

it.skipIf(isWithoutNginx)("tells the owner of a private answer that nothing has changed", async () => {
  const asked = { variables: { id: playerGlobalId(1n) }, token: api.tokenFor(1) };
  const first = await ask(offered, "PlayerState", asked);
  expect(first.headers.get("cache-control")).toBe("private, no-cache");
  const headers = { "If-None-Match": first.headers.get("etag")! };
  expect(await ask(offered, "PlayerState", { ...asked, headers })).toMatchObject({ status: 304, text: "" });
  const other = await ask(offered, "PlayerState", { ...asked, token: api.tokenFor(2), headers });
  expect(other.status).toBe(200);
  expect(other.text).not.toBe(first.text);
});

it.skipIf(isWithoutNginx)("stores no error, however careless the operator", async () => {
  const wrong = { variables: { first: 101 } };
  for (const nginx of [offered, careless]) {
    for (let asked = 0; asked < 2; asked += 1) {
      const answer = await ask(nginx, "Catalogue", wrong);
      expect(answer.body.errors).toHaveLength(1);
      expect([answer.headers.get("cache-control"), statusOf(answer)]).toEqual(["no-store", "MISS"]);
    }
    const unknown = () => fetch(`${nginx.url}/graphql/${"0".repeat(64)}`);
    await unknown();
    expect((await unknown()).headers.get("x-cache-status")).toBe("MISS");
  }
});

it.skipIf(isWithoutNginx)("stores no outage", async () => {
  proxy.cut();
  const unknown = { variables: { first: 8 } };
  for (const nginx of [offered, careless])
    expect(await ask(nginx, "Leaderboard", unknown)).toMatchObject({ status: 503 });
  proxy.mend();
  for (const nginx of [offered, careless]) {
    await until(
      async () => (await ask(nginx, "Leaderboard", unknown)).status === 200,
      () => "nginx still tells the outage",
    );
  }
});

function ask({ url }: Nginx, operation: string, asked: RegisteredAsk): Promise<RegisteredAnswer> {
  return askOperation(url, operation, { ...asked, method: "GET" });
}

function statusOf({ headers }: RegisteredAnswer): string | null {
  return headers.get("x-cache-status");
}

/** How many Satchel itself has answered. */
async function requestsOf(operation: string): Promise<number> {
  const { values } = await api.app.metrics.requests.get();
  expect(operationId(operation)).toMatch(/^[0-9a-f]{64}$/);
  return values.filter(({ labels }) => labels.operation === operation).reduce((sum, { value }) => sum + value, 0);
}
