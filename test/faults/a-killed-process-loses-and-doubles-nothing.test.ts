// kill -9 of an API process in the middle of its requests: whatever it had answered is there, whatever it had not is
// found out by the key at another process, and nothing is there twice.

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRandom } from "../../prisma/seed/random.ts";
import { until } from "../kit/until.ts";
import { startApiProcesses, type ApiProcess } from "./kit/api-process.ts";
import { send } from "./kit/client.ts";
import { counts, seed, timeoutFor } from "./kit/counts.ts";
import { History, type Ask } from "./kit/history.ts";
import { report } from "./kit/report.ts";
import { createTestWorld, type TestWorld } from "./kit/test-world.ts";
import { expectSound, expectSoundUnderLoad, judge, tryOut } from "./kit/trial.ts";

const NAME = "a-killed-process-loses-and-doubles-nothing";
const TWINS = 50;

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
  "keeps every answered write and no other when a process is killed in mid-request",
  async () => {
    const { world } = place;
    const totals = { ok: 0, unknown: 0 };
    for (let round = 0; round < counts.apiKills; round += 1) {
      const victim = servers[round % servers.length]!;
      const verdict = await tryOut({ world, servers, seed: seed + round }, async () => {
        await delay(counts.loadMs);
        await victim.kill();
        await delay(counts.loadMs / 2);
        await victim.start();
        await delay(counts.loadMs / 2);
      });
      expectSoundUnderLoad(verdict);
      const { ok, unknown } = verdict.history.count();
      // Somebody was on the way there: the kill met requests.
      expect(unknown).toBeGreaterThan(0);
      totals.ok += ok;
      totals.unknown += unknown;
    }
    report(NAME, { kills: counts.apiKills, "writes done": totals.ok, "requests cut off": totals.unknown });
  },
  timeoutFor(counts.apiKills, 20_000),
);

it(
  `does once what ${TWINS} twins over two processes ask for while one of them is killed`,
  async () => {
    const { world } = place;
    const random = createRandom(seed, "twins", 0);
    const [playerId = 0, toPlayerId = 0] = world.playerIds;
    let cutOff = 0;
    for (let round = 0; round < counts.twinRounds; round += 1) {
      const initial = await world.rows();
      const history = new History();
      const items = [{ itemId: 4, count: 2 }];
      // Refused and done ones.
      const client = (session: string) => ({ history, session, tokenFor: world.tokenFor });
      await send(client("game"), servers[0]!, { kind: "GrantItems", playerId, items }, crypto.randomUUID());
      await send(client("poor"), servers[0]!, { kind: "SpendItems", playerId, items: TOO_MANY }, crypto.randomUUID());
      const ask: Ask = { kind: "TransferItems", playerId, toPlayerId, items };
      const key = crypto.randomUUID();
      const twins = Array.from({ length: TWINS }, (_, turn) =>
        send(client(`twin ${turn}`), servers[turn % 2]!, ask, key),
      );
      await delay(random.integer(0, 15));
      await servers[1]!.kill();
      const outcomes = (await Promise.all(twins)).map(({ outcome }) => outcome);
      cutOff += outcomes.filter((outcome) => outcome === "unknown").length;
      await until(
        async () => (await send(client("again"), servers[0]!, ask, key)).outcome === "ok",
        () => "the request is answered by the process that lives",
      );
      const verdict = await judge(world, servers, history, initial);
      expectSound(verdict);
      if (round + 1 < counts.twinRounds) await servers[1]!.start();
    }
    report(NAME, { "rounds of twins": counts.twinRounds, "twins cut off": cutOff });
  },
  timeoutFor(counts.twinRounds, 15_000),
);

const TOO_MANY = [{ itemId: 4, count: 1_000_000 }];
