// GET /metrics of several processes on one port: whoever is asked, the answer is about all of them; and one that has
// died or hangs keeps nobody from it.

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { sendTo } from "../kit/request.ts";
import { environmentOf, startServerProcess, type ServerProcess } from "../kit/server-process.ts";
import { askWorker, endServer, workersOf } from "../kit/workers.ts";

let api: TestApi;
let server: ServerProcess;
let workers: number[];
beforeAll(async () => {
  api = await startApi();
});
beforeEach(async () => {
  server = await startServerProcess({ ...environmentOf(api), WORKERS: "2" });
  workers = workersOf(server);
  // Three by one, four by the other.
  for (const [place, worker] of workers.entries()) {
    for (let asked = 0; asked < 3 + place; asked += 1) await askWorker(server, worker);
  }
});
afterEach(() => endServer(server));
afterAll(() => api.close());

it("counts the requests of all, whoever is asked, and each from before the question", async () => {
  expect(await requestsCounted()).toBe(7);
  const asked = await Promise.all(Array.from({ length: 20 }, requestsCounted));
  expect(new Set(asked)).toEqual(new Set([7]));
  await askWorker(server, workers[0]!);
  expect(await requestsCounted()).toBe(8);
});

it("answers for the other one when one has just been killed", async () => {
  process.kill(workers[0]!, "SIGKILL");
  expect(await requestsCounted()).toBe(4);
});

it("answers for the other one while one hangs", async () => {
  process.kill(workers[1]!, "SIGSTOP");
  expect(await requestsCounted()).toBe(3);
  process.kill(workers[1]!, "SIGCONT");
  expect(await requestsCounted()).toBe(7);
});

async function requestsCounted(): Promise<number> {
  const { status, text } = await sendTo(`http://127.0.0.1:${server.port}`, { method: "GET", path: "/metrics" });
  expect(status).toBe(200);
  return [...text.matchAll(/^satchel_requests_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}
