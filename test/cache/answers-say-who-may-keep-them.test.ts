// What travels with a cached answer: Cache-Control, Vary and Cache-Tag as its fields allow, and a strong entity tag
// against which a client may ask again. Who asks is judged before the tag is compared.

import { afterAll, beforeAll, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askOperation } from "../kit/registered.ts";
import { grant } from "../kit/writes.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const shown = ["cache-control", "vary", "cache-tag"];

it.each([
  ["Catalogue", ["public, max-age=30", "Accept, Accept-Encoding", "catalogue"]],
  ["Leaderboard", ["public, max-age=1", "Accept, Accept-Encoding", null]],
  ["HomeScreen", ["private, no-cache", "Accept, Accept-Encoding", null]],
  ["Transactions", ["private, no-cache", "Accept, Accept-Encoding", null]],
])("%s has the headers of its scope, computed and told again", async (name, expected) => {
  for (let turn = 0; turn < 2; turn += 1) {
    const { headers } = await askOperation(api.url, name, { token: api.tokenFor(1) });
    expect(shown.map((header) => headers.get(header))).toEqual(expected);
    expect(headers.get("etag")).toMatch(/^"[\w-]{43}j?"$/);
  }
});

it("gives nothing to keep where the asker has no cached answers", async () => {
  const { headers } = await askOperation(api.url, "HomeScreen", {});
  expect([headers.get("cache-control"), headers.get("etag")]).toEqual(["no-store", null]);
});

const own = () => ({ token: api.tokenFor(1), method: "GET" }) as const;

it("answers 304 without a body to a GET that names the tag, alone, weakly, or in a list", async () => {
  const { headers, text } = await askOperation(api.url, "HomeScreen", own());
  const etag = headers.get("etag")!;
  expect(text).not.toBe("");
  for (const given of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await askOperation(api.url, "HomeScreen", { ...own(), headers: { "If-None-Match": given } });
    expect([given, again.status, again.text]).toEqual([given, 304, ""]);
    expect([again.headers.get("etag"), again.headers.get("cache-control")]).toEqual([etag, "private, no-cache"]);
  }
});

it("answers in full to a tag of something else, and to a POST", async () => {
  const { headers } = await askOperation(api.url, "HomeScreen", own());
  const etag = headers.get("etag")!;
  const ask = (more: object, given: string) =>
    askOperation(api.url, "HomeScreen", { ...own(), ...more, headers: { "If-None-Match": given } });
  expect((await ask({}, `"${etag.slice(2)}`)).status).toBe(200);
  expect((await ask({}, "")).status).toBe(200);
  expect((await ask({ method: "POST" }, etag)).status).toBe(200);
});

it("has a tag of its own for each media type", async () => {
  const ask = (accept: string, given?: string) =>
    askOperation(api.url, "Catalogue", {
      method: "GET",
      headers: { Accept: accept, ...(given === undefined ? {} : { "If-None-Match": given }) },
    });
  const [plain, graphql] = [await ask("application/json"), await ask("application/graphql-response+json")];
  const tags = [plain.headers.get("etag")!, graphql.headers.get("etag")!];
  expect(tags[0]).not.toBe(tags[1]);
  expect((await ask("application/json", tags[1])).status).toBe(200);
  expect((await ask("application/json", tags[0])).status).toBe(304);
});

it("compares a player's tag with that player's answer alone", async () => {
  const { headers } = await askOperation(api.url, "HomeScreen", own());
  const given = { "If-None-Match": headers.get("etag")! };
  const other = await askOperation(api.url, "HomeScreen", { method: "GET", token: api.tokenFor(2), headers: given });
  expect([other.status, other.body.data.viewer.id]).toEqual([200, playerGlobalId(2n)]);
});

it("answers in full again after a write", async () => {
  const { headers } = await askOperation(api.url, "HomeScreen", own());
  const given = { "If-None-Match": headers.get("etag")! };
  await grant(api, 1, { 4: 1 });
  const after = await askOperation(api.url, "HomeScreen", { ...own(), headers: given });
  expect(after.status).toBe(200);
  expect(after.headers.get("etag")).not.toBe(given["If-None-Match"]);
});
