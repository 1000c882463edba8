// What travels with a cached answer: Cache-Control, Vary and Cache-Tag as its fields allow, and a strong entity tag
// against which a client may ask again. Who asks is judged before the tag is compared.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { answerBytes } from "../../src/cache/answer-store.ts";
import { sendCached } from "../../src/edge/cached-answer.ts";
import type { Passage } from "../../src/edge/passage.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askOperation, operationId } from "../kit/registered.ts";
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

it("takes for no tag what is none, and reads 10 kB of tags as it reads one", async () => {
  const { headers } = await askOperation(api.url, "HomeScreen", own());
  const etag = headers.get("etag")!;
  const many = Array.from({ length: 230 }, (_, n) => `"${String(n).padStart(42, "0")}"`).join(",");
  expect(many.length).toBeGreaterThan(10_000);
  const ask = async (given: string) =>
    (await askOperation(api.url, "HomeScreen", { ...own(), headers: { "If-None-Match": given } })).status;
  for (const given of [
    "x",
    ",,,",
    '"',
    "**",
    "W/",
    `w/${etag}`,
    etag.slice(1, -1),
    etag.slice(0, -1),
    `'${etag}'`,
    many,
  ]) {
    expect([given, await ask(given)]).toEqual([given, 200]);
  }
  expect(await ask(`${many}, ${etag}`)).toBe(304);
});

it("knows no HEAD, whatever tag it names", async () => {
  const { headers } = await askOperation(api.url, "HomeScreen", own());
  const head = await fetch(`${api.url}/graphql/${operationId("HomeScreen")}`, {
    method: "HEAD",
    headers: { Authorization: `Bearer ${api.tokenFor(1)}`, "If-None-Match": headers.get("etag")! },
  });
  expect([head.status, head.headers.get("allow"), head.headers.get("cache-control")]).toEqual([405, "GET", "no-store"]);
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

it.each(["PlayerState", "HomeScreen"])("tells nobody else that %s is as his tag says", async (name) => {
  const asked = { method: "GET", variables: name === "PlayerState" ? { id: playerGlobalId(1n) } : {} } as const;
  const { headers } = await askOperation(api.url, name, { ...asked, token: api.tokenFor(1) });
  const given = { "If-None-Match": headers.get("etag")! };
  const tokens = [undefined, api.tokenFor(2), `${api.tokenFor(1)}x`, ""];
  for (const token of tokens) {
    const { status, text } = await askOperation(api.url, name, { ...asked, token, headers: given });
    expect(status).not.toBe(304);
    expect(text).not.toBe("");
  }
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

it.each([
  { what: "of a player", isShareable: false, ageMs: 0, control: "public, no-cache", tag: null },
  { what: "new", isShareable: true, ageMs: 0, control: "public, max-age=30", tag: "catalogue" },
  { what: "19.5 s old", isShareable: true, ageMs: 19_500, control: "public, max-age=11", tag: "catalogue" },
  { what: "past its time", isShareable: true, ageMs: 40_000, control: "public, max-age=0", tag: "catalogue" },
])("lets what is public and $what be kept on the way for what is left of its life", async (of) => {
  const plan = { isPublic: true, isShareable: of.isShareable, cacheTag: of.tag, lifetimeMs: 30_000, askOf: () => null };
  const answer = { ...answerBytes('{"data":{}}'), madeAtMs: performance.now() - of.ageMs };
  const cached = { plan, answer };
  const server = createServer((request, response) =>
    sendCached({ request, response, mediaType: "application/json" } as Passage, cached),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { headers } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  expect(shown.map((header) => headers.get(header))).toEqual([of.control, "Accept, Accept-Encoding", of.tag]);
  server.closeAllConnections();
  server.close();
});
