// The same operations with the same variables from two players, a thousand times, at once, on connections
// that both share, over both lanes: each gets what is its own and never a word of the other's.

import { Agent, request as httpRequest } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { itemTransactionGlobalId, playerGlobalId, runGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { expectDiscreet } from "../kit/discretion.ts";
import { insertPlayers, insertRuns, insertTransactions } from "../kit/fixtures.ts";
import { adHocForm, forms, sendForm, type LaneRequest } from "../kit/lanes.ts";

const TIMES = 1_000;
const CONNECTIONS = 8;
const AT_ONCE = 24;

let api: TestApi;
let players: number[];
let runIds: string[];
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
beforeAll(async () => {
  api = await startApi();
  players = await insertPlayers(api.database, [
    { displayName: "First", externalId: "marker-first", email: "marker-first@example.com", city: "First City" },
    { displayName: "Second", externalId: "marker-second", email: "marker-second@example.com", city: "Second City" },
  ]);
  runIds = [];
  for (const [place, playerId] of players.entries()) {
    await insertTransactions(api.database, playerId, [{ lines: [{ itemId: 4, received: quantities[place]! }] }]);
    runIds.push(...(await insertRuns(api.database, playerId, [{ distanceMm: 1_000 }])));
  }
});
afterAll(async () => {
  agent.destroy();
  await api.close();
});
beforeEach(() => {
  api.statements.length = 0;
});

/** By which an answer shows whose it is. */
const quantities = [777_000_111n, 888_000_222n];
const marks = [/marker-first|777000111|"First"/, /marker-second|888000222|"Second"/];

const operationOf = (name: string) => registeredOperations.find((operation) => operation.name === name)!;
const privateQuery = "{ viewer { id displayName externalId email city state(first: 100) { nodes { quantity } } } }";

/** What both send, word for word the same; the token alone says who asks. */
const sameRequests: readonly (() => LaneRequest)[] = [
  () => forms["documentId"]!(operationOf("HomeScreen"), {}),
  () => forms["GET of the id"]!(operationOf("HomeScreen"), {}),
  () => adHocForm(operationOf("HomeScreen"), {}),
  () => forms["documentId"]!(operationOf("Transactions"), { first: 5 }),
  () => adHocForm(operationOf("Transactions"), { first: 5 }),
  () => ({ method: "POST", path: "/graphql", body: JSON.stringify({ query: privateQuery }) }),
  () => ({ method: "GET", path: `/graphql?query=${encodeURIComponent(privateQuery)}` }),
];

it("gives each its own, a thousand times", async () => {
  const tokens = players.map((playerId) => api.tokenFor(playerId));
  const crossed: string[] = [];
  let own = 0;
  let next = 0;
  const ask = async () => {
    while (next < TIMES * 2) {
      const n = next;
      next += 1;
      const who = n % 2;
      const { status, text } = await send(sameRequests[(n >> 1) % sameRequests.length]!(), tokens[who]!);
      if (status !== 200 || marks[1 - who]!.test(text)) crossed.push(`${n} ${status}: ${text.slice(0, 200)}`);
      if (marks[who]!.test(text)) own += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  expect(crossed).toEqual([]);
  expect(own).toBe(TIMES * 2);
});

it.each(["documentId", "GET of the id", "the full text"])(
  "sends the same statements for a foreign private object as for none, by %s: none",
  async (form) => {
    const [first, second] = players as [number, number];
    const there = [itemTransactionGlobalId(BigInt(second), 1n), runGlobalId(BigInt(second), runIds[1]!)];
    const absent = [itemTransactionGlobalId(BigInt(second), 99n), runGlobalId(BigInt(second), "f".repeat(32))];
    const answers: string[] = [];
    for (const ids of [there, absent]) {
      const sent = { token: api.tokenFor(first), accept: "application/json" };
      const { status, text } = await sendForm(api.url, forms[form]!(operationOf("ObjectsById"), { ids }), sent);
      expect(status).toBe(200);
      answers.push(text);
    }
    expect(JSON.parse(answers[0]!).data).toEqual({ nodes: [null, null] });
    expect(answers[1]).toBe(answers[0]);
    expect(api.statements).toEqual([]);
  },
);

it.each(["documentId", "GET of the id", "the full text"])(
  "shows of another player, by %s, what is public, and says of the rest only that it is private",
  async (form) => {
    const [first, second] = players as [number, number];
    const request = forms[form]!(operationOf("PlayerState"), { id: playerGlobalId(BigInt(second)) });
    const sent = { token: api.tokenFor(first), accept: "application/json" };
    const { text } = await sendForm(api.url, request, sent);
    const { data, errors } = JSON.parse(text);
    expect(data.player).toEqual({
      id: playerGlobalId(BigInt(second)),
      displayName: "Second",
      version: null,
      state: null,
    });
    expect(new Set(errors.map(({ extensions }: { extensions: object }) => JSON.stringify(extensions)))).toEqual(
      new Set(['{"code":"FORBIDDEN"}']),
    );
    expect(text).not.toMatch(/marker|888000222/);
    expectDiscreet(text);
    // The public row of the player, and nothing of what is private.
    expect(api.statements.map(({ sql }) => /FROM (\w+)/.exec(sql)?.[1])).toEqual(api.statements.map(() => "player"));
  },
);

function send({ method, path, body }: LaneRequest, token: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${token}`,
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    };
    const request = httpRequest(`${api.url}${path}`, { method, agent, headers }, (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (part: string) => (text += part));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}
