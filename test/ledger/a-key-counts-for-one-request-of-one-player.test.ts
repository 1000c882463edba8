// The idempotency key of every write, wherever it stands: what is missing, malformed or twofold, too old or from the
// future is refused and leaves nothing; another mutation or input under it is refused; another player's or
// subject's same key is another key. Several writes of one request have a key each.

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { itemGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { layInSupplies, tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";
import { sendTo } from "../kit/request.ts";
import { contentsOf, write, writes } from "../kit/writes.ts";

const OWNER = 1;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ fill: (database) => layInSupplies(database, [OWNER, 2]) });
});
beforeEach(() => {
  api.statements.length = 0;
});
afterAll(async () => {
  expect(api.logLines).toEqual([]);
  await api.close();
});

interface Sent {
  readonly query: string;
  readonly variables: object;
  readonly token: string;
  /** Several make the header several times. */
  readonly header?: string | readonly string[];
}

async function send({ query, variables, token, header }: Sent) {
  const { status, text } = await sendTo(api.url, {
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      Authorization: `Bearer ${token}`,
      ...(header === undefined ? {} : { "Idempotency-Key": header }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors, extensions } = JSON.parse(text);
  const code: string | undefined = errors?.[0].extensions.code;
  return { status, data, code, idempotency: extensions?.idempotency };
}

/** The operation without its key, and with it. */
const bare = ({ body }: RegisteredOperation) =>
  body.replace(", $key: UUID!", "").replace(" @idempotent(key: $key)", "");
/** A version-7 UUID with the given time. */
function keyMadeAt(ms: number): string {
  const hex = Math.floor(ms).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
}

let turn = 0;

describe.each(writes)("$field", ({ field, operation }) => {
  const token = () => tokenOf(api, operation.name, OWNER);
  /** Another write of the same each time. */
  const variables = (key: string = randomUUID()) => writeVariablesOf(operation.name, OWNER, { turn: turn++ % 40, key });

  it("is refused without a key, before any statement", async () => {
    const { input } = variables();
    const { status, code } = await send({ query: bare(operation), variables: { input }, token: token() });
    expect([status, code]).toEqual([400, "IDEMPOTENCY_KEY_REQUIRED"]);
    expect(api.statements).toEqual([]);
  });

  it("is refused with a key that is malformed, or two that differ, before any statement", async () => {
    const { input, key } = variables();
    const other = randomUUID();
    const headers = [
      "",
      "mine",
      key.slice(1),
      `${key}0`,
      `{${key}}`,
      `"${key}`,
      `'${key}'`,
      `${key}, ${key}`,
      `${key};q=1`,
    ]
      .concat([`urn:uuid:${key}`, key.replaceAll("-", ""), "null", "*"])
      .map((header): string | string[] => header);
    for (const header of [...headers, [key, key], [key, other]]) {
      const { status, code } = await send({ query: bare(operation), variables: { input }, token: token(), header });
      expect([header, status, code]).toEqual([header, 400, "BAD_USER_INPUT"]);
    }
    const twofold = await send({ query: operation.body, variables: { input, key }, token: token(), header: other });
    expect([twofold.status, twofold.code]).toEqual([400, "BAD_USER_INPUT"]);
    expect(api.statements).toEqual([]);
  });

  it("takes one key in either place and in any letter case for the same", async () => {
    const { input, key } = variables();
    const sent = { variables: { input, key }, token: token() };
    const first = await send({ ...sent, query: operation.body });
    expect([first.code, first.idempotency]).toEqual([undefined, { replayed: false }]);
    for (const again of [
      { ...sent, query: operation.body, header: key },
      { ...sent, query: bare(operation), variables: { input }, header: key.toUpperCase() },
      { ...sent, query: bare(operation), variables: { input }, header: `"${key}"` },
      { ...sent, query: operation.body, variables: { input, key: key.toUpperCase() } },
    ]) {
      const { data, idempotency } = await send(again);
      expect([data, idempotency]).toEqual([first.data, { replayed: true }]);
    }
  });

  it("takes null for absent, and fields in any order, for the same input", async () => {
    const { input, key } = variables();
    const first = await write(api.url, { operation: operation.name, input, key, token: token() });
    const reversed = Object.fromEntries(Object.entries(input).toReversed());
    const turned = { ...(isOfSubject(field) ? {} : { expectedVersion: null }), ...reversed };
    const again = await write(api.url, {
      operation: operation.name,
      input: turned,
      key,
      token: token(),
    });
    expect([again.replayed, again.text]).toEqual([true, first.text]);
  });

  it("is refused under a key of any other mutation", async () => {
    const key = randomUUID();
    await write(api.url, { operation: operation.name, input: variables().input, key, token: token() });
    const before = await contentsOf(api.database);
    for (const { field: otherField, operation: other } of writes) {
      if (otherField === field || isOfSubject(otherField) !== isOfSubject(field)) continue;
      const { input } = writeVariablesOf(other.name, OWNER, { turn: turn++ % 40 });
      const answer = await write(api.url, {
        operation: other.name,
        input,
        key,
        token: tokenOf(api, other.name, OWNER),
      });
      expect([otherField, answer.status, answer.code]).toEqual([otherField, 422, "IDEMPOTENCY_KEY_REUSED"]);
    }
    expect(await contentsOf(api.database)).toEqual(before);
  });

  it("is another write under another player's, or another subject's, same key", async () => {
    const key = randomUUID();
    const first = await write(api.url, { operation: operation.name, input: variables().input, key, token: token() });
    const { input } = writeVariablesOf(operation.name, isOfSubject(field) ? OWNER : 2, { turn: turn++ % 40 });
    const other = isOfSubject(field) ? api.tokenFor("other games", "service") : tokenOf(api, operation.name, 2);
    const answer = await write(api.url, { operation: operation.name, input, key, token: other });
    expect([first.replayed, answer.status, answer.replayed]).toEqual([false, 200, false]);
    expect(answer.payload.userErrors).toEqual([]);
  });

  it.each([
    ["30 days and a minute old", -30 * DAY_MS - MINUTE_MS, "IDEMPOTENCY_KEY_EXPIRED"],
    ["30 days less a minute old", -30 * DAY_MS + MINUTE_MS, undefined],
    ["an hour less a minute ahead", HOUR_MS - MINUTE_MS, undefined],
    ["an hour and a minute ahead", HOUR_MS + MINUTE_MS, "IDEMPOTENCY_KEY_EXPIRED"],
    ["of 1970", -Date.now(), "IDEMPOTENCY_KEY_EXPIRED"],
    ["of the year 10889", 2 ** 48 - DAY_MS - Date.now(), "IDEMPOTENCY_KEY_EXPIRED"],
  ])("with a version-7 key that is %s", async (_, offsetMs, expected) => {
    const sent = variables(keyMadeAt(Date.now() + offsetMs));
    const before = await contentsOf(api.database);
    const { status, code } = await write(api.url, { operation: operation.name, ...sent, token: token() });
    expect([status, code]).toEqual([expected === undefined ? 200 : 400, expected]);
    if (expected !== undefined) expect(await contentsOf(api.database)).toEqual(before);
  });

  it("takes UUIDs of every other version, with no time in them", async () => {
    for (const key of ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]) {
      const own = `${field.length.toString(16).padStart(2, "0")}${field.charCodeAt(0).toString(16)}${key.slice(4)}`;
      const { status, replayed } = await write(api.url, {
        operation: operation.name,
        ...variables(own),
        token: token(),
      });
      expect([own, status, replayed]).toEqual([own, 200, false]);
    }
  });
});

/** Whether its keys belong to the token's subject. */
function isOfSubject(field: string): boolean {
  return /^(upsert|assign)/.test(field);
}

it("tells the same keys of two players apart in one group too", async () => {
  const operation = "SpendItems";
  const keys = Array.from({ length: 10 }, () => randomUUID());
  const answers = await Promise.all(
    keys.flatMap((key) =>
      [OWNER, 2].map((playerId) => {
        const { input } = writeVariablesOf(operation, playerId);
        return write(api.url, { operation, input, key, token: api.tokenFor(playerId) });
      }),
    ),
  );
  expect(answers.map(({ replayed }) => replayed)).toEqual(answers.map(() => false));
  expect(new Set(answers.map(({ payload }) => payload.transaction.id)).size).toBe(answers.length);
});

describe("several writes of one request", () => {
  const line = `{ itemId: "${itemGlobalId(4n)}", count: "1" }`;
  const spend = (alias: string, key: string | null, count = 1) =>
    `${alias}: spendItems(input: { items: [${line.replace('"1"', `"${count}"`)}] }) ` +
    `${key === null ? "" : `@idempotent(key: "${key}")`} { transaction { version } userErrors { code } }`;
  const ask = (fields: readonly string[], header?: string) =>
    send({
      query: `mutation { ${fields.join(" ")} }`,
      variables: {},
      token: api.tokenFor(OWNER),
      ...(header === undefined ? {} : { header }),
    });
  const versionOf = async () => {
    const [row] = await api.database.query("SELECT version FROM player WHERE id = ?", [OWNER]);
    return Number(row.version);
  };

  it("take effect in their order, ten of them at most", async () => {
    const before = await versionOf();
    const ten = Array.from({ length: 10 }, (_, place) => spend(`a${place}`, randomUUID()));
    const { status, data, idempotency } = await ask(ten);
    expect([status, idempotency.replayed]).toEqual([200, false]);
    expect(
      Object.values<{ transaction: { version: string } }>(data).map(({ transaction }) => Number(transaction.version)),
    ).toEqual(ten.map((_, place) => before + place + 1));
    for (const count of [11, 15, 100]) {
      const { status: refused, code } = await ask(
        Array.from({ length: count }, (_, place) => spend(`a${place}`, randomUUID())),
      );
      expect([count, refused, code]).toEqual([count, 400, "LIMIT_EXCEEDED"]);
    }
    expect(await versionOf()).toBe(before + 10);
  });

  it("are refused as one where the header names the key, or one has none", async () => {
    const before = await versionOf();
    const header = await ask([spend("a", null), spend("b", null)], randomUUID());
    expect([header.status, header.code]).toEqual([400, "BAD_USER_INPUT"]);
    const without = await ask([spend("a", null), spend("b", null)]);
    expect([without.status, without.code]).toEqual([400, "IDEMPOTENCY_KEY_REQUIRED"]);
    expect(await versionOf()).toBe(before);
  });

  it("have one effect under one key", async () => {
    const before = await versionOf();
    const key = randomUUID();
    const { data, idempotency } = await ask([spend("a", key), spend("b", key)]);
    expect(data.a).toEqual(data.b);
    expect(idempotency).toEqual({ replayed: false, fields: { a: false, b: true } });
    expect(await versionOf()).toBe(before + 1);
  });

  it("may be called what everything in JavaScript has", async () => {
    const names = ["__proto__", "constructor", "toString", "then"];
    const { data, idempotency } = await ask(names.map((name) => spend(name, randomUUID())));
    for (const name of names) {
      expect(Object.getOwnPropertyDescriptor(data, name)?.value.userErrors).toEqual([]);
      expect(Object.getOwnPropertyDescriptor(idempotency.fields, name)?.value).toBe(false);
    }
  });

  it("are one with the same response key, whose two keys are refused", async () => {
    const before = await versionOf();
    const { status, code } = await ask([spend("a", randomUUID()), spend("a", randomUUID())]);
    expect([status, code]).toEqual([400, "BAD_USER_INPUT"]);
    expect(await versionOf()).toBe(before);
  });
});
