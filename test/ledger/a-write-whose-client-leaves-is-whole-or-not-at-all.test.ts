// A client that is gone in the middle of its write: half a body is no write; a whole one takes effect whole or not
// at all, wherever the connection broke. Whoever asks again with the same key is told one effect.

import { once } from "node:events";
import { connect } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { adHocForm, forms, sendForm, type LaneRequest } from "../kit/lanes.ts";
import { layInSupplies, tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";
import { until } from "../kit/until.ts";
import { writes } from "../kit/writes.ts";

const OWNER = 1;
/** Turns of the event loop, which server and client share, from the last byte sent to the broken connection. */
const TURNS = [0, 1, 2, 3, 5, 8, 12, 18, 26, 40];
const tables = ["item_transaction", "item_transaction_line", "item_location", "item", "item_recipe", "location"];

let api: TestApi;
let replayCount = 0;
beforeAll(async () => {
  api = await startApi({ fill: (database) => layInSupplies(database, [OWNER, 2]) });
});
afterAll(async () => {
  expect(api.logLines).toEqual([]);
  await api.close();
});

/** Rows of each table, and of all answers to keys. */
async function counts(): Promise<number[]> {
  const rows = await Promise.all(
    [...tables, "idempotency"].map((table) => api.database.query(`SELECT COUNT(*) AS n FROM ${table}`)),
  );
  return rows.map(([{ n }]) => Number(n));
}

describe.each(writes)("$field", ({ operation }) => {
  const headersOf = () => ({ token: tokenOf(api, operation.name, OWNER), accept: "application/json" });

  it("does nothing of a body that ends half-way", async () => {
    const before = await counts();
    const { body } = forms["documentId"]!(operation, writeVariablesOf(operation.name, OWNER, { turn: 30 }));
    for (const part of [0, 0.5, 0.99]) {
      const socket = await send(body!, body!.slice(0, Math.floor(body!.length * part)), headersOf().token);
      socket.destroy();
    }
    // A request that came after them has been answered.
    await api.read({ query: "{ __typename }" });
    expect(await counts()).toEqual(before);
  });

  it("has one effect, whenever the connection broke", async () => {
    const before = await counts();
    const first = writeVariablesOf(operation.name, OWNER, { turn: 0 });
    expect((await sendForm(api.url, forms["documentId"]!(operation, first), headersOf())).status).toBe(200);
    const effect = difference(before, await counts());
    for (const [place, turns] of TURNS.entries()) {
      const start = await counts();
      const variables = writeVariablesOf(operation.name, OWNER, { turn: place + 1 });
      const request: LaneRequest = [forms["documentId"]!, adHocForm][place % 2]!(operation, variables);
      const socket = await send(request.body!, request.body!, headersOf().token);
      for (let turn = 0; turn < turns; turn += 1) await nextTurn();
      socket.destroy();
      const again = await answered(request);
      replayCount += again.replayed ? 1 : 0;
      expect([turns, difference(start, await counts())]).toEqual([turns, effect]);
      expect([turns, (await answered(request)).data]).toEqual([turns, again.data]);
    }
  });

  /** The answer to the same request, sent until the write that may still be under way is through. */
  async function answered(request: LaneRequest): Promise<{ data: unknown; replayed: boolean }> {
    let text = "";
    await until(
      async () => {
        const answer = await sendForm(api.url, request, headersOf());
        text = answer.text;
        return answer.status === 200;
      },
      () => `the write was not answered: ${text}`,
    );
    const { data, extensions } = JSON.parse(text);
    return { data, replayed: extensions.idempotency.replayed };
  }
});

it("had taken effect in some of the cases, and in some not", () => {
  expect(replayCount).toBeGreaterThan(0);
  expect(replayCount).toBeLessThan(writes.length * TURNS.length);
});

/** A request whose head promises `body` and whose bytes are `part`; the connection is open afterwards. */
async function send(body: string, part: string, token: string) {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const head = [
    "POST /graphql HTTP/1.1",
    `Host: ${hostname}:${port}`,
    "Content-Type: application/json",
    `Authorization: Bearer ${token}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  await new Promise((resolve) => socket.write(`${head.join("\r\n")}\r\n\r\n${part}`, resolve));
  return socket;
}

function difference(before: readonly number[], after: readonly number[]): number[] {
  return after.map((count, place) => count - before[place]!);
}
