// However the primary ends, no process stays behind: told to stop it lets each answer what it has accepted, and
// killed it takes them with it.

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { environmentOf, startServerProcess, type ServerProcess } from "../kit/server-process.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";
import { acceptedCount, askNew, endServer, isAlive, stopServer, workersOf } from "../kit/workers.ts";

const PLAYER = '{ player(id: "UGxheWVyOjE") { displayName } }';

let api: TestApi;
let server: ServerProcess;
let workers: number[];
beforeAll(async () => {
  api = await startApi();
});
afterEach(() => endServer(server));
afterAll(() => api.close());

it("answers what each process has accepted before SIGTERM, and ends with 0", async () => {
  await start();
  const lock = await lockTable(api.database, "player");
  const answers = Array.from({ length: 8 }, () => askNew(server, PLAYER));
  await until(
    async () => acceptedCount(server) >= answers.length && (await lock.isWaitedFor()),
    () => `${acceptedCount(server)} connections are taken`,
  );
  const exit = stopServer(server);
  await until(
    async () => (await askNew(server).catch((error: NodeJS.ErrnoException) => error.code)) === "ECONNREFUSED",
    () => "the port is still open",
  );
  await lock.release();
  for (const { status } of await Promise.all(answers)) expect(status).toBe(200);
  expect(await exit).toEqual([0, null]);
  expect(workers.filter(isAlive)).toEqual([]);
});

it("ends with 0 while one of them is still starting", async () => {
  await start();
  process.kill(workers[0]!, "SIGKILL");
  await until(
    () => workersOf(server).some((pid) => !workers.includes(pid)),
    () => "no successor has been started",
  );
  const all = workersOf(server);
  expect(await stopServer(server)).toEqual([0, null]);
  expect(all.filter(isAlive)).toEqual([]);
});

it("leaves nobody behind when the primary is killed", async () => {
  await start();
  server.child.kill("SIGKILL");
  await until(
    () => !workers.some(isAlive),
    () => `${workers.filter(isAlive).length} of ${workers.length} still run`,
  );
  expect(workers.filter(isAlive)).toEqual([]);
});

async function start(): Promise<void> {
  server = await startServerProcess({ ...environmentOf(api), WORKERS: "2" });
  workers = workersOf(server);
}
