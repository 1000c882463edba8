// MySQL frozen, cut off, or too slow: every wait has a deadline, the answer is a 503 that says when to
// come back, the process stays alive and answers again as soon as it can.

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type Answer, type TestApi } from "../kit/api.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { lockTable } from "../kit/table-lock.ts";

const query = '{ player(id: "UGxheWVyOjE") { displayName } }';
/** The pool's wait, then the statement's, and what a busy machine adds. */
const ANSWER_MS_MAX = limits.poolWaitMs + limits.readStatementClientMs + 1_000;

let proxy: FaultProxy;
let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    route: async (databaseUrl) => {
      proxy = await startFaultProxy(databaseUrl);
      return proxy.url;
    },
  });
});
afterEach(async () => {
  proxy.mend();
  proxy.thaw();
  await answersAgain();
});
afterAll(async () => {
  await api.close();
  await proxy.close();
});

it("answers UNAVAILABLE within its deadlines while MySQL is frozen, and again after", async () => {
  proxy.freeze();
  const startedAtMs = performance.now();
  const answers = await Promise.all(Array.from({ length: 30 }, () => api.ask({ query })));
  expect(performance.now() - startedAtMs).toBeLessThan(ANSWER_MS_MAX);
  for (const answer of answers) expectUnavailable(answer);
});

it("answers UNAVAILABLE while MySQL cannot be reached; /readyz is 503, /livez is 200", async () => {
  proxy.cut();
  const startedAtMs = performance.now();
  expectUnavailable(await api.ask({ query }));
  expect(performance.now() - startedAtMs).toBeLessThan(ANSWER_MS_MAX);
  expect((await fetch(`${api.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${api.url}/livez`)).status).toBe(200);
});

it("says the same for what Prisma asks", async () => {
  proxy.freeze();
  const verification = "{ viewer { verification { status } } }";
  const answer = await api.ask({ query: verification, token: api.tokenFor(1) });
  expectUnavailable(answer);
});

it("answers TIMEOUT when MySQL ends a statement at its time limit", async () => {
  const lock = await lockTable(api.database, "player");
  const answer = await api.ask({ query });
  await lock.release();
  expect(answer.status).toBe(503);
  expect(answer.body.errors?.[0]?.extensions.code).toBe("TIMEOUT");
});

it("shows nothing of the fault but its code", async () => {
  proxy.cut();
  const answer = await api.ask({ query });
  expect(answer.body).toEqual({
    data: { player: null },
    errors: [
      expect.objectContaining({
        message: "The database cannot be reached.",
        path: ["player"],
        extensions: { code: "UNAVAILABLE" },
      }),
    ],
  });
});

function expectUnavailable({ status, headers, body }: Answer): void {
  expect(body.errors?.[0]?.extensions.code).toBe("UNAVAILABLE");
  expect(status).toBe(503);
  expect(headers.get("retry-after")).toBe("1");
}

async function answersAgain(): Promise<void> {
  const deadline = performance.now() + 5_000;
  while ((await api.ask({ query })).status !== 200) {
    if (performance.now() > deadline) throw new Error("the server did not recover in time");
    await delay(20);
  }
}
