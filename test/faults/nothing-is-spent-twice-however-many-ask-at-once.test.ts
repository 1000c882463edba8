// Writes that meet: a whole balance spent by a hundred at once, transfers that cross and go in circles, one thing that
// thirty want, over two processes. Each is whole or not at all, nothing is spent twice, and what there was is still
// there, somewhere.

import { afterAll, beforeAll, expect, it } from "vitest";
import { startApiProcesses, type ApiProcess } from "./kit/api-process.ts";
import { send } from "./kit/client.ts";
import { counts, seed, timeoutFor } from "./kit/counts.ts";
import { History, type Ask, type Entry } from "./kit/history.ts";
import { report } from "./kit/report.ts";
import { placeOf } from "./kit/rows.ts";
import { createTestWorld, type TestWorld } from "./kit/test-world.ts";
import { expectSound, judge } from "./kit/trial.ts";
import { createRandom } from "../../prisma/seed/random.ts";

const NAME = "nothing-is-spent-twice-however-many-ask-at-once";
const ITEM = 4;

let place: TestWorld;
let servers: ApiProcess[];
beforeAll(async () => {
  place = await createTestWorld();
  servers = await startApiProcesses(place.world, 2);
});
afterAll(async () => {
  await Promise.all(servers.map((api) => api.stop()));
  await place.drop();
});

it(
  "lets exactly one of a hundred spend the whole balance",
  async () => {
    const [playerId = 0] = place.world.playerIds;
    for (let round = 0; round < counts.wholeBalanceRounds; round += 1) {
      const grant: Ask = { kind: "GrantItems", playerId, items: [{ itemId: ITEM, count: 100 }] };
      const [, ...answers] = await askInTurn([grant], async () => {
        const have = await balanceOf(playerId);
        return Array.from({ length: 100 }, () => ({
          kind: "SpendItems",
          playerId,
          items: [{ itemId: ITEM, count: have }],
        }));
      });
      expect(answers.filter(({ outcome }) => outcome === "ok")).toHaveLength(1);
      expect(answers.filter(({ outcome }) => outcome === "refused")).toHaveLength(99);
      expect(await balanceOf(playerId)).toBe(0);
    }
    report(NAME, { "whole balances spent by a hundred": counts.wholeBalanceRounds });
  },
  timeoutFor(counts.wholeBalanceRounds, 5_000),
);

it(
  "lets transfers cross, go in circles and meet between processes without a deadlock that anybody hears of",
  async () => {
    const circle = place.world.playerIds.slice(1, 5);
    const random = createRandom(seed, "circle", 0);
    for (let round = 0; round < counts.circleRounds; round += 1) {
      // Once: from then on they have the same, somewhere, and run short.
      const grants = (round === 0 ? circle : []).map((playerId): Ask => ({
        kind: "GrantItems",
        playerId,
        items: [{ itemId: ITEM, count: 20 }],
      }));
      const answers = await askInTurn(grants, async () =>
        // Pairs that cross, then circles of three and of four.
        Array.from({ length: 120 }, (_, turn): Ask => {
          const step = (turn % 3) + 1;
          const from = turn % circle.length;
          const items = [{ itemId: ITEM, count: random.integer(1, 4) }];
          return { kind: "TransferItems", playerId: circle[from]!, toPlayerId: circle[(from + step) % 4]!, items };
        }),
      );
      expect(answers.filter(({ outcome }) => outcome !== "ok" && outcome !== "refused")).toEqual([]);
    }
    report(NAME, { "rounds of 120 transfers in circles": counts.circleRounds });
  },
  timeoutFor(counts.circleRounds, 5_000),
);

it("lets one of thirty collect what lies there once", async () => {
  const [playerId = 0] = place.world.playerIds;
  const grant: Ask = { kind: "GrantItems", playerId, items: [{ itemId: ITEM, count: 1 }] };
  const [, ...answers] = await askInTurn([grant], async () =>
    Array.from({ length: 30 }, () => ({ kind: "CollectItem", playerId, n: 1 })),
  );
  expect(answers.filter(({ outcome }) => outcome === "ok")).toHaveLength(1);
});

/** Asks the first ones, then all the others at once, and has what is left judged. */
async function askInTurn(first: readonly Ask[], others: () => Promise<readonly Ask[]>): Promise<Entry[]> {
  const { world } = place;
  const history = new History();
  const initial = await world.rows();
  const askAll = (asks: readonly Ask[]) =>
    Promise.all(
      asks.map((ask, turn) => {
        const client = { history, session: `${asks.length} ${turn}`, tokenFor: world.tokenFor };
        return send(client, servers[(turn >> 1) % servers.length]!, ask, crypto.randomUUID());
      }),
    );
  const entries = [...(await askAll(first)), ...(await askAll(await others()))];
  expectSound(await judge(world, servers, history, initial));
  return entries;
}

async function balanceOf(playerId: number): Promise<number> {
  return (await place.world.rows()).balances.get(placeOf(playerId, ITEM)) ?? 0;
}
