// An age is the current UTC year minus the birth year, whatever zone the server runs in: everyone turns
// a year older at midnight UTC on New Year's Eve.

import { afterAll, beforeAll, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertPlayer, insertRuns } from "../kit/fixtures.ts";

/** Fourteen hours ahead of UTC: there it is the new year when UTC still has the old one. */
const EARLIEST_ZONE = "Pacific/Kiritimati";
const LATEST_ZONE = "Etc/GMT+12";

let nowMs = 0;
let api: TestApi;
beforeAll(async () => {
  api = await startApi({ clock: { nowMs: () => nowMs } });
  for (const birthYear of [1990, 1991]) {
    const playerId = await insertPlayer(api.database, { birthYear, displayName: `born ${birthYear}` });
    await insertRuns(api.database, playerId, [{ distanceMm: 1 }]);
  }
});
afterAll(() => api.close());

const query = "query ($age: Int) { leaderboard(scope: AGE, age: $age, first: 9) { nodes { player { displayName } } } }";

it.each([
  [EARLIEST_ZONE, "2026-12-31T23:59:59.999Z", 36, "born 1990"],
  [EARLIEST_ZONE, "2027-01-01T00:00:00.000Z", 36, "born 1991"],
  [LATEST_ZONE, "2026-12-31T23:59:59.999Z", 35, "born 1991"],
  [LATEST_ZONE, "2027-01-01T00:00:00.000Z", 37, "born 1990"],
])("in %s at %s those of %i years are %s", async (zone, now, age, displayName) => {
  const zoneBefore = process.env["TZ"];
  process.env["TZ"] = zone;
  nowMs = Date.parse(now);
  const answer = await api.ask({ query, variables: { age } });
  if (zoneBefore === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zoneBefore;
  expect(answer.body).toEqual({ data: { leaderboard: { nodes: [{ player: { displayName } }] } } });
});

it.each([
  ["no age", undefined],
  ["null", null],
  ["less than none", -1],
  ["more than anyone's", limits.ageYearsMax + 1],
  ["more than an Int", 2 ** 31],
  ["a fraction", 30.5],
  ["a text", "30"],
])("refuses %s", async (_, age) => {
  const { status, body } = await api.ask({ query, variables: { age } });
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
});

it.each([0, limits.ageYearsMax])("takes %i, an age that nobody has", async (age) => {
  expect(await api.read({ query, variables: { age } })).toEqual({ leaderboard: { nodes: [] } });
});

it("refuses a scope that is none", async () => {
  const { status, body } = await api.ask({
    query: "query ($scope: RankingScope!) { leaderboard(scope: $scope, first: 1) { nodes { rank } } }",
    variables: { scope: "overall" },
  });
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
});
