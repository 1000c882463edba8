// An idempotency key has one effect and one answer: sent again, sent at once by many, over two processes; other input
// under it is refused, and so are keys from too long ago.

import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { environmentOf, startServerProcess, type ServerProcess } from "../kit/server-process.ts";
import { balanceOf, grant, lines, mismatchesIn, write } from "../kit/writes.ts";

let api: TestApi;
let other: ServerProcess;
beforeAll(async () => {
  api = await startApi({ fill: ({ migratorDatabaseUrl }) => seedDemo({ migratorDatabaseUrl, playerCount: 20 }) });
  other = await startServerProcess(environmentOf(api));
});
afterEach(async () => {
  expect(await mismatchesIn(api)).toEqual([]);
});
afterAll(async () => {
  other.child.kill("SIGTERM");
  await api.close();
});

const otherUrl = () => `http://127.0.0.1:${other.port}`;
const spend = (count: number) => ({ operation: "SpendItems", input: { items: lines({ 4: count }) } });

it("answers the same request with the first answer, marked replayed, whoever is asked", async () => {
  await grant(api, 3, { 4: 100 });
  const sent = { ...spend(10), token: api.tokenFor(3), key: randomUUID() };
  const first = await write(api.url, sent);
  const before = await balanceOf(api, 3, 4);
  await write(api.url, { ...spend(1), token: api.tokenFor(3) });
  for (const url of [api.url, otherUrl()]) {
    const again = await write(url, sent);
    expect([again.replayed, again.text]).toEqual([true, first.text]);
  }
  expect(await balanceOf(api, 3, 4)).toBe(before - 1n);
});

it("has one effect for fifty twins at once over two processes", async () => {
  await grant(api, 4, { 4: 1_000 });
  const before = await balanceOf(api, 4, 4);
  const sent = { ...spend(7), token: api.tokenFor(4), key: randomUUID() };
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, place) => write(place % 2 === 0 ? api.url : otherUrl(), sent)),
  );
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(answers.filter(({ replayed }) => replayed === false)).toHaveLength(1);
  expect(await balanceOf(api, 4, 4)).toBe(before - 7n);
});

it("stores refusals too: a late duplicate does not succeed after a grant", async () => {
  const have = await balanceOf(api, 5, 4);
  const sent = { ...spend(Number(have) + 5), token: api.tokenFor(5), key: randomUUID() };
  const refused = await write(api.url, sent);
  expect(refused.payload.userErrors).toMatchObject([
    { code: "INSUFFICIENT_ITEMS", have: String(have), need: String(have + 5n) },
  ]);
  await grant(api, 5, { 4: 50 });
  const again = await write(otherUrl(), sent);
  expect([again.replayed, again.text]).toEqual([true, refused.text]);
  expect(await balanceOf(api, 5, 4)).toBe(have + 50n);
});

it("refuses the key for other input and for another mutation, and lets another player use it", async () => {
  await grant(api, 6, { 4: 10, 5: 10 });
  await grant(api, 7, { 4: 10 });
  const key = randomUUID();
  await write(api.url, { ...spend(1), token: api.tokenFor(6), key });
  const otherInput = await write(api.url, { ...spend(2), token: api.tokenFor(6), key });
  expect([otherInput.status, otherInput.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  const transfer = { operation: "TransferItems", input: { toPlayerId: playerGlobalId(7n), items: lines({ 4: 1 }) } };
  const otherMutation = await write(api.url, { ...transfer, token: api.tokenFor(6), key });
  expect(otherMutation.code).toBe("IDEMPOTENCY_KEY_REUSED");
  const otherPlayer = await write(api.url, { ...spend(1), token: api.tokenFor(7), key });
  expect([otherPlayer.status, otherPlayer.replayed]).toEqual([200, false]);
});

it.each([
  ["older than 30 days", -31 * 86_400_000, "IDEMPOTENCY_KEY_EXPIRED"],
  ["more than an hour ahead", 2 * 3_600_000, "IDEMPOTENCY_KEY_EXPIRED"],
  ["29 days old", -29 * 86_400_000, undefined],
])("judges a version-7 key that is %s by the database's clock", async (_, offsetMs, code) => {
  await grant(api, 8, { 4: 1 });
  const answer = await write(api.url, { ...spend(1), token: api.tokenFor(8), key: keyMadeAt(Date.now() + offsetMs) });
  expect(answer.code).toBe(code);
});

it("takes the header Idempotency-Key for the key of a request with one write", async () => {
  await grant(api, 9, { 4: 10 });
  const send = (headers: Record<string, string>, query: string) =>
    fetch(`${api.url}/graphql`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${api.tokenFor(9)}`, ...headers },
      body: JSON.stringify({ query }),
    }).then((response) => response.json());
  const one = `mutation { spendItems(input: { items: [{ itemId: "${lines({ 4: 1 })[0]!.itemId}", count: "1" }] }) { player { version } userErrors { code } } }`;
  const key = randomUUID();
  const first = await send({ "Idempotency-Key": key }, one);
  const again = await send({ "Idempotency-Key": `"${key}"` }, one);
  expect(first.extensions.idempotency).toEqual({ replayed: false });
  expect([again.extensions.idempotency, again.data]).toEqual([{ replayed: true }, first.data]);
  const codeOf = (answer: { errors: { extensions: { code: string } }[] }) => answer.errors[0]?.extensions.code;
  expect(codeOf(await send({}, one))).toBe("IDEMPOTENCY_KEY_REQUIRED");
  expect(codeOf(await send({ "Idempotency-Key": "mine" }, one))).toBe("BAD_USER_INPUT");
  const two = one.replace("mutation { ", "mutation { a: ").replace(/}$/, `b: ${one.slice("mutation { ".length)}`);
  expect(codeOf(await send({ "Idempotency-Key": randomUUID() }, two))).toBe("BAD_USER_INPUT");
});

/** A version-7 UUID with the given time. */
function keyMadeAt(ms: number): string {
  const hex = ms.toString(16).padStart(12, "0");
  const random = randomUUID().replaceAll("-", "");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${random.slice(13, 16)}-8${random.slice(17, 20)}-${random.slice(20)}`;
}
