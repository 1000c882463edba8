// Ranks are 1, 1, 3, among all, a city and an age: the leaderboard in pages of any size, and each
// player's own ranks, are those of a plain model, wherever ties fall over the borders of pages.

import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertPlayers, insertRunsOf } from "../kit/fixtures.ts";
import { walk } from "../kit/lists.ts";
import { checkAsync } from "../kit/property.ts";

const YEAR = 2027;

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ clock: { nowMs: () => Date.UTC(YEAR, 6, 1) } });
});
afterAll(() => api.close());

/** Few distances, cities and years, so that ties and groups of every size occur. */
const runner = fc.record({
  distances: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  city: fc.constantFrom("Oslo", "oslo", null),
  birthYear: fc.constantFrom(2000, 2001, null),
});
type Runner = typeof runner extends fc.Arbitrary<infer R> ? R : never;
type Ranked = Runner & { readonly playerId: number };

const groups = {
  OVERALL: { filter: "scope: OVERALL", has: () => true },
  Oslo: { filter: 'scope: CITY, city: "Oslo"', has: ({ city }: Runner) => city === "Oslo" },
  oslo: { filter: 'scope: CITY, city: "oslo"', has: ({ city }: Runner) => city === "oslo" },
  "those of 2000": { filter: `scope: AGE, age: ${YEAR - 2000}`, has: ({ birthYear }: Runner) => birthYear === 2000 },
  "those of 2001": { filter: `scope: AGE, age: ${YEAR - 2001}`, has: ({ birthYear }: Runner) => birthYear === 2001 },
} as const;

it("follows a plain model in pages of any size", async () => {
  await checkAsync(
    fc.asyncProperty(fc.array(runner, { maxLength: 9 }), fc.integer({ min: 1, max: 4 }), async (runners, first) => {
      const players = await playersOf(runners);
      for (const { filter, has } of Object.values(groups)) {
        const ranked = rankedAmong(players.filter(has));
        const pages = await walk(api, { field: "Query.leaderboard", filter }, first);
        expect(pages.flatMap(({ nodes }) => nodes)).toEqual(
          ranked.map(({ rank, playerId, total }) => ({
            rank,
            player: { id: playerGlobalId(BigInt(playerId)) },
            totalDistanceMeters: total / 1000,
          })),
        );
      }
      const rankIn = (group: readonly Ranked[], id: number) =>
        rankedAmong(group).find(({ playerId }) => playerId === id)?.rank ?? null;
      expect(await ownRanksOf(players)).toEqual(
        players.map(({ playerId, city, birthYear }) => ({
          overall: rankIn(players, playerId),
          city:
            city === null
              ? null
              : rankIn(
                  players.filter((other) => other.city === city),
                  playerId,
                ),
          age:
            birthYear === null
              ? null
              : rankIn(
                  players.filter((other) => other.birthYear === birthYear),
                  playerId,
                ),
        })),
      );
    }),
    25,
  );
});

it("ranks 1, 1, 3 and goes on with the tie behind a page's border", async () => {
  await playersOf([5, 5, 5, 3, 3, 1].map((distance) => ({ distances: [distance], city: null, birthYear: null })));
  for (const first of [1, 2, 4, 6]) {
    const pages = await walk(api, { field: "Query.leaderboard", filter: "scope: OVERALL" }, first);
    const ranks = pages.flatMap(({ nodes }) => nodes).map((node) => (node as { rank: number }).rank);
    expect(ranks).toEqual([1, 1, 1, 4, 4, 6]);
  }
});

it("leaves who never ran unranked in every scope", async () => {
  const [never] = await playersOf([{ distances: [], city: "Oslo", birthYear: 2000 }]);
  expect(await ownRanksOf([never!])).toEqual([{ overall: null, city: null, age: null }]);
});

/** The world anew, with these players alone in the rankings. */
async function playersOf(runners: readonly Runner[]): Promise<Ranked[]> {
  await api.database.query("DELETE FROM run_total");
  const playerIds = await insertPlayers(api.database, runners);
  const players = runners.map((one, place) => ({ ...one, playerId: playerIds[place]! }));
  await insertRunsOf(
    api.database,
    players.map(({ playerId, distances }) => ({ playerId, runs: distances.map((distanceMm) => ({ distanceMm })) })),
  );
  return players;
}

/** Those with a run, longest total first, ties by id, with the number of longer ones plus one. */
function rankedAmong(players: readonly Ranked[]): { playerId: number; total: number; rank: number }[] {
  const totals = players
    .filter(({ distances }) => distances.length > 0)
    .map(({ playerId, distances }) => ({ playerId, total: distances.reduce((sum, distance) => sum + distance, 0) }));
  return totals
    .toSorted((a, b) => b.total - a.total || a.playerId - b.playerId)
    .map((one) => ({ ...one, rank: 1 + totals.filter(({ total }) => total > one.total).length }));
}

async function ownRanksOf(players: readonly Ranked[]): Promise<object[]> {
  const { nodes } = await api.read({
    query: `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Player { runStats {
      overall: ranking(scope: OVERALL) city: ranking(scope: CITY) age: ranking(scope: AGE) } } } }`,
    variables: { ids: players.map(({ playerId }) => playerGlobalId(BigInt(playerId))) },
  });
  return nodes.map(({ runStats }: { runStats: object }) => runStats);
}
