// SIGHUP to the primary, as after a deployment of new code: every process is another afterwards, one after the other,
// and no client has noticed: neither those that keep their connection nor those that open one for each request.

import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { environmentOf, startServerProcess, type ServerProcess } from "../kit/server-process.ts";
import { until } from "../kit/until.ts";
import { endServer, workersOf } from "../kit/workers.ts";

const KEPT_CONNECTIONS = 8;
const NEW_CONNECTIONS = 4;
/** Between two requests of a client: without it the successors would wait for a core instead of starting. */
const PAUSE_MS = 10;
const ROLL_MS_MAX = 60_000;

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

it("leaves a process alone that is told itself, as when a terminal closes", async () => {
  const before = workersOf(server);
  for (const pid of before) process.kill(pid, "SIGHUP");
  expect(await outcomeOf(server.port, new Agent())).toBe("200");
  expect(workersOf(server)).toEqual(before);
  expect(server.log()).not.toContain("takes its place");
});

it("answers every request while each process is replaced", async () => {
  const before = workersOf(server);
  const outcomes: string[] = [];
  let isOver = false;
  const clients = Array.from({ length: KEPT_CONNECTIONS + NEW_CONNECTIONS }, async (_, place) => {
    const agent = new Agent({ keepAlive: place < KEPT_CONNECTIONS, maxSockets: 1 });
    while (!isOver) {
      outcomes.push(await outcomeOf(server.port, agent));
      await delay(PAUSE_MS);
    }
    agent.destroy();
  });
  const untilAnswered = (count: number) =>
    until(
      () => outcomes.length > count,
      () => `${outcomes.length} answers`,
    );
  await untilAnswered(200);
  server.child.kill("SIGHUP");
  let successors: number[] = [];
  await until(
    () => {
      successors = workersOf(server).filter((pid) => !before.includes(pid));
      return successors.length > 0;
    },
    () => "no successor has been started",
  );
  // However long it takes to start: nobody leaves before it listens.
  process.kill(successors[0]!, "SIGSTOP");
  await untilAnswered(outcomes.length + 200);
  expect(workersOf(server).filter((pid) => before.includes(pid))).toEqual(before);
  process.kill(successors[0]!, "SIGCONT");
  await until(
    () => server.log().includes("all API processes are new"),
    () => server.log(),
    ROLL_MS_MAX,
  );
  isOver = true;
  await Promise.all(clients);
  expect(new Set(outcomes)).toEqual(new Set(["200"]));
  const after = workersOf(server);
  expect(after).toHaveLength(2);
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  expect(server.log()).not.toContain("takes its place");
});

/** A status, or an error's code. */
function outcomeOf(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const headers = { "Content-Type": "application/json" };
    const sent = request({ port, host: "127.0.0.1", path: "/graphql", method: "POST", agent, headers }, (response) => {
      response.on("end", () => resolve(String(response.statusCode)));
      response.on("error", (error) => resolve(`broken: ${error.message}`));
      response.resume();
    });
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end('{"query":"{ viewer { id } }"}');
  });
}
