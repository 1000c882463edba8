// Which lane answers shows in nothing but the time it takes: every registered query, in every form, with good
// and bad variables, for whoever asks, answers as the same text does ad hoc, which Yoga runs. (Writes:
// the-two-lanes-write-alike.test.ts.)

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFastLane } from "../../src/edge/fast-lane.ts";
import { createGraphqlSchema } from "../../src/graphql-schema.ts";
import { registeredOperations, type RegisteredOperation } from "../../src/operations/registry.ts";
import { itemGlobalId, itemTransactionGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { createLogger } from "../../src/runtime/logger.ts";
import { signToken } from "../../src/edge/token.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItemLocations, insertRuns } from "../kit/fixtures.ts";
import {
  accepts,
  adHocForm,
  forms,
  hostileValues,
  sendForm,
  shownOf as allShownOf,
  variableNames,
  type LaneAnswer,
  type LaneHeaders,
} from "../kit/lanes.ts";

const OWNER = 1;
const goodVariables: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Catalogue: { first: 3, after: null, kind: "RECEIVABLE" },
  HomeScreen: {},
  ItemDetail: { id: itemGlobalId(1n), first: 2 },
  Leaderboard: { scope: "CITY", city: "Berlin", first: 5 },
  NearbyItems: { near: { lat: 52.5, lng: 13.4 }, withinMeters: 2500.5 },
  ObjectsById: { ids: [playerGlobalId(1n), itemGlobalId(6n), itemTransactionGlobalId(1n, 1n), itemGlobalId(99_999n)] },
  PlayerState: { id: playerGlobalId(BigInt(OWNER)) },
  RunHistory: { first: 1 },
  Transactions: {},
};

const formNames = Object.keys(forms);

let api: TestApi;
let tokens: Readonly<Record<string, string | undefined>>;
beforeAll(async () => {
  api = await startApi({
    environment: { LOG_LEVEL: "warn" },
    fill: async (database) => {
      await insertItemLocations(database, OWNER, [
        { lat: 52.501, lng: 13.401 },
        { lat: 52.51, lng: 13.4 },
      ]);
      await insertRuns(database, OWNER, [{ distanceMm: 1234 }, { distanceMm: 99_999 }]);
    },
  });
  const expired = { keys: api.config.tokenKeys, subject: String(OWNER), role: "player", ttlSeconds: -60 } as const;
  tokens = {
    "no token": undefined,
    "a bad token": `${api.tokenFor(OWNER)}x`,
    "an expired token": signToken(expired),
    "a foreign token": api.tokenFor(2),
    "the own token": api.tokenFor(OWNER),
    "a service token": api.tokenFor("game-backend", "service"),
  };
});
afterAll(() => api.close());

const queries = registeredOperations.filter(({ type }) => type === "query");

it("compiles every registered query", () => {
  const warnings: string[] = [];
  const logger = createLogger("warn", { write: (line: string) => void warnings.push(line) });
  createFastLane(createGraphqlSchema(), registeredOperations, logger);
  expect(warnings).toEqual([]);
  expect(api.logLines.filter(({ msg }) => msg.startsWith("not compiled"))).toEqual([]);
});

describe.each(queries)("$name ($id)", (operation) => {
  const { name } = operation;
  const good = goodVariables[name]!;

  it("is answered by the fast lane in every form, and by Yoga as ad-hoc text", async () => {
    const headers = { token: tokens["the own token"], accept: "application/json" };
    for (const [form, write] of Object.entries(forms)) {
      const { status, text, lane } = await sendForm(api.url, write(operation, good), headers);
      expect({ form, status, lane, errors: JSON.parse(text).errors }).toEqual({ form, status: 200, lane: "fast" });
    }
    expect((await sendForm(api.url, adHocForm(operation, good), headers)).lane).toBe("yoga");
  });

  it("for everybody, in every form and media type", async () => {
    for (const [whose, token] of Object.entries(tokens)) {
      for (const accept of accepts) {
        const expected = shownOf(await sendForm(api.url, adHocForm(operation, good), { token, accept }));
        const answers = await Promise.all(
          Object.values(forms).map((write) => sendForm(api.url, write(operation, good), { token, accept })),
        );
        for (const [place, answer] of answers.entries()) {
          const form = formNames[place];
          expect({ whose, accept, form, ...shownOf(answer) }).toEqual({ whose, accept, form, ...expected });
        }
      }
    }
  });

  it("without variables, with null and with each replaced by what it should not be", async () => {
    const names = variableNames(operation);
    const cases = [
      {},
      Object.fromEntries(names.map((variable) => [variable, null])),
      { ...good, nobodyAsked: 1 },
      ...names.flatMap((variable) => hostileValues.map((value) => ({ ...good, [variable]: value }))),
    ];
    const sent = cases.flatMap((variables, place) =>
      Object.values(tokens)
        .filter((_, whose) => place < 3 || (whose + place) % 6 === 0)
        .map((token) => ({ variables, token })),
    );
    for (const [place, { variables, token }] of sent.entries()) await expectAlike(operation, variables, token, place);
  });
});

/** For how long a whole answer may be kept is a matter of the lane, as its speed is: only the fast one keeps any. */
function shownOf(answer: LaneAnswer) {
  const shown = allShownOf(answer);
  const isWhole = shown.status === 200 && shown.errors === undefined;
  return isWhole ? { ...shown, cacheControl: undefined, vary: undefined } : shown;
}

/** In one form and media type each; over all cases every combination comes up. */
async function expectAlike(
  operation: RegisteredOperation,
  variables: object,
  token: string | undefined,
  place: number,
): Promise<void> {
  const form = formNames[place % formNames.length]!;
  const sent: LaneHeaders = {
    accept: accepts[(place + Math.floor(place / formNames.length)) % accepts.length]!,
    token,
  };
  const [answer, expected] = await Promise.all(
    [forms[form]!, adHocForm].map((write) => sendForm(api.url, write(operation, variables), sent)),
  );
  expect({ form, variables, ...shownOf(answer!) }).toEqual({ form, variables, ...shownOf(expected!) });
  expect(answer!.status).toBeLessThan(500);
}
