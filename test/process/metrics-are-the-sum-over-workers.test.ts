// GET /metrics of several processes on one port: whoever is asked, the answer is about all of them; and one that has
// died or hangs keeps nobody from it.

import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { sendTo } from "../kit/request.ts";
import { environmentOf, startServerProcess, type ServerProcess } from "../kit/server-process.ts";
import { askWorker, endServer, workersOf } from "../kit/workers.ts";

let api: TestApi;
let server: ServerProcess;
/** How many requests each has answered, by process id. */
const answered = new Map<number, number>();
beforeAll(async () => {
  api = await startApi();
  server = await startServerProcess({ ...environmentOf(api), WORKERS: "3" });
  // Three, four and five: any two of them are more than each.
  for (const [place, worker] of workersOf(server).entries()) {
    for (let asked = 0; asked < 3 + place; asked += 1) await ask(worker);
  }
});
afterAll(async () => {
  await endServer(server);
  await api.close();
});

it("counts the requests of all, whoever is asked, and each from before the question", async () => {
  expect(await requestsCounted()).toBe(12);
  const asked = await Promise.all(Array.from({ length: 20 }, requestsCounted));
  expect(new Set(asked)).toEqual(new Set([12]));
  for (const worker of answered.keys()) {
    const before = answeredInAll();
    await ask(worker);
    expect(await requestsCounted()).toBe(before + 1);
  }
});

it("answers for the others while one hangs", async () => {
  const [hung = 0] = answered.keys();
  process.kill(hung, "SIGSTOP");
  expect(await requestsCounted()).toBe(answeredInAll() - answered.get(hung)!);
  process.kill(hung, "SIGCONT");
  expect(await requestsCounted()).toBe(answeredInAll());
});

it("answers for the others when one has just been killed", async () => {
  const [killed = 0] = answered.keys();
  process.kill(killed, "SIGKILL");
  expect(await requestsCounted()).toBe(answeredInAll() - answered.get(killed)!);
});

async function ask(worker: number): Promise<void> {
  await askWorker(server, worker);
  answered.set(worker, (answered.get(worker) ?? 0) + 1);
}

function answeredInAll(): number {
  return [...answered.values()].reduce((total, count) => total + count, 0);
}

async function requestsCounted(): Promise<number> {
  const { status, text } = await sendTo(`http://127.0.0.1:${server.port}`, { method: "GET", path: "/metrics" });
  expect(status).toBe(200);
  return [...text.matchAll(/^satchel_requests_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}
