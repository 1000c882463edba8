// A cursor is signed for its list: player, field and filter. Anywhere else, and after any change to
// its text, it is 400 BAD_CURSOR, and the list behind it is not read.

import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCursors } from "../../src/runtime/cursors.ts";
import { itemGlobalId } from "../../src/runtime/ids.ts";
import { parseSigningKeys } from "../../src/runtime/signing-keys.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItemLocations, insertPlayers, insertRuns, insertTransactions } from "../kit/fixtures.ts";
import { listFields, pageDocument, readPage, type List, type ListField } from "../kit/lists.ts";
import { check, checkAsync } from "../kit/property.ts";

let api: TestApi;
let players: [number, number];
beforeAll(async () => {
  // A year in which the two are 30 and 31.
  api = await startApi({ clock: { nowMs: () => Date.UTC(2027, 5, 1) } });
  players = (await insertPlayers(api.database, [
    { city: "Here", birthYear: 1997 },
    { city: "Hére", birthYear: 1996 },
  ])) as [number, number];
  for (const playerId of players) {
    await insertTransactions(api.database, playerId, [
      { lines: [{ itemId: 1, received: 9n }] },
      {
        lines: [
          { itemId: 4, received: 9n },
          { itemId: 5, received: 9n },
        ],
      },
    ]);
    await insertItemLocations(api.database, playerId, [{ lat: 10, lng: 20 }]);
    await insertRuns(api.database, playerId, [{ distanceMm: 5 }]);
  }
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

/** Filters that each make another list, and spellings of a filter that make the same one. */
const filters: Record<ListField, { readonly different: readonly string[]; readonly same: readonly string[] }> = {
  "Query.items": { different: ["", "kind: SPENDABLE", "kind: RECEIVABLE"], same: ["kind: null"] },
  "Query.leaderboard": {
    different: [
      "scope: OVERALL",
      'scope: CITY, city: "Here"',
      'scope: CITY, city: "Hére"',
      "scope: AGE, age: 30",
      "scope: AGE, age: 31",
    ],
    same: ['scope: OVERALL, city: "Here"', "scope: OVERALL, age: 30"],
  },
  "Player.state": {
    different: [
      "",
      "kind: SPENDABLE",
      "kind: RECEIVABLE",
      "includeZero: false",
      "kind: SPENDABLE, includeZero: false",
      "kind: RECEIVABLE, includeZero: false",
    ],
    same: ["includeZero: true", "includeZero: null", "kind: null"],
  },
  "Player.itemLocations": {
    different: [
      "near: { lat: 10, lng: 20 }",
      "near: { lat: 10.000001, lng: 20 }",
      "near: { lat: 10, lng: 20.000001 }",
      "near: { lat: 10, lng: 20 }, withinMeters: 2999.999",
    ],
    same: ["near: { lng: 20.0, lat: 1e1 }, withinMeters: 3000", "near: { lat: 10, lng: 20 }, withinMeters: null"],
  },
  "Player.transactions": {
    different: ["", `itemId: "${itemGlobalId(4n)}"`, `itemId: "${itemGlobalId(5n)}"`],
    same: ["itemId: null"],
  },
  "Player.runs": { different: [""], same: [""] },
};

/** Every list of the first player, and the first of the second one. */
function listsOf(field: ListField, kind: "different" | "same" = "different"): List[] {
  const [filter = "", ...others] = filters[field][kind];
  if (field.startsWith("Query.")) return [filter, ...others].map((one) => ({ field, filter: one }));
  const [playerId, neighbourId] = players;
  return [
    ...[filter, ...others].map((one) => ({ field, filter: one, playerId })),
    { field, filter, playerId: neighbourId },
  ];
}

async function cursorOf(list: List): Promise<string> {
  return (await readPage(api, list, { first: 1 })).edges[0]!.cursor;
}

/** Status and code of a page after `after`; its statements are the only ones that stand afterwards. */
async function askAfter(list: List, after: unknown): Promise<string> {
  api.statements.length = 0;
  const variables = { first: 1, after };
  const { status, body } = await api.ask({ query: pageDocument(list), variables, token: api.tokenFor(1, "service") });
  return `${status} ${body.errors?.[0]?.extensions.code}`;
}

it.each<[string, () => List[]]>([
  ["one of each field", () => listFields.map((field) => listsOf(field)[0]!)],
  ...listFields.map((field): [string, () => List[]] => [`all of ${field}`, () => listsOf(field)]),
])("of %s it opens its own list alone", async (_, listsToTry) => {
  const lists = listsToTry();
  const cursors = await Promise.all(lists.map(cursorOf));
  const opened: string[] = [];
  for (const list of lists) {
    const answers = await Promise.all(cursors.map((cursor) => askAfter(list, cursor)));
    answers.forEach((answer, place) => {
      const expected = lists[place] === list ? "200 undefined" : "400 BAD_CURSOR";
      if (answer !== expected) opened.push(`${JSON.stringify(lists[place])} in ${JSON.stringify(list)}: ${answer}`);
    });
  }
  expect(opened).toEqual([]);
});

it.each(listFields)("opens %s however its filter is spelt, whatever the page's size", async (field) => {
  const [list] = listsOf(field);
  const cursor = await cursorOf(list!);
  for (const same of listsOf(field, "same").slice(0, filters[field].same.length)) {
    expect([same.filter, await askAfter(same, cursor)]).toEqual([same.filter, "200 undefined"]);
  }
  expect(await readPage(api, list!, { first: 100, after: cursor })).toHaveProperty("nodes");
});

it("opens a city's leaderboard whether its name is composed or not", async () => {
  const [composed, decomposed] = ["NFC", "NFD"].map((form) => `scope: CITY, city: "${"Hére".normalize(form)}"`);
  expect(composed).not.toBe(decomposed);
  const cursor = await cursorOf({ field: "Query.leaderboard", filter: composed! });
  expect(await askAfter({ field: "Query.leaderboard", filter: decomposed! }, cursor)).toBe("200 undefined");
});

describe.each(listFields)("%s", (field) => {
  it("refuses a forged cursor and does not read the list", async () => {
    const [list] = listsOf(field);
    const cursor = await cursorOf(list!);
    const bytes = Buffer.from(cursor, "base64url");
    const otherKeys = createCursors(parseSigningKeys(`dev-test:${Buffer.alloc(32, 1).toString("base64url")}`));
    const forged: Record<string, string> = {
      empty: "",
      "a space": " ",
      truncated: cursor.slice(0, -1),
      "cut to its signature": bytes.subarray(-16).toString("base64url"),
      "without signature": bytes.subarray(0, -16).toString("base64url"),
      extended: `${cursor}A`,
      twice: cursor + cursor,
      padded: `${cursor}=`,
      "with whitespace": `${cursor} `,
      "with a line feed": `${cursor}\n`,
      "with a foreign character": `${cursor.slice(0, 5)}*${cursor.slice(5)}`,
      "in another case": cursor.toUpperCase(),
      "position in the clear": "1",
      "unsigned position": Buffer.from("\x001.1").toString("base64url"),
      "signed with another key of the same name": otherKeys.seal("Query.items|null", "1"),
      SQL: "' OR 1=1 -- ",
      "SQL in base64": Buffer.from("1 OR 1=1; DROP TABLE player").toString("base64url"),
      "SQL sealed by the server's own key": createCursors(api.config.cursorKeys).seal("Query.items|null", "1 OR 1=1"),
      "offset-style": Buffer.from("arrayconnection:5").toString("base64"),
      "90,000 characters": "A".repeat(90_000),
      unicode: "курсор🏃",
      "the name of a prototype": "__proto__",
    };
    const wrong: Record<string, string> = {};
    const statementsMax = field.startsWith("Player.") ? 1 : 0;
    for (const [name, text] of Object.entries(forged)) {
      const answer = await askAfter(list!, text);
      if (answer !== "400 BAD_CURSOR" || api.statements.length > statementsMax) wrong[name] = answer;
    }
    expect(wrong).toEqual({});
  });

  it.each([5, true, { cursor: "x" }, ["x"]])("refuses %j where a cursor belongs", async (after) => {
    expect(await askAfter(listsOf(field)[0]!, after)).toBe("400 BAD_USER_INPUT");
    expect(api.statements).toEqual([]);
  });
});

it("refuses every cursor with a bit flipped", async () => {
  const list: List = { field: "Query.items" };
  const bytes = Buffer.from(await cursorOf(list), "base64url");
  await checkAsync(
    fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(await askAfter(list, flipped.toString("base64url"))).toBe("400 BAD_CURSOR");
    }),
    50,
  );
});

