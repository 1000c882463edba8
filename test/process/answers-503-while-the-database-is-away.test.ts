// MySQL frozen, cut off, or too slow: every wait has a deadline, the answer is a 503 that says when to
// come back, the process stays alive and answers again as soon as it can. The same in both lanes, and in
// neither is a statement that met an outage sent again.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { limits } from "../../src/runtime/limits.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { startFaultProxy, type FaultProxy } from "../kit/fault-proxy.ts";
import { adHocForm, forms, sendForm, type Form, type LaneAnswer } from "../kit/lanes.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";

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

const lanes: Readonly<Record<string, Form>> = { "the fast lane": forms["documentId"]!, "the Yoga lane": adHocForm };

describe.each(Object.entries(lanes))("%s", (_, form) => {
  it("answers UNAVAILABLE within its deadlines while MySQL is frozen, and again after", async () => {
    proxy.freeze();
    const startedAtMs = performance.now();
    const answers = await Promise.all(Array.from({ length: 30 }, () => askPlayerState(form)));
    expect(performance.now() - startedAtMs).toBeLessThan(ANSWER_MS_MAX);
    for (const answer of answers) expectOutage(answer, "UNAVAILABLE", "The database cannot be reached.");
  });

  it("answers UNAVAILABLE while MySQL cannot be reached", async () => {
    proxy.cut();
    const startedAtMs = performance.now();
    const answer = await askPlayerState(form);
    expect(performance.now() - startedAtMs).toBeLessThan(ANSWER_MS_MAX);
    expectOutage(answer, "UNAVAILABLE", "The database cannot be reached.");
  });

  it("answers TIMEOUT when MySQL ends a statement at its time limit, which it sends once", async () => {
    const lock = await lockTable(api.database, "player");
    api.statements.length = 0;
    const answer = await askPlayerState(form);
    await lock.release();
    expectOutage(answer, "TIMEOUT", "The request took too long.");
    expect(api.statements).toHaveLength(1);
  });

  it("counts the outage once", async () => {
    proxy.cut();
    const before = await countOf("UNAVAILABLE");
    await askPlayerState(form);
    expect(await countOf("UNAVAILABLE")).toBe(before + 1);
  });
});

it("keeps nothing of an answer of which a part met the outage", async () => {
  const lock = await lockTable(api.database, "player_item");
  const { status, body } = await api.ask({
    query: `{ player(id: "${playerGlobalId(1n)}") { displayName quantity(itemId: "SXRlbToxMDA") } }`.replace(
      "SXRlbToxMDA",
      Buffer.from("Item:1").toString("base64url"),
    ),
    token: api.tokenFor(1),
  });
  await lock.release();
  expect(status).toBe(503);
  expect(body).toEqual({ errors: [{ message: "The request took too long.", extensions: { code: "TIMEOUT" } }] });
});

it("says that it is not ready and yet alive", async () => {
  proxy.cut();
  expect((await fetch(`${api.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${api.url}/livez`)).status).toBe(200);
});

it("says the same for what Prisma asks", async () => {
  proxy.freeze();
  const verification = "{ viewer { verification { status } } }";
  const { status, headers, body } = await api.ask({ query: verification, token: api.tokenFor(1) });
  expect(status).toBe(503);
  expect(headers.get("retry-after")).toMatch(/^[123]$/);
  expect(body.errors?.[0]?.extensions.code).toBe("UNAVAILABLE");
});

const playerState = registeredOperations.findLast(({ name }) => name === "PlayerState")!;

function askPlayerState(form: Form): Promise<LaneAnswer> {
  return sendForm(api.url, form(playerState, { id: playerGlobalId(1n) }), {
    token: api.tokenFor(1),
    accept: "application/graphql-response+json",
  });
}

/** The whole of the answer: a code, and nothing of the fault. */
function expectOutage({ status, headers, text }: LaneAnswer, code: string, message: string): void {
  expect(JSON.parse(text)).toEqual({ errors: [{ message, extensions: { code } }] });
  expect(status).toBe(503);
  expect(headers["retry-after"]).toMatch(/^[123]$/);
  expect(headers["cache-control"]).toBe("no-store");
}

async function countOf(outcome: string): Promise<number> {
  const { values } = await api.app.metrics.requests.get();
  return values
    .filter(({ labels }) => labels.operation === "PlayerState" && labels.outcome === outcome)
    .reduce((sum, { value }) => sum + value, 0);
}

function answersAgain(): Promise<void> {
  return until(
    async () => (await api.ask({ query })).status === 200,
    () => "the server answers again",
    5_000,
  );
}
