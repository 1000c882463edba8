// Another player's id in every place of every write that takes one, found through the schema: FORBIDDEN for whoever
// acts, NOT_FOUND for what is private, and only a receiver may be anybody. Without a token, or with one that is not
// right, no write is made at all.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signToken } from "../../src/edge/token.ts";
import { itemLocationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { expectDiscreet } from "../kit/discretion.ts";
import { adHocForm, forms, sendForm } from "../kit/lanes.ts";
import { layInSupplies, tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";
import { argumentsOf, contentsOf, withValue, writes } from "../kit/writes.ts";

const [ME, OTHER] = [1, 2];
const NOBODY = 999_999;
const lanes = [forms["documentId"]!, adHocForm];

let api: TestApi;
let before: unknown;
beforeAll(async () => {
  api = await startApi({ fill: (database) => layInSupplies(database, [ME, OTHER]) });
});
beforeEach(async () => {
  const { idempotency: _, ...rest } = await contentsOf(api.database);
  before = rest;
  api.statements.length = 0;
});
afterAll(async () => {
  expect(api.logLines).toEqual([]);
  await api.close();
});

async function expectUnchanged(): Promise<void> {
  const { idempotency: _, ...after } = await contentsOf(api.database);
  expect(after).toEqual(before);
}

describe.each(writes)("$field", ({ field, operation }) => {
  const variables = () => writeVariablesOf(operation.name, ME);
  const isStudios = () => {
    const { role } = JSON.parse(Buffer.from(tokenOf(api, operation.name, ME).split(".")[1]!, "base64url").toString());
    return role !== "player";
  };

  async function send(given: object, token: string | undefined, lane = 0) {
    const request = lanes[lane]!(operation, given);
    const { status, text } = await sendForm(api.url, request, { token, accept: "application/graphql-response+json" });
    expectDiscreet(text);
    const { data, errors } = JSON.parse(text);
    return { status, payload: data?.[field], code: errors?.[0].extensions.code, text };
  }

  /** Places that name a player, or something of one. */
  const places = argumentsOf(field, variables()).filter(
    ({ type, name }) => type.name === "ID" && /(player|itemLocation)Id$/i.test(name),
  );

  it("does nothing for, or with what is of, another player or nobody", async () => {
    const receivers: string[] = [];
    for (const { path, name } of places) {
      for (const playerId of [OTHER, NOBODY]) {
        const isPlayer = /player/i.test(name);
        const id = isPlayer ? playerGlobalId(BigInt(playerId)) : itemLocationGlobalId(BigInt(playerId), 1_001n);
        const { code, payload } = await send(withValue(variables(), path, id), api.tokenFor(ME), playerId % 2);
        const refused: string | undefined = code ?? payload.userErrors[0]?.code;
        if (refused === undefined) receivers.push(name);
        else expect([name, refused]).toEqual([name, isPlayer && name !== "toPlayerId" ? "FORBIDDEN" : "NOT_FOUND"]);
      }
    }
    expect(receivers).toEqual(field === "transferItems" ? ["toPlayerId"] : []);
    if (receivers.length === 0) await expectUnchanged();
  });

  it("is refused to players, before any statement, where it is the studio's", async () => {
    if (!isStudios()) return;
    for (const lane of [0, 1]) {
      const { code, payload } = await send(variables(), api.tokenFor(ME), lane);
      expect([code, payload]).toEqual(["FORBIDDEN", undefined]);
    }
    expect(api.statements).toEqual([]);
    await expectUnchanged();
  });

  it("is UNAUTHENTICATED without a token, before any statement", async () => {
    for (const lane of [0, 1]) {
      const { code, payload } = await send(variables(), undefined, lane);
      expect([code, payload]).toEqual(["UNAUTHENTICATED", undefined]);
    }
    expect(api.statements).toEqual([]);
    await expectUnchanged();
  });

  it("is 401 with a token that is not right any more, or never was", async () => {
    const { tokenKeys } = api.config;
    const role = isStudios() ? "service" : "player";
    const subject = isStudios() ? "games" : String(ME);
    const right = signToken({ keys: tokenKeys, subject, role, ttlSeconds: 60 });
    const tokens = {
      expired: signToken({ keys: tokenKeys, subject, role, ttlSeconds: -60 }),
      "with more behind": `${right}x`,
      "without a signature": `${right.split(".").slice(0, 2).join(".")}.`,
    };
    for (const [what, token] of Object.entries(tokens)) {
      const { status, code } = await send(variables(), token);
      expect([what, status, code]).toEqual([what, 401, "UNAUTHENTICATED"]);
    }
    expect(api.statements).toEqual([]);
    await expectUnchanged();
  });

  it("is made with the right one, so that none of this was for another reason", async () => {
    const { payload, text } = await send(variables(), tokenOf(api, operation.name, ME));
    expect([payload?.userErrors, text]).toEqual([[], text]);
  });
});

it("tells a player nothing of what another has: what is there is as what is not", async () => {
  const { operation } = writes.find(({ field }) => field === "collectItem")!;
  const answers = await Promise.all(
    [1_001n, 77_777n].map(async (n) => {
      const variables = writeVariablesOf(operation.name, ME);
      const given = withValue(variables, ["input", "itemLocationId"], itemLocationGlobalId(BigInt(OTHER), n));
      const { text } = await sendForm(api.url, adHocForm(operation, given), {
        token: api.tokenFor(ME),
        accept: "application/json",
      });
      return text;
    }),
  );
  expect(answers[0]).toBe(answers[1]);
});
