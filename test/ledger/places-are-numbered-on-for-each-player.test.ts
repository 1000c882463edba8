// Item locations of one call are numbered on from each player's last, in the order of the call, however many each gets.

import { afterAll, beforeAll, expect, it } from "vitest";
import { itemGlobalId, itemLocationGlobalId, locationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { write } from "../kit/writes.ts";

/** Player 1 gets one, player 2 three. */
const CALL = [2n, 1n, 2n, 2n];

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it("counts on, call after call", async () => {
  const nLasts = await nLastsNow();
  for (let turn = 0; turn < 3; turn += 1) {
    const { payload } = await write(api.url, {
      operation: "AssignItemLocations",
      input: {
        assignments: CALL.map((playerId) => ({
          playerId: playerGlobalId(playerId),
          itemId: itemGlobalId(4n),
          locationId: locationGlobalId(1n),
        })),
      },
      token: api.tokenFor("games", "service"),
    });
    const expected = CALL.map((playerId) => {
      nLasts.set(playerId, nLasts.get(playerId)! + 1n);
      return itemLocationGlobalId(playerId, nLasts.get(playerId)!);
    });
    expect([payload.userErrors, payload.itemLocations.map(({ id }: { id: string }) => id)]).toEqual([[], expected]);
    expect(await nLastsNow()).toEqual(nLasts);
  }
});

async function nLastsNow(): Promise<Map<bigint, bigint>> {
  const rows = await api.database.query("SELECT id, item_location_n_last AS nLast FROM player");
  return new Map(rows.map(({ id, nLast }) => [BigInt(id), BigInt(nLast)]));
}
