// Which lane runs a write shows in nothing: two servers with equal databases, of which one is sent every registered
// write by its id, hash or text, for its fast lane, and the other the same as ad-hoc text, for Yoga. Effects,
// repetitions, refusals and errors are the same word for word, and the databases are equal at the end.

import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signToken } from "../../src/edge/token.ts";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { itemGlobalId, itemLocationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import {
  accepts,
  adHocForm,
  forms,
  hostileValues,
  sendForm,
  shownOf,
  variableNames,
  type Form,
  type LaneAnswer,
  type LaneHeaders,
} from "../kit/lanes.ts";
import { layInSupplies, newestOperations, tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";

const OWNER = 1;
const writes = [...newestOperations.values()].filter(({ type }) => type === "mutation");
const postForms = ["documentId", "extensions.persistedQuery", "the full text"];
const getForms = Object.keys(forms).filter((form) => !postForms.includes(form));
const RECORDED_AT = /"recordedAt":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g;

let fastSide: TestApi;
let yogaSide: TestApi;
let tokens: Readonly<Record<string, string | undefined>>;
beforeAll(async () => {
  const key = () => `dev-test:${randomBytes(32).toString("base64url")}`;
  const options = {
    environment: { JWT_KEYS: key(), CURSOR_KEYS: key(), IDEMPOTENCY_KEYS: key() },
    fill: (database: TestApi["database"]) => layInSupplies(database, [OWNER, 2]),
  };
  [fastSide, yogaSide] = await Promise.all([startApi(options), startApi(options)]);
  const expired = { keys: fastSide.config.tokenKeys, subject: String(OWNER), role: "player", ttlSeconds: -60 } as const;
  tokens = {
    "no token": undefined,
    "a bad token": `${fastSide.tokenFor(OWNER)}x`,
    "an expired token": signToken(expired),
    "a foreign token": fastSide.tokenFor(2),
    "the own token": fastSide.tokenFor(OWNER),
    "a service token": fastSide.tokenFor("games", "service"),
  };
});
afterAll(async () => {
  expect([...fastSide.logLines, ...yogaSide.logLines]).toEqual([]);
  await Promise.all([fastSide.close(), yogaSide.close()]);
});
beforeEach(() => {
  fastSide.statements.length = 0;
  yogaSide.statements.length = 0;
});

describe.each(writes)("$name ($id)", (operation) => {
  const { name } = operation;
  const rightToken = () => tokenOf(fastSide, name, OWNER);

  it("has its effect from the fast lane in every form and media type, and from Yoga as ad-hoc text", async () => {
    let turn = 0;
    for (const form of postForms) {
      for (const accept of accepts) {
        const variables = writeVariablesOf(name, OWNER, { turn: turn++ });
        const { fast, yoga } = await expectAlike(operation, variables, { token: rightToken(), accept }, form);
        expect([form, fast.lane, yoga.lane, fast.status]).toEqual([form, "fast", "yoga", 200]);
        expect(payloadOf(fast)).toMatchObject({ userErrors: [], replayed: false });
      }
    }
  });

  it("is told again, in the same lane and in the other, what it was told", async () => {
    const sent = { token: rightToken(), accept: accepts[0]! };
    const variables = writeVariablesOf(name, OWNER, { turn: 9 });
    const first = await expectAlike(operation, variables, sent);
    const again = await expectAlike(operation, variables, sent);
    const [fastByYoga, yogaByFast] = await Promise.all([
      sendForm(fastSide.url, adHocForm(operation, variables), sent),
      sendForm(yogaSide.url, forms["documentId"]!(operation, variables), sent),
    ]);
    expect(payloadOf(first.fast)).toMatchObject({ userErrors: [] });
    const told = (answer: LaneAnswer) => ({ ...payloadOf(answer), replayed: true });
    expect([payloadOf(again.fast), payloadOf(fastByYoga)]).toEqual([told(first.fast), told(first.fast)]);
    expect([payloadOf(again.yoga), payloadOf(yogaByFast)]).toEqual([told(first.yoga), told(first.yoga)]);
  });

  it("is refused for the same reasons, and stays refused", async () => {
    const sent = { token: rightToken(), accept: accepts[1]! };
    const { input } = writeVariablesOf(name, OWNER, { turn: 10 });
    for (const [place, wrong] of refusedInputs(name).entries()) {
      const variables = { input: { ...input, ...wrong }, key: randomUUID() };
      const form = postForms[place % postForms.length]!;
      const { fast } = await expectAlike(operation, variables, sent, form);
      const refused = payloadOf(fast);
      expect([wrong, fast.lane, refused.userErrors.length > 0]).toEqual([wrong, "fast", true]);
      const again = await expectAlike(operation, variables, sent, form);
      expect(payloadOf(again.fast)).toEqual({ ...refused, replayed: true });
      // A key belongs to the player whose items change: with another player it is another.
      if ("playerId" in wrong) continue;
      const reused = await expectAlike(operation, { ...variables, input }, sent, form);
      expect(codesOf(reused.fast)).toEqual(["IDEMPOTENCY_KEY_REUSED"]);
    }
  });

  it("for everybody, in every form and media type", async () => {
    let turn = 10;
    for (const token of Object.values(tokens)) {
      for (const [place, accept] of accepts.entries()) {
        const variables = writeVariablesOf(name, OWNER, { turn: turn++ });
        await expectAlike(operation, variables, { token, accept }, postForms[place]);
      }
    }
  });

  it("without variables, with null and with each and each of its input replaced by what it should not be", async () => {
    const { input } = writeVariablesOf(name, OWNER, { turn: 30 });
    const names = variableNames(operation);
    const cases: (() => object)[] = [
      () => ({}),
      () => Object.fromEntries(names.map((variable) => [variable, null])),
      () => ({ input, key: randomUUID(), nobodyAsked: 1 }),
      () => ({ input: { ...input, nobodyAsked: 1 }, key: randomUUID() }),
      ...hostileValues.flatMap((value) => [
        ...names.map((variable) => () => ({ input, key: randomUUID(), [variable]: value })),
        ...[...Object.keys(input), "expectedVersion"].map((field) => () => ({
          input: { ...input, [field]: value },
          key: randomUUID(),
        })),
      ]),
    ];
    const whose = [rightToken(), ...Object.values(tokens)];
    for (const [place, variables] of cases.entries()) {
      const accept = accepts[place % accepts.length]!;
      // The right token every other time: others are refused before most of it is looked at.
      const token = place % 2 === 0 ? rightToken() : whose[(place >> 1) % whose.length];
      await expectAlike(operation, variables(), { token, accept }, postForms[(place >> 2) % postForms.length]);
    }
  });

  it("with a header that names the same key, another one or none", async () => {
    const sent = { token: rightToken(), accept: accepts[1]! };
    const { key, input } = writeVariablesOf(name, OWNER, { turn: 38 });
    for (const [idempotencyKey, code] of [
      [key, undefined],
      [`"${key.toUpperCase()}"`, undefined],
      [randomUUID(), "BAD_USER_INPUT"],
      ["none", "BAD_USER_INPUT"],
    ] as const) {
      const { fast } = await expectAlike(operation, { input, key }, { ...sent, idempotencyKey });
      expect([idempotencyKey, codesOf(fast)]).toEqual([idempotencyKey, code === undefined ? [] : [code]]);
    }
  });

  it("by GET not at all, in any form", async () => {
    const sent = { token: rightToken(), accept: accepts[1]! };
    for (const form of getForms) {
      const variables = writeVariablesOf(name, OWNER, { turn: 39 });
      const { fast, yoga } = await expectAlike(operation, variables, sent, form, adHocGetForm);
      for (const { status, headers, text } of [fast, yoga]) {
        expect([form, status, headers["allow"], text.includes('"data"')]).toEqual([form, 405, "POST", false]);
      }
    }
    expect([...fastSide.statements, ...yogaSide.statements]).toEqual([]);
  });
});

it("leaves both databases as the other", async () => {
  const [fast, yoga] = await Promise.all([fastSide, yogaSide].map(({ database }) => everythingIn(database)));
  expect(fast!["idempotency"]!.length).toBeGreaterThan(100);
  expect(fast).toEqual(yoga);
});

const adHocGetForm: Form = ({ body }, variables) => ({
  method: "GET",
  path: `/graphql?${new URLSearchParams({ query: `${body} # ad hoc`, variables: JSON.stringify(variables) })}`,
});

/** Sends the same to both sides, and returns what each said. */
async function expectAlike(
  operation: RegisteredOperation,
  variables: object,
  sent: LaneHeaders,
  form = "documentId",
  otherForm = adHocForm,
): Promise<{ readonly fast: LaneAnswer; readonly yoga: LaneAnswer }> {
  const [fast, yoga] = await Promise.all([
    sendForm(fastSide.url, forms[form]!(operation, variables), sent),
    sendForm(yogaSide.url, otherForm(operation, variables), sent),
  ]);
  expect({ form, variables, ...timelessly(fast) }).toEqual({ form, variables, ...timelessly(yoga) });
  expect(fast.status).toBeLessThan(500);
  return { fast, yoga };
}

function timelessly(answer: LaneAnswer) {
  return shownOf({ ...answer, text: answer.text.replaceAll(RECORDED_AT, '"recordedAt":"then"') });
}

/** Of the one write in the answer. */
// oxlint-disable-next-line typescript/no-explicit-any -- the shape is that of the mutation's payload
function payloadOf({ text }: LaneAnswer): any {
  const { data, extensions } = JSON.parse(text);
  return { ...Object.values<object>(data)[0], replayed: extensions.idempotency.replayed };
}

function codesOf({ text }: LaneAnswer): string[] {
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions: { code: string } }[] };
  return errors.map(({ extensions }) => extensions.code);
}

