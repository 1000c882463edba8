// A point is on the globe and a radius is above 0 and at most 50 km; anything else is 400 and searches
// nothing.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { sendTo } from "../kit/request.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const query =
  "query ($near: GeoPointInput!, $withinMeters: Float) { viewer { " +
  "itemLocations(near: $near, withinMeters: $withinMeters, first: 1) { nodes { id } } } }";

/** As text: JSON.stringify writes no 1e400. The answer's status and code, and what was read for it. */
async function search(near: string, withinMeters = "3000") {
  const answer = await sendTo(api.url, {
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      Authorization: `Bearer ${api.tokenFor(1)}`,
    },
    body: `{"query": ${JSON.stringify(query)}, "variables": {"near": ${near}, "withinMeters": ${withinMeters}}}`,
  });
  const tables = api.statements.map(({ sql }) => /FROM (\w+)/.exec(sql)?.[1]);
  return [answer.status, JSON.parse(answer.text).errors?.[0].extensions.code, tables.includes("item_location")];
}

it.each([
  '{"lat": 90.1, "lng": 0}',
  '{"lat": -90.1, "lng": 0}',
  '{"lat": 90.00000000000002, "lng": 0}',
  '{"lat": 0, "lng": 181}',
  '{"lat": 0, "lng": -181}',
  '{"lat": 0, "lng": 180.00000000000003}',
  '{"lat": 1e400, "lng": 0}',
  '{"lat": 0, "lng": -1e400}',
  '{"lat": "NaN", "lng": 0}',
  '{"lat": "52.5", "lng": 13.4}',
  '{"lat": null, "lng": 0}',
  '{"lat": 0}',
  '{"lat": 0, "lng": 0, "height": 0}',
  "[52.5, 13.4]",
  '"52.5,13.4"',
  "null",
])("refuses the point %s", async (near) => {
  expect(await search(near)).toEqual([400, "BAD_USER_INPUT", false]);
});

it.each([
  "0",
  "-0.0",
  "-1",
  "50000.001",
  "50001",
  "1000000000",
  "1e400",
  "-1e400",
  '"NaN"',
  '"3000"',
  "true",
  "[3000]",
])("refuses the radius %s", async (withinMeters) => {
  expect(await search('{"lat": 0, "lng": 0}', withinMeters)).toEqual([400, "BAD_USER_INPUT", false]);
});

it.each([
  ['{"lat": 90, "lng": 180}', "50000"],
  ['{"lat": -90, "lng": -180}', "0.0001"],
  ['{"lat": -0.0, "lng": 5e-324}', "5e-324"],
  ['{"lat": 1, "lng": 2}', "null"],
])("takes the point %s with the radius %s", async (near, withinMeters) => {
  expect(await search(near, withinMeters)).toEqual([200, undefined, true]);
});
