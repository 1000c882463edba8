// COMMIT was sent and its answer never came, or COMMIT itself was lost. Whether it took effect is found out by looking
// again under the same key: the client hears of one effect, once, and of a 503 only when it cannot be told in time.

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { until } from "../kit/until.ts";
import { send } from "./kit/client.ts";
import { counts, seed, timeoutFor } from "./kit/counts.ts";
import { History, type Ask } from "./kit/history.ts";
import { report, seconds } from "./kit/report.ts";
import { startServersHere, type ServersHere } from "./kit/server-here.ts";
import { createTestWorld, type TestWorld } from "./kit/test-world.ts";
import { expectSound, expectSoundUnderLoad, judge, tryOut } from "./kit/trial.ts";

/** Under load some must get through: two losses in a row are taken for an outage. */
const BETWEEN_LOSSES_MS = 30;

const NAME = "a-lost-commit-is-found-out";

let proxy: FaultProxy;
let place: TestWorld;
let here: ServersHere;
beforeAll(async () => {
  place = await createTestWorld({
    route: async (databaseUrl) => {
      proxy = await startFaultProxy(databaseUrl);
      return proxy.url;
    },
  });
  here = await startServersHere(place.world);
});
afterAll(async () => {
  await here.stop();
  await proxy.close();
  await place.drop();
});

const losses = [
  ["the answer to COMMIT", "cutAfter", counts.lostRepliesToCommit],
  ["COMMIT itself", "cutBefore", counts.lostCommits],
] as const;

it.each(losses)(
  "has one effect and one answer when %s is lost (%s, %i times)",
  async (what, lose, times) => {
    const { world } = place;
    const { servers } = here;
    const [playerId = 0] = world.playerIds;
    const initial = await world.rows();
    const history = new History();
    let slowestMs = 0;
    for (let round = 0; round < times; round += 1) {
      const client = { history, session: "alone", tokenFor: world.tokenFor };
      const kind = round % 3 === 2 ? "SpendItems" : "GrantItems";
      const ask: Ask = { kind, playerId, items: [{ itemId: 4, count: round % 5 === 0 ? 9 : 1 }] };
      const key = crypto.randomUUID();
      const lost = proxy[lose]("COMMIT");
      const entry = await send(client, servers[round % 2]!, ask, key);
      await lost;
      expect([entry.answer?.status, entry.answer?.replayed]).toEqual([200, false]);
      expect((await send(client, servers[(round + 1) % 2]!, ask, key)).answer?.replayed).toBe(true);
      slowestMs = Math.max(slowestMs, entry.endedAtMs! - entry.startedAtMs);
    }
    expectSound(await judge(world, servers, history, initial));
    report(NAME, { [`times that ${what} was lost`]: times, "slowest answer": seconds(slowestMs) });
  },
  timeoutFor(2 * counts.lostCommits, 1_000),
);

it(
  "keeps every answered write and no other when COMMITs and their answers are lost under load",
  async () => {
    const { world } = place;
    const { servers } = here;
    const verdict = await tryOut({ world, servers, seed }, async () => {
      for (let round = 0; round < counts.lostUnderLoad; round += 1) {
        await (round % 2 === 0 ? proxy.cutAfter("COMMIT") : proxy.cutBefore("COMMIT"));
        await delay(BETWEEN_LOSSES_MS);
      }
      await delay(counts.loadMs);
    });
    expectSoundUnderLoad(verdict);
    report(NAME, { "lost under load": counts.lostUnderLoad, "writes done": verdict.history.count().ok });
  },
  timeoutFor(counts.lostUnderLoad, 1_000),
);

it("refuses within a second, and as not applied, once it is clear that MySQL cannot be reached", async () => {
  const { world } = place;
  const { servers } = here;
  const [playerId = 0] = world.playerIds;
  const initial = await world.rows();
  const history = new History();
  const client = { history, session: "alone", tokenFor: world.tokenFor };
  const ask: Ask = { kind: "GrantItems", playerId, items: [{ itemId: 4, count: 1 }] };
  const sendOnce = () => send(client, servers[0]!, ask, crypto.randomUUID());
  proxy.cut();
  try {
    // On its way when nobody knew: it has its whole deadline.
    expect((await sendOnce()).answer?.status).toBe(503);
    const knownSinceMs = performance.now();
    await until(
      async () => {
        const { answer, startedAtMs, endedAtMs } = await sendOnce();
        expect([answer?.status, answer?.code, answer?.retryAfter]).toEqual([
          503,
          "UNAVAILABLE",
          expect.stringMatching(/^[123]$/),
        ]);
        expect(endedAtMs! - startedAtMs).toBeLessThan(1_000);
        // Longer than the pause after which one of them tries again.
        return performance.now() - knownSinceMs > 2 * limits.breakerMs;
      },
      () => "the requests go on for ever",
      20_000,
    );
  } finally {
    proxy.mend();
  }
  await until(
    async () => (await sendOnce()).outcome === "ok",
    () => "writes are taken again",
  );
  expectSound(await judge(world, servers, history, initial));
});
