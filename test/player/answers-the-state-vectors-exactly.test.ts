// The vectors are what Satchel is for: catalogue, ledger and the states that must come out of them.

import { afterAll, beforeAll, expect, it } from "vitest";
import vectors from "../../prisma/seed/player-state-vectors.json" with { type: "json" };
import { registeredOperations } from "../../src/operations/registry.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const playerState = registeredOperations.find(({ name }) => name === "PlayerState")!.body;

it.each(vectors.players.map(({ externalId }, place) => [externalId, place + 1] as const))(
  "answers the state of vector player %s, zero-filled",
  async (externalId, playerId) => {
    const { player } = await api.read({
      query: playerState,
      variables: { id: playerGlobalId(BigInt(playerId)) },
      token: api.tokenFor(playerId),
    });
    const state = Object.fromEntries(
      player.state.nodes.map(({ item, quantity }: { item: { displayName: string }; quantity: string }) => [
        item.displayName,
        Number(quantity),
      ]),
    );
    expect(state).toEqual(vectors.expectedState[externalId as keyof typeof vectors.expectedState]);
    expect(player.version).toBe(String(vectors.transactions.filter(({ player: of }) => of === externalId).length));
  },
);

it("lists the six vector items first, in their order", async () => {
  const { items } = await api.read({ query: "{ items(first: 6) { nodes { externalId kind displayName } } }" });
  expect(items.nodes).toEqual(
    vectors.items.map(({ externalId, kind, displayName }) => ({ externalId, kind, displayName })),
  );
});
