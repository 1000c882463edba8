// A value that does not fit is 400 with a code, one error and not a word about insides, however the
// operation is named: by its id in a body, by its id in the address, or by its text. One that fits is
// answered, and comes back as it went in.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { itemGlobalId, locationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { expectDiscreet } from "../kit/discretion.ts";
import { insertPlayer, insertRuns } from "../kit/fixtures.ts";
import { variablesOf } from "../kit/operation-variables.ts";
import { sendTo, type RawRequest } from "../kit/request.ts";

const PLAYER_ID = 1;
const CITIES = [
  "O'Fallon",
  "100%",
  "_",
  "Zürich 🏙",
  "toString",
  "'; DROP TABLE player; --",
  "مدينة",
  "n\u0303".normalize("NFC"),
];

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  for (const city of CITIES) {
    const playerId = await insertPlayer(api.database, { city, displayName: `of ${city}` });
    await insertRuns(api.database, playerId, [{ distanceMm: 1000 }]);
  }
});
afterAll(async () => {
  expect(api.logLines).toEqual([]);
  await api.close();
});
beforeEach(() => {
  api.statements.length = 0;
});

const JSON_TYPE = { "Content-Type": "application/json" };
type Form = (id: string, text: string, variables: string) => RawRequest;
const forms: Record<string, Form> = {
  "an id in the body": (id, _, variables) => ({
    headers: JSON_TYPE,
    body: `{"documentId":"sha256:${id}","variables":${variables}}`,
  }),
  "an id in the address": (id, _, variables) => ({
    method: "GET",
    path: `/graphql/${id}?variables=${encodeURIComponent(variables)}`,
  }),
  "the text": (_, text, variables) => ({
    headers: JSON_TYPE,
    body: `{"query":${JSON.stringify(`${text} # ad hoc`)},"variables":${variables}}`,
  }),
};

/** `value` is JSON as it is sent, since JSON.stringify writes no 1e400. */
async function ask(form: Form, operationName: string, name: string, value: string) {
  const { id, body } = registeredOperations.find((operation) => operation.name === operationName)!;
  const others = {
    ...variablesOf(operationName, PLAYER_ID),
    ...(operationName === "Leaderboard" && { scope: "CITY" }),
  };
  const parts = Object.entries(others).map(([key, other]) => `${JSON.stringify(key)}:${JSON.stringify(other)}`);
  const kept = parts.filter((part) => !part.startsWith(`"${name}":`));
  const request = form(id, body, `{${[...kept, `"${name}":${value}`].join(",")}}`);
  const { status, text } = await sendTo(api.url, {
    ...request,
    headers: {
      ...request.headers,
      Accept: "application/graphql-response+json",
      Authorization: `Bearer ${api.tokenFor(PLAYER_ID)}`,
    },
  });
  return { status, text, answer: JSON.parse(text) };
}

const quoted = JSON.stringify;
const numbers = [
  "2147483648",
  "-2147483649",
  "1e400",
  "-1e400",
  "1.5",
  '"5"',
  '" 5 "',
  '"0x10"',
  '"1e3"',
  '"٥"',
  "[5]",
  "{}",
];
const notText = ["5", "1.5", "true", "{}", "[]"];
const points = [
  '{"lat":90.1,"lng":0}',
  '{"lat":0,"lng":181}',
  '{"lat":"NaN","lng":0}',
  '{"lat":1e400,"lng":0}',
  '{"lat":0}',
  "[0,0]",
];
const foreign = [itemGlobalId(1n), locationGlobalId(1n), playerGlobalId(1n)];
const oddTexts = [
  "\0",
  "a\0b",
  "\u0007",
  "\u001b[31m",
  "\u202eabc",
  "\u2066abc\u2069",
  "\u200b",
  "\ufeffabc",
  "\ud800",
  `Z${"\u0301".repeat(10_000)}`,
  "🏃".repeat(1_000),
  "x".repeat(5_000),
];
const sql = ["' OR 1=1 -- ", "1; DROP TABLE player", '" OR ""="', "\\' OR 1=1", "%", "_", "UGxheWVyOj%"];
const prototypes = ["__proto__", "constructor", "toString"];

