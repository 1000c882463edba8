// Batching is across requests: a thousand players who ask at once become a handful of statements, a
// single one waits for nobody.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { registeredOperations } from "../../src/operations/registry.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { readAtOnce } from "../kit/burst.ts";
import { variablesOf } from "../kit/operation-variables.ts";
import { startApi, type TestApi } from "../kit/api.ts";

const PLAYERS = 1_000;
/** The bound promised for each of them. */
const STATEMENTS_MAX = 50;

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    fill: ({ migratorDatabaseUrl }) => seedDemo({ migratorDatabaseUrl, playerCount: PLAYERS }),
  });
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const bodies = new Map(registeredOperations.map(({ name, body }) => [name, body]));

// The first: afterwards the answer is kept.
it("sends one statement per loader for a player who asks alone", async () => {
  const token = api.tokenFor(7);
  await api.read({ query: bodies.get("PlayerState")!, variables: { id: playerGlobalId(7n) }, token });
  expect(api.statements.map(({ sql }) => /FROM (\w+)/.exec(sql)?.[1])).toEqual(["player", "item", "player_item"]);
});

it.each(["PlayerState", "HomeScreen", "NearbyItems", "Transactions", "RunHistory"])(
  `answers ${PLAYERS} different players asking %s at once with at most ${STATEMENTS_MAX} statements`,
  async (name) => {
    const query = bodies.get(name)!;
    const playerIds = Array.from({ length: PLAYERS }, (_, place) => place + 1);
    const answers = await readAtOnce(
      api.url,
      playerIds.map((playerId) => ({ query, variables: variablesOf(name, playerId), token: api.tokenFor(playerId) })),
    );
    // Each answer is the asker's own: a batch must never hand a neighbour's rows over.
    expect(answers.map(({ player, viewer }) => (player ?? viewer).id)).toEqual(
      playerIds.map((playerId) => playerGlobalId(BigInt(playerId))),
    );
    expect(api.statements.length).toBeLessThanOrEqual(STATEMENTS_MAX);
  },
  30_000,
);
