// Whatever is not exactly an id that this server would spell is 400 BAD_USER_INPUT in every argument
// that takes an id, and never reaches a statement: no forged id reads another row.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { itemGlobalId, playerGlobalId, runGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { objectFields } from "../kit/schema.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

/** Every argument that takes an id, and how many statements come before it is looked at. */
const idArguments: Record<string, { query: string; statements: number; wrongType: string }> = {
  "Query.node(id)": { query: "query ($id: ID!) { node(id: $id) { id } }", statements: 0, wrongType: "" },
  "Query.nodes(ids)": { query: "query ($id: ID!) { nodes(ids: [$id]) { id } }", statements: 0, wrongType: "" },
  "Query.player(id)": {
    query: "query ($id: ID!) { player(id: $id) { id } }",
    statements: 0,
    wrongType: itemGlobalId(1n),
  },
  "Player.quantity(itemId)": {
    query: "query ($id: ID!) { viewer { quantity(itemId: $id) } }",
    statements: 1,
    wrongType: playerGlobalId(1n),
  },
  "Player.transactions(itemId)": {
    query: "query ($id: ID!) { viewer { transactions(first: 1, itemId: $id) { nodes { id } } } }",
    statements: 1,
    wrongType: playerGlobalId(1n),
  },
};

const spelt = (text: string) => Buffer.from(text, "utf8").toString("base64url");

const malformedIds: Record<string, unknown> = {
  "an empty text": "",
  "a space": " ",
  "a bare number": "1",
  "a JSON number": 1,
  "unencoded text": "Player:1",
  "base64 padding": `${spelt("Player:1")}=`,
  "the standard alphabet": Buffer.from("Player:1?>").toString("base64"),
  "leading whitespace": ` ${spelt("Player:1")}`,
  "trailing whitespace": `${spelt("Player:1")} `,
  "a trailing line feed": `${spelt("Player:1")}\n`,
  "whitespace inside": `${spelt("Player:1").slice(0, 4)} ${spelt("Player:1").slice(4)}`,
  "a line feed inside the text": spelt("Player:1\n"),
  "a foreign character that decoding skips": `${spelt("Player:1").slice(0, 4)}*${spelt("Player:1").slice(4)}`,
  // "Player:1" has 8 bytes, so two bits of its last character mean nothing: M, N, O and P decode alike.
  "a last character with other unused bits": spelt("Player:1").replace(/.$/, (last) => (last === "M" ? "N" : "P")),
  "trailing garbage": `${spelt("Player:1")}AAAA`,
  "a truncated id": spelt("Player:1").slice(0, -2),
  "an unknown type": spelt("Wallet:1"),
  "the type in lower case": spelt("player:1"),
  "no type": spelt(":1"),
  "no number": spelt("Player:"),
  zero: spelt("Player:0"),
  "a leading zero": spelt("Player:01"),
  "a negative number": spelt("Player:-1"),
  "a plus sign": spelt("Player:+1"),
  "an exponent": spelt("Player:1e3"),
  hexadecimal: spelt("Player:0x10"),
  "a fraction": spelt("Player:1.5"),
  "a fraction of zero": spelt("Player:1.0"),
  "2^64": spelt(`Player:${2n ** 64n}`),
  "twenty nines": spelt("Player:99999999999999999999"),
  "a number of 80 digits": spelt(`Player:${"9".repeat(80)}`),
  "Arabic digits": spelt("Player:\u0661"),
  "full-width digits": spelt("Player:\uff11"),
  "SQL behind the number": spelt("Player:1 OR 1=1"),
  "SQL as the id": "1' OR '1'='1",
  "two keys where one belongs": spelt("Player:1.2"),
  "one key where two belong": spelt("ItemTransaction:1"),
  "three keys": spelt("ItemTransaction:1.2.3"),
  "a zero version": spelt("ItemTransaction:1.0"),
  "a version past 2^64": spelt(`ItemLocation:1.${2n ** 64n}`),
  "a run id in upper case": spelt(`Run:1.${"AB".repeat(16)}`),
  "a run id with hyphens": spelt("Run:1.018f4f6e-5f3a-7cc0-9d1e-0123456789ab"),
  "a run id too short": spelt(`Run:1.${"a".repeat(31)}`),
  "a run id too long": spelt(`Run:1.${"a".repeat(33)}`),
  "a NUL": spelt("Player:1\0"),
  "a byte order mark": spelt("\ufeffPlayer:1"),
  "90,000 characters": "A".repeat(90_000),
  "a real id 8,000 times": spelt("Player:1").repeat(8_000),
  __proto__text: spelt("__proto__:1"),
  "the name of a method": spelt("constructor:1"),
  toString: "toString",
  emoji: "🏃",
  "a lone surrogate": "\ud800",
  "an object": { id: spelt("Player:1") },
  "a list": [spelt("Player:1"), spelt("Player:2")],
  "a list in a list": [[spelt("Player:1")]],
  "a boolean": true,
  null: null,
};

it("knows every argument that takes an id", () => {
  const coordinates = [...objectFields].flatMap(([coordinate, { args }]) =>
    args.filter(({ type }) => String(type).includes("ID")).map(({ name }) => `${coordinate}(${name})`),
  );
  expect(coordinates.toSorted()).toEqual(Object.keys(idArguments).toSorted());
});

it.each(Object.keys(idArguments))("refuses malformed ids in %s", async (argument) => {
  const { query, statements, wrongType } = idArguments[argument]!;
  const token = api.tokenFor(1);
  const cases = wrongType === "" ? malformedIds : { ...malformedIds, "an id of another type": wrongType };
  const wrong: Record<string, unknown> = {};
  for (const [name, id] of Object.entries(cases)) {
    api.statements.length = 0;
    const { status, body } = await api.ask({ query, variables: { id }, token });
    const { code } = body.errors?.[0]?.extensions ?? {};
    const isRefused = status === 400 && code === "BAD_USER_INPUT" && body.errors?.length === 1;
    if (!isRefused || api.statements.length > statements) wrong[name] = { status, body, sent: api.statements.length };
  }
  expect(wrong).toEqual({});
});

it("accepts the largest keys there can be, and finds nothing there", async () => {
  const largest = 2n ** 64n - 1n;
  const ids = [playerGlobalId(largest), itemGlobalId(largest), runGlobalId(largest, "f".repeat(32))];
  const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
  expect(await api.read({ query, variables: { ids }, token: api.tokenFor("support", "admin") })).toEqual({
    nodes: [null, null, null],
  });
});

it("does not repeat what was sent", async () => {
  const { body } = await api.ask({ query: idArguments["Query.node(id)"]!.query, variables: { id: "zq<script>zq" } });
  expect(JSON.stringify(body)).not.toContain("zq");
});