/** What is put over an input that would succeed, so that it does not. */
function refusedInputs(operationName: string): readonly object[] {
  const stale = { expectedVersion: "0" };
  const [item, nowhere] = [itemGlobalId(4n), itemGlobalId(99_999n)];
  const lines = (...counts: readonly (readonly [string, string])[]) => ({
    items: counts.map(([itemId, count]) => ({ itemId, count })),
  });
  const wrongLines = [{ items: [] }, lines([item, "1"], [item, "2"]), lines([nowhere, "1"])];
  const tooMany = lines([item, "9000000000000000000"]);
  switch (operationName) {
    case "GrantItems":
      return [stale, ...wrongLines, lines([item, "9223372036854775807"]), { playerId: playerGlobalId(99_999n) }];
    case "SpendItems":
      return [stale, ...wrongLines, tooMany];
    case "ExchangeItems":
      return [stale, { itemId: item }, { itemId: nowhere }, { times: "9000000" }, { times: "9223372036854775807" }];
    case "CollectItem":
      return [
        stale,
        { at: { lat: 52.53, lng: 13.405 } },
        { itemLocationId: itemLocationGlobalId(2n, 1001n) },
        { itemLocationId: itemLocationGlobalId(BigInt(OWNER), 99_999n) },
      ];
    case "TransferItems":
      return [
        stale,
        ...wrongLines,
        tooMany,
        { toPlayerId: playerGlobalId(BigInt(OWNER)) },
        { toPlayerId: playerGlobalId(99_999n) },
      ];
    case "UpsertItems":
      return [
        { items: [] },
        { items: [{ externalId: "", kind: "SPENDABLE", displayName: "x" }] },
        {
          items: [{ externalId: "a", kind: "RECEIVABLE", displayName: "x", recipe: [{ externalId: "b", count: "1" }] }],
        },
      ];
    case "UpsertLocations":
      return [{ locations: [] }, { locations: [{ externalId: "a", name: " x", point: { lat: 1, lng: 1 } }] }];
    case "AssignItemLocations":
      return [
        { assignments: [] },
        { assignments: [{ playerId: playerGlobalId(99_999n), itemId: nowhere, locationId: "TG9jYXRpb246OTk5OTk" }] },
      ];
    default:
      throw new Error(`${operationName} needs inputs that are refused`);
  }
}

/** Every table that writes write, without moments. */
async function everythingIn({ query }: TestApi["database"]): Promise<Record<string, unknown[]>> {
  const selections = {
    player: "id, version, item_location_n_last FROM player",
    balances: "* FROM player_item",
    ledger: "player_id, version, kind, peer_player_id, peer_version FROM item_transaction",
    lines: "* FROM item_transaction_line",
    itemLocations: "* FROM item_location",
    items: "* FROM item",
    recipes: "* FROM item_recipe",
    locations: "id, external_id, name, lat, lng, used_at IS NULL AS isUnused FROM location",
    idempotency:
      "player_id, HEX(idempotency_key) AS idempotencyKey, HEX(request_hmac) AS hmac, " +
      `REGEXP_REPLACE(outcome, '"recordedAt":"[^"]+"', '') AS outcome FROM idempotency`,
  };
  const rows: [string, unknown[]][] = [];
  for (const [name, selection] of Object.entries(selections)) {
    rows.push([name, await query(`SELECT ${selection} ORDER BY 1, 2, 3`)]);
  }
  return Object.fromEntries(rows);
}
