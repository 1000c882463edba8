// Seeding writes past the servers that run meanwhile: what they have answered before is not told again afterwards.

import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { main } from "../../scripts/seed.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { askOperation } from "../kit/registered.ts";
import { untilCaching } from "../kit/caching.ts";

let api: TestApi;
const printed: string[] = [];
beforeAll(async () => {
  api = await startApi();
  await untilCaching(api);
  vi.stubEnv("DATABASE_URL", api.database.databaseUrl);
  vi.stubEnv("MIGRATOR_DATABASE_URL", api.database.migratorDatabaseUrl);
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  vi.spyOn(console, "error").mockImplementation((line: string) => printed.push(line));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await api.close();
});

const token = () => api.tokenFor("studio", "service");
const stateOf = (playerId: bigint) =>
  askOperation(api.url, "PlayerState", { variables: { id: playerGlobalId(playerId) }, token: token() });

it("a player of whom a server has said that there is none", async () => {
  expect((await stateOf(9n)).body.data.player).toBeNull();
  vi.stubEnv("REDIS_URL", process.env["SATCHEL_TEST_REDIS_URL"]);
  await main(["--players", "12"]);
  expect((await stateOf(9n)).body.data.player).not.toBeNull();
  expect(printed.join("\n")).not.toContain("REDIS_URL");
});

it("and says so where it was told of no cache, or of one that is away", async () => {
  for (const [redisUrl, players] of [
    [undefined, "14"],
    ["redis://127.0.0.1:1", "16"],
    ["no address", "18"],
  ] as const) {
    printed.length = 0;
    vi.stubEnv("REDIS_URL", redisUrl);
    await main(["--players", players]);
    expect(printed.at(-1)).toContain("the cache Redis was not told (REDIS_URL)");
  }
});
