// MySQL killed and started again, or frozen, with COMMITs on their way: every answered write is there once, every other
// one once or not at all as its key will tell, nobody waits for ever, and writes go on as soon as MySQL does.

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { until } from "../kit/until.ts";
import { startApiProcesses, type ApiProcess } from "./kit/api-process.ts";
import { counts, seed, timeoutFor } from "./kit/counts.ts";
import type { Entry, History } from "./kit/history.ts";
import { startMysqlProcess, type MysqlProcess } from "./kit/mysql-process.ts";
import { report, seconds } from "./kit/report.ts";
import { expectSoundUnderLoad, tryOut } from "./kit/trial.ts";
import { createWorld, type World } from "./kit/world.ts";

const NAME = "an-outage-of-mysql-loses-and-doubles-nothing";
/** Above the 5 s that are promised, for a machine that does other things. */
const RECOVERY_MS_MAX = 10_000;
/** No request takes longer than its deadline, and what a busy machine adds. */
const ANSWER_MS_MAX = limits.requestMs + 2_900;

let mysql: MysqlProcess;
let world: World;
let servers: ApiProcess[];
beforeAll(async () => {
  mysql = await startMysqlProcess();
  world = await createWorld(mysql.place);
  servers = await startApiProcesses(world, 2);
}, 60_000);
afterAll(async () => {
  await Promise.all(servers.map((api) => api.stop()));
  await mysql.close();
});

it(
  "keeps every answered write and no other when MySQL is killed under load and started again",
  async () => {
    let longestMs = 0;
    let answered = 0;
    for (let round = 0; round < counts.mysqlKills; round += 1) {
      const verdict = await tryOut({ world, servers, seed: seed + round }, async (history) => {
        await delay(counts.loadMs);
        const killedAtMs = performance.now();
        await mysql.kill();
        await mysql.start();
        await untilWritesAreDone(history);
        longestMs = Math.max(longestMs, performance.now() - killedAtMs);
        await delay(counts.loadMs / 2);
      });
      expectSoundUnderLoad(verdict);
      expect(slowestMs(verdict.history)).toBeLessThan(ANSWER_MS_MAX);
      answered += verdict.history.count().ok;
    }
    report(NAME, {
      kills: counts.mysqlKills,
      "writes done": answered,
      "longest time from the kill to the next write": seconds(longestMs),
    });
  },
  timeoutFor(counts.mysqlKills, 30_000),
);

it.each(counts.freezesMs)(
  "keeps every answered write and no other when MySQL is frozen for %i ms",
  async (frozenMs) => {
    let recoveryMs = 0;
    const verdict = await tryOut({ world, servers, seed: seed + frozenMs }, async (history) => {
      await delay(counts.loadMs);
      mysql.freeze();
      await delay(frozenMs);
      mysql.thaw();
      recoveryMs = await untilWritesAreDone(history);
      await delay(counts.loadMs / 2);
    });
    expectSoundUnderLoad(verdict);
    expect(slowestMs(verdict.history)).toBeLessThan(ANSWER_MS_MAX);
    report(NAME, {
      "frozen for": seconds(frozenMs),
      "slowest answer": seconds(slowestMs(verdict.history)),
      recovery: seconds(recoveryMs),
    });
  },
  timeoutFor(1, 90_000),
);

/** Waits for a write that was asked from now on and is done; how long that took. */
async function untilWritesAreDone(history: History): Promise<number> {
  const sinceMs = performance.now();
  const isNewWrite = ({ key, outcome, startedAtMs }: Entry) =>
    key !== null && outcome === "ok" && startedAtMs >= sinceMs;
  await until(
    () => history.entries.some(isNewWrite),
    () => "no write is done again",
    RECOVERY_MS_MAX,
  );
  return performance.now() - sinceMs;
}

function slowestMs({ entries }: History): number {
  return Math.max(...entries.map(({ startedAtMs, endedAtMs }) => (endedAtMs ?? startedAtMs) - startedAtMs));
}
