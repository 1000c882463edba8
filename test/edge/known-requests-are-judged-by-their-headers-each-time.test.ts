// A request for a cached answer is known by its text once it has been a hit. What its text does not say is judged each
// time as the first time: the token, the method, the media types.

import { afterAll, beforeAll, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askWatched, untilCaching, type Source } from "../kit/caching.ts";
import { operationId } from "../kit/registered.ts";

let api: TestApi;
let body: string;
let last: readonly { readonly source: Source }[];
const address = () => `/graphql/${operationId("Catalogue")}?variables=${encodeURIComponent('{"first":3}')}`;

beforeAll(async () => {
  api = await startApi();
  await untilCaching(api);
  const ask = { variables: { id: playerGlobalId(1n) }, token: api.tokenFor(1) };
  body = JSON.stringify({ documentId: `sha256:${operationId("PlayerState")}`, variables: ask.variables });
  const catalogue = { variables: { first: 3 }, method: "GET" } as const;
  // The first is computed, the second makes it known.
  for (let time = 0; time < 2; time += 1) {
    last = [await askWatched(api, "PlayerState", ask), await askWatched(api, "Catalogue", catalogue)];
  }
});
afterAll(() => api.close());

function post(text: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const usual = { "Content-Type": "application/json", Accept: "application/graphql-response+json" };
  return fetch(`${api.url}/graphql`, { method: "POST", headers: { ...usual, ...headers }, body: text });
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

it("is known by then", () => {
  expect(last.map(({ source }) => source)).toEqual(["memory", "memory"]);
});

it("says nothing private of it to another player, or without a token", async () => {
  const own = await (await post(body, bearer(api.tokenFor(1)))).json();
  expect(own.data.player.state).not.toBeNull();
  for (const headers of [bearer(api.tokenFor(2)), {}]) {
    const answer = await (await post(body, headers)).json();
    expect([answer.data.player.state, answer.data.player.version]).toEqual([null, null]);
  }
});

it("refuses a token that is none", async () => {
  expect((await post(body, bearer("x"))).status).toBe(401);
});

it("takes the text of an address for none in a body", async () => {
  expect((await fetch(`${api.url}${address()}`)).status).toBe(200);
  expect((await post(address())).status).toBe(400);
});

it("refuses the same text as another media type, compressed, or by a method that is none", async () => {
  const own = bearer(api.tokenFor(1));
  expect((await post(body, { ...own, "Content-Type": "text/plain" })).status).toBe(415);
  expect((await post(body, { ...own, "Content-Encoding": "gzip" })).status).toBe(415);
  expect((await post(body, { ...own, Accept: "text/event-stream" })).status).toBe(406);
  expect((await fetch(`${api.url}${address()}`, { method: "PUT" })).status).toBe(405);
});