it("opens what it sealed for the same list alone", () => {
  const cursors = createCursors(api.config.cursorKeys);
  check(
    fc.property(fc.string(), fc.string({ minLength: 1 }), fc.string(), (list, position, otherList) => {
      const cursor = cursors.seal(list, position);
      expect(cursors.open(list, cursor)).toBe(position);
      expect(cursors.open(otherList, cursor)).toBe(otherList === list ? position : null);
    }),
    300,
  );
});

it("opens nothing that was sealed for a list and a position cut at another place", () => {
  // A key whose mark in the cursor is a letter: with it, the end of a list could pass for a cursor's head.
  const key = (n: number) => parseSigningKeys(`k${n}:${Buffer.alloc(32, 7).toString("base64url")}`);
  const headOf = (n: number) => Buffer.from(createCursors(key(n)).seal("", "x"), "base64url").toString("latin1")[0]!;
  const n = Array.from({ length: 1000 }, (_, place) => place).find((place) => /[a-z]/.test(headOf(place)))!;
  const [cursors, head] = [createCursors(key(n)), headOf(n)];
  const sealed = Buffer.from(cursors.seal("list", `ab${head}cd`), "base64url");
  const forged = Buffer.concat([Buffer.from(`${head}cd`), sealed.subarray(-16)]).toString("base64url");
  expect(cursors.open(`list${head}ab`, forged)).toBeNull();
});
