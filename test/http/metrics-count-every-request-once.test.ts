// GET /metrics: requests by operation and outcome, batches, statements, the pool; and labels that no
// client can invent.

import { afterAll, beforeAll, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const playerState = registeredOperations.find(({ name }) => name === "PlayerState")!.body;

it("counts requests by operation and outcome", async () => {
  const variables = { id: playerGlobalId(1n) };
  await api.ask({ query: playerState, variables, token: api.tokenFor(1) });
  await api.ask({ query: playerState, variables, token: api.tokenFor(2) });
  await api.ask({ query: playerState, variables: { id: 7.5 }, token: api.tokenFor(1) });
  await api.ask({ query: playerState, variables, token: "forged" });
  await api.ask({ query: "{ nonsense }" });
  await api.ask({ query: "{" });
  const requests = await samplesOf("satchel_requests_total");
  expect(requests).toEqual({
    'operation="PlayerState",outcome="ok"': 1,
    'operation="PlayerState",outcome="FORBIDDEN"': 1,
    'operation="PlayerState",outcome="BAD_USER_INPUT"': 1,
    'operation="other",outcome="UNAUTHENTICATED"': 1,
    'operation="other",outcome="GRAPHQL_VALIDATION_FAILED"': 1,
    'operation="other",outcome="GRAPHQL_PARSE_FAILED"': 1,
  });
});

it("takes no label from a client", async () => {
  for (let n = 0; n < 20; n += 1) {
    await api.ask({ query: `query Invented${n} { __typename }`, operationName: `Invented${n}` });
  }
  expect(
    Object.keys(await samplesOf("satchel_requests_total")).filter((labels) => labels.includes("Invented")),
  ).toEqual([]);
  expect((await samplesOf("satchel_requests_total"))['operation="other",outcome="ok"']).toBe(20);
});

it("counts statements, batch sizes and connections", async () => {
  await api.forgetAnswers();
  const before = await samplesOf("satchel_statements_total");
  await api.read({ query: playerState, variables: { id: playerGlobalId(1n) }, token: api.tokenFor(1) });
  const after = await samplesOf("satchel_statements_total");
  expect(after['outcome="ok"']! - before['outcome="ok"']!).toBe(3);
  expect((await samplesOf("satchel_batch_keys_count"))['loader="playerById"']).toBeGreaterThan(0);
  expect((await samplesOf("satchel_pool_connections"))['state="idle"']).toBe(api.config.databasePoolSize);
  expect((await samplesOf("satchel_request_duration_seconds_count"))['operation="PlayerState"']).toBeGreaterThan(0);
});

async function samplesOf(name: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  const lines = [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} ([0-9.e+-]+)$`, "gm"))];
  return Object.fromEntries(lines.map(([, labels, value]) => [labels!, Number(value)]));
}
