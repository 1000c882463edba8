// A process of several that is killed has a successor, while the others go on answering. What dies again and again
// is started less and less often.

import { afterAll, beforeAll, expect, it } from "vitest";
import { nextPauseMs } from "../../src/primary.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { environmentOf, startServerProcess, type ServerProcess } from "../kit/server-process.ts";
import { until } from "../kit/until.ts";
import { askNew, askWorker, endServer, workersOf } from "../kit/workers.ts";

let api: TestApi;
let server: ServerProcess;
beforeAll(async () => {
  api = await startApi();
  server = await startServerProcess({ ...environmentOf(api), WORKERS: "2" });
});
afterAll(async () => {
  await endServer(server);
  await api.close();
});

it("starts a successor after a pause that doubles, and answers all the while", async () => {
  const [first = 0, other = 0] = workersOf(server);
  let killed = first;
  for (const pauses of [[100], [100, 200], [100, 200, 400]]) {
    process.kill(killed, "SIGKILL");
    await until(
      () => pausesIn(server).length === pauses.length,
      () => `pauses: ${pausesIn(server).join(", ")}`,
    );
    expect(pausesIn(server)).toEqual(pauses);
    expect(await askNew(server)).toMatchObject({ status: 200 });
    await until(
      () => workersOf(server).some((pid) => pid !== other && pid !== killed),
      () => "no successor has been started",
    );
    killed = workersOf(server).find((pid) => pid !== other && pid !== killed)!;
    expect(await askWorker(server, killed)).toMatchObject({ status: 200 });
  }
  expect(workersOf(server)).toContain(other);
});

it("replaces all of them when all have died", async () => {
  const before = workersOf(server);
  for (const pid of before) process.kill(pid, "SIGKILL");
  await until(
    () => workersOf(server).filter((pid) => !before.includes(pid)).length === 2,
    () => `there are ${workersOf(server).length}`,
  );
  expect(workersOf(server).filter((pid) => before.includes(pid))).toEqual([]);
});

it("waits no longer than its bound", () => {
  let pauseMs: number = limits.workerRestartMs;
  for (let deaths = 0; deaths < 20; deaths += 1) pauseMs = nextPauseMs(pauseMs);
  expect(pauseMs).toBe(limits.workerRestartMsMax);
});

function pausesIn({ log }: ServerProcess): number[] {
  return [...log().matchAll(/"pauseMs":(\d+)/g)].map(([, pauseMs]) => Number(pauseMs));
}
