// A request that is over, because its deadline passed or its client went, is answered at once if there is
// somebody to answer, and sends no statement that it has not sent yet. The same in both lanes.

import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { adHocForm, forms, sendForm, type Form } from "../kit/lanes.ts";
import { lockTable } from "../kit/table-lock.ts";
import { until } from "../kit/until.ts";

const REQUEST_MS = 400;

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ requestMs: REQUEST_MS });
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.forgetAnswers();
  api.statements.length = 0;
});

const playerState = registeredOperations.findLast(({ name }) => name === "PlayerState")!;
const variables = { id: playerGlobalId(1n) };
const lanes: Readonly<Record<string, Form>> = { "the fast lane": forms["documentId"]!, "the Yoga lane": adHocForm };

describe.each(Object.entries(lanes))("%s", (_, form) => {
  it("answers TIMEOUT at the deadline and sends no further statement", async () => {
    const lock = await lockTable(api.database, "player");
    const startedAtMs = performance.now();
    const answer = await sendForm(api.url, form(playerState, variables), { token: api.tokenFor(1), accept: "*/*" });
    const tookMs = performance.now() - startedAtMs;
    await lock.release();
    expect(JSON.parse(answer.text)).toEqual({
      errors: [{ message: "The request took too long.", extensions: { code: "TIMEOUT" } }],
    });
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, expect.stringMatching(/^[123]$/)]);
    expect(tookMs).toBeGreaterThanOrEqual(REQUEST_MS - 5);
    // The statement itself, which others may share, ends at its own limit: later than this.
    expect(tookMs).toBeLessThan(REQUEST_MS + 550);
    await expectNothingFurther();
  });

  it("sends no further statement for a client that has gone, and counts it", async () => {
    const before = await countOf("CLIENT_GONE");
    const lock = await lockTable(api.database, "player");
    const { method, path, body } = form(playerState, variables);
    const request = httpRequest(`${api.url}${path}`, {
      method,
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${api.tokenFor(1)}` },
    });
    request.on("error", () => undefined);
    request.end(body);
    await until(
      () => lock.isWaitedFor(),
      () => "the statement has not been sent",
    );
    request.destroy();
    await until(
      async () => (await countOf("CLIENT_GONE")) === before + 1,
      () => "the client's going has not been noticed",
    );
    await lock.release();
    await expectNothingFurther();
  });
});

it("answers within the deadline as if there were none", async () => {
  const sent = { token: api.tokenFor(1), accept: "*/*" };
  const { status } = await sendForm(api.url, forms["documentId"]!(playerState, variables), sent);
  expect([status, api.statements.length]).toEqual([200, 3]);
});

/** Once the statement on the way has come back, whose answer would have led to the next. */
async function expectNothingFurther(): Promise<void> {
  await until(
    async () => (await busyConnections()) === 0,
    () => "a statement is still on its way",
  );
  // A whole request later, so that whatever would have followed has had its turn.
  await api.ask({ query: "{ __typename }" });
  expect(api.statements.map(({ sql }) => /FROM (\w+)/.exec(sql)?.[1])).toEqual(["player"]);
}

async function busyConnections(): Promise<number> {
  const { values } = await api.app.metrics.poolConnections.get();
  return values.find(({ labels }) => labels.state === "active")!.value;
}

async function countOf(outcome: string): Promise<number> {
  const { values } = await api.app.metrics.requests.get();
  return values
    .filter(({ labels }) => labels.operation === "PlayerState" && labels.outcome === outcome)
    .reduce((sum, { value }) => sum + value, 0);
}
