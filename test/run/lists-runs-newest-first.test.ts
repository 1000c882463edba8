// Runs of a player: newest recording first, whatever the device said of when they began, the same by id
// as in the list, and summed up to the millimetre.

import { afterAll, beforeAll, expect, it } from "vitest";
import { playerGlobalId, runGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertPlayer, insertRuns, type RunFixture } from "../kit/fixtures.ts";

const runs: readonly RunFixture[] = [
  {
    distanceMm: 5_000_001,
    durationSeconds: 1500,
    startedAt: "2026-05-01 06:00:00.000",
    recordedAt: "2026-05-01 06:30:00.250",
  },
  // Recorded later, begun earlier: a phone that was offline.
  { distanceMm: 1, durationSeconds: 0, startedAt: "2026-04-01 06:00:00.123", recordedAt: "2026-05-02 00:00:00.000" },
  {
    distanceMm: 42_195_000,
    durationSeconds: 2_147_483_647,
    startedAt: "2026-05-03 23:59:59.999",
    recordedAt: "2026-05-04 02:00:00.001",
  },
];

let api: TestApi;
let playerId: number;
let runIds: string[];
let token: string;
beforeAll(async () => {
  api = await startApi();
  playerId = await insertPlayer(api.database);
  token = api.tokenFor(playerId);
  runIds = await insertRuns(api.database, playerId, runs);
});
afterAll(() => api.close());

const fields = "id distanceMeters durationSeconds startedAt recordedAt";

it("shows every run with its distance, duration and moments", async () => {
  const { viewer } = await api.read({ query: `{ viewer { runs(first: 100) { nodes { ${fields} } } } }`, token });
  expect(viewer.runs.nodes).toEqual(runs.map(nodeOf).toReversed());
  expect(viewer.runs.nodes.map(({ distanceMeters }: { distanceMeters: number }) => distanceMeters)).toEqual([
    42_195, 0.001, 5000.001,
  ]);
});

it("shows each by its id as in the list", async () => {
  const { nodes } = await api.read({
    query: `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Run { ${fields} } } }`,
    variables: { ids: runIds.map((runId) => runGlobalId(BigInt(playerId), runId)) },
    token,
  });
  expect(nodes).toEqual(runs.map(nodeOf));
});

it("sums them up for everyone, and shows zeros for who never ran", async () => {
  const newcomer = await insertPlayer(api.database);
  const query = "query ($id: ID!) { player(id: $id) { runStats { totalDistanceMeters runCount } } }";
  const statsOf = async (id: number) =>
    (await api.read({ query, variables: { id: playerGlobalId(BigInt(id)) } })).player.runStats;
  expect(await statsOf(playerId)).toEqual({ totalDistanceMeters: 47_195.002, runCount: "3" });
  expect(await statsOf(newcomer)).toEqual({ totalDistanceMeters: 0, runCount: "0" });
});

function nodeOf({ distanceMm, durationSeconds, startedAt, recordedAt }: RunFixture, place: number) {
  return {
    id: runGlobalId(BigInt(playerId), runIds[place]!),
    distanceMeters: Number(distanceMm) / 1000,
    durationSeconds,
    startedAt: `${startedAt!.replace(" ", "T")}Z`,
    recordedAt: `${recordedAt!.replace(" ", "T")}Z`,
  };
}
