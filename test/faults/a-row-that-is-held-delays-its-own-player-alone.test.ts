// Another session holds a player's row. That player's writes, and what is sent to it, wait and at last get a 503 that
// says when to come back; everybody else's go on as if nothing were. Once the row is free, so is the player.

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectTo } from "../../scripts/migrations/connection.ts";
import { until } from "../kit/until.ts";
import { send } from "./kit/client.ts";
import { counts, isDrill, timeoutFor } from "./kit/counts.ts";
import { History, type Ask } from "./kit/history.ts";
import { report } from "./kit/report.ts";
import { startServersHere, type ServersHere } from "./kit/server-here.ts";
import { createTestWorld, type TestWorld } from "./kit/test-world.ts";
import { expectSound, judge } from "./kit/trial.ts";

const NAME = "a-row-that-is-held-delays-its-own-player-alone";
/** A lock wait takes a second: what it would do to others is far above this. */
const NOISE_MS = isDrill ? 25 : 400;
/** Between two writes of a player: what is measured is the wait for others, not for a core. */
const PAUSE_MS = 10;

let place: TestWorld;
let here: ServersHere;
beforeAll(async () => {
  place = await createTestWorld();
  here = await startServersHere(place.world);
});
afterAll(async () => {
  await here.stop();
  await place.drop();
});

it(
  "delays nobody else, not even where others also send to that player",
  async () => {
    const { world } = place;
    const { servers } = here;
    const [held = 0, sender = 0, ...others] = world.playerIds;
    const initial = await world.rows();
    const history = new History();
    const grantAll = [held, sender, ...others].map((playerId) => asks(history, playerId)(grantOf(playerId)));
    await Promise.all(grantAll);

    const before = await p99Of(history, others, (sinceMs) => performance.now() - sinceMs >= counts.rowHeldMs / 2);
    const holder = await connectTo(place.migratorDatabaseUrl);
    await holder.query("BEGIN");
    await holder.query("SELECT id FROM player WHERE id = ? FOR UPDATE", [held]);
    let meanwhile = Number.NaN;
    try {
      const isOver = (sinceMs: number) => performance.now() - sinceMs >= counts.rowHeldMs;
      const waiting = [
        p99Of(history, [held, held, held], isOver),
        p99Of(history, [sender], isOver, (playerId) => ({
          ...spendOf(playerId),
          kind: "TransferItems",
          toPlayerId: held,
        })),
      ];
      meanwhile = await p99Of(history, others, isOver);
      await Promise.all(waiting);
    } finally {
      await holder.query("ROLLBACK");
      await holder.end();
    }
    report(NAME, {
      "held for": `${counts.rowHeldMs} ms`,
      "p99 of others before": `${before.toFixed(1)} ms`,
      "and meanwhile": `${meanwhile.toFixed(1)} ms`,
    });
    expect(meanwhile).toBeLessThan(2 * before + NOISE_MS);
    const told = history.entries.filter(({ ask, outcome }) => ask.playerId === held && outcome !== "ok");
    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told.map(({ answer }) => answer?.status))).toEqual(new Set([503]));

    await until(
      async () => (await asks(history, held)(spendOf(held))).outcome === "ok",
      () => "the player writes again",
    );
    expectSound(await judge(world, servers, history, initial));
  },
  timeoutFor(1, 3 * counts.rowHeldMs),
);

/** Lets each of the players write one thing after the other until it is over; the 99th percentile of the answers. */
async function p99Of(
  history: History,
  playerIds: readonly number[],
  isOver: (sinceMs: number) => boolean,
  askOf: (playerId: number) => Ask = spendOf,
): Promise<number> {
  const sinceMs = performance.now();
  const tookMs: number[] = [];
  await Promise.all(
    playerIds.map(async (playerId, turn) => {
      const ask = asks(history, playerId, turn);
      while (!isOver(sinceMs)) {
        const { startedAtMs, endedAtMs } = await ask(askOf(playerId));
        tookMs.push((endedAtMs ?? Infinity) - startedAtMs);
        await delay(PAUSE_MS);
      }
    }),
  );
  return tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.99)]!;
}

function asks(history: History, playerId: number, turn = 0) {
  const client = { history, session: `${playerId} ${turn}`, tokenFor: place.world.tokenFor };
  return (ask: Ask) => send(client, here.servers[(playerId + turn) % 2]!, ask, crypto.randomUUID());
}

function spendOf(playerId: number): Ask & { kind: "SpendItems" } {
  return { kind: "SpendItems", playerId, items: [{ itemId: 4, count: 1 }] };
}

function grantOf(playerId: number): Ask {
  return { kind: "GrantItems", playerId, items: [{ itemId: 4, count: 1_000_000 }] };
}