/** Operation and variable, values as JSON, and the code that each gets. */
const wrong: readonly (readonly [string, string, readonly string[], string])[] = [
  ["Catalogue", "first", [...numbers, "0", "-1", "101", "2147483647", "null"], "BAD_USER_INPUT"],
  ["Catalogue", "after", notText, "BAD_USER_INPUT"],
  ["Catalogue", "after", [...oddTexts, ...sql, ...prototypes, ""].map((text) => quoted(text)), "BAD_CURSOR"],
  ["Catalogue", "kind", ['"spendable"', '""', "0", '"__proto__"', '["SPENDABLE"]', "{}"], "BAD_USER_INPUT"],
  ["RunHistory", "after", [...oddTexts, ...sql].map((text) => quoted(text)), "BAD_CURSOR"],
  ["Transactions", "after", [...oddTexts, ...sql].map((text) => quoted(text)), "BAD_CURSOR"],
  [
    "PlayerState",
    "id",
    [...notText.slice(1), "null", ...foreign.slice(0, 2).map((id) => quoted(id))],
    "BAD_USER_INPUT",
  ],
  ["PlayerState", "id", [...oddTexts, ...sql, ...prototypes, ""].map((text) => quoted(text)), "BAD_USER_INPUT"],
  [
    "PlayerState",
    "id",
    [playerGlobalId(1n).slice(0, -1), `${playerGlobalId(1n)}A`].map((id) => quoted(id)),
    "BAD_USER_INPUT",
  ],
  ["ItemDetail", "id", [foreign[1]!, foreign[2]!, "", ...sql].map((id) => quoted(id)), "BAD_USER_INPUT"],
  ["ObjectsById", "ids", [...oddTexts, ...sql, ...prototypes].map((text) => quoted([text])), "BAD_USER_INPUT"],
  [
    "ObjectsById",
    "ids",
    ["null", "[null]", "[[]]", "[{}]", '{"0":"x"}', quoted(Array.from({ length: 101 }, () => foreign[0]))],
    "BAD_USER_INPUT",
  ],
  ["NearbyItems", "near", [...points, "null", '"0,0"'], "BAD_USER_INPUT"],
  ["NearbyItems", "withinMeters", ["0", "-1", "1000000000", "1e400", '"NaN"', '"3000"', "[]"], "BAD_USER_INPUT"],
  // Of a city's name, 5,000 letters are too many; control and format characters are none.
  ["Leaderboard", "city", [...oddTexts, "", " ", " x"].map((text) => quoted(text)), "BAD_USER_INPUT"],
  ["Leaderboard", "city", [...notText, "null"], "BAD_USER_INPUT"],
  ["Leaderboard", "scope", ['"CITTY"', '"__proto__"', "null", "0", '["CITY"]'], "BAD_USER_INPUT"],
];

describe.each(Object.keys(forms))("by %s", (form) => {
  it.each(
    wrong.map(([operation, name, values, code], place) => [`${operation}.${name}`, place, code, values] as const),
  )("%s (%i) is %s", async (_, place) => {
    const [operation, name, values, code] = wrong[place]!;
    for (const value of values) {
      // A GET has less room than a body: past it, it is refused before it is read.
      if (form === "an id in the address" && encodeURIComponent(value).length > 15_000) continue;
      const { status, text, answer } = await ask(forms[form]!, operation, name, value);
      const codes = [
        ...new Set(answer.errors?.map(({ extensions }: { extensions: { code: string } }) => extensions.code)),
      ];
      expect([value.slice(0, 60), status, codes]).toEqual([value.slice(0, 60), 400, [code]]);
      expect(text.length).toBeLessThan(4_096);
      expectDiscreet(text, value.slice(0, 60));
    }
    const written = api.statements.filter(({ sql: sent }) => !/^SELECT|^\(SELECT/.test(sent));
    expect(written).toEqual([]);
  });

  it.each(CITIES)("the city %s is itself and nobody else's", async (city) => {
    const { status, answer } = await ask(forms[form]!, "Leaderboard", "city", quoted(city));
    const names = answer.data.leaderboard.nodes.map(
      ({ player }: { player: { displayName: string } }) => player.displayName,
    );
    expect([status, names]).toEqual([200, [`of ${city}`]]);
  });

  it.each(['{"lat":90,"lng":0}', '{"lat":-90,"lng":180}', '{"lat":0,"lng":-180}', '{"lat":-0.0,"lng":180}'])(
    "the point %s is on the globe",
    async (point) => {
      expect((await ask(forms[form]!, "NearbyItems", "near", point)).status).toBe(200);
    },
  );
});
