// The policy for cities: composed characters (NFC), compared as bytes. Letter case and accents count, no
// character is a pattern, and what no player's row can hold is 400.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertPlayer, insertRuns } from "../kit/fixtures.ts";
import { limits } from "../../src/runtime/limits.ts";

const longest = "🏙".repeat(limits.cityCharactersMax);
const cities = [
  "Zürich",
  "zürich",
  "ZÜRICH",
  "Zurich",
  "100%",
  "1000",
  "100_",
  "%",
  "_",
  "O'Fallon",
  'Say "Hi"',
  "back\\slash",
  "Tōkyō 東京",
  "🏝️",
  "CITY|x",
  "x|OVERALL",
  "a; DROP TABLE player",
  "__proto__",
  longest,
];

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  for (const city of cities) {
    const playerId = await insertPlayer(api.database, { city, displayName: city.slice(0, 32) });
    await insertRuns(api.database, playerId, [{ distanceMm: 1000 }]);
  }
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const query = `query ($city: String) { leaderboard(scope: CITY, city: $city, first: 100) {
  nodes { rank player { displayName } } } }`;

it.each(cities.map((city) => [city]))("finds those of %s and nobody else", async (city) => {
  const { leaderboard } = await api.read({ query, variables: { city } });
  expect(leaderboard.nodes).toEqual([{ rank: 1, player: { displayName: city.slice(0, 32) } }]);
});

it("takes decomposed characters for the composed ones", async () => {
  const { leaderboard } = await api.read({ query, variables: { city: "Zürich".normalize("NFD") } });
  expect(leaderboard.nodes).toEqual([{ rank: 1, player: { displayName: "Zürich" } }]);
});

it.each(["Züri", "Zür%", "Z_rich", "Atlantis", "' OR '1'='1", "100", "Zürich|", "\u{1F3DD}"])(
  "finds nobody in %s",
  async (city) => {
    expect(await api.read({ query, variables: { city } })).toEqual({ leaderboard: { nodes: [] } });
  },
);

it.each([
  ["no city", undefined],
  ["null", null],
  ["an empty one", ""],
  ["a space", " "],
  ["a leading space", " Zürich"],
  ["a trailing space", "Zürich "],
  ["a trailing no-break space", "Zürich\u00a0"],
  ["a line feed", "Zü\nrich"],
  ["a NUL", "Zürich\0"],
  ["a right-to-left override", "Zürich\u202e"],
  ["a zero-width joiner", "Zü\u200drich"],
  ["a lone surrogate", "Zürich\ud800"],
  ["one character too many", `${longest}x`],
  ["a number", 5],
  ["a list", ["Zürich"]],
])("refuses %s, and asks nobody", async (_, city) => {
  const { status, body } = await api.ask({ query, variables: { city } });
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
  expect(api.statements).toEqual([]);
});
