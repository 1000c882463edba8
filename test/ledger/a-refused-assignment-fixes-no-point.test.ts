// The first assignment fixes a location's point for ever, and a refusal is no assignment: it leaves nothing but its
// answer, and the studio may still move what nothing has ever lain at.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { itemGlobalId, locationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { contentsOf, write, type WriteAnswer } from "../kit/writes.ts";

const NOBODY = 999_999n;
const NOTHING = 888_888n;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const send = (operation: string, input: object): Promise<WriteAnswer> =>
  write(api.url, { operation, input, token: api.tokenFor("games", "service") });

const putAt = (lat: number) =>
  send("UpsertLocations", { locations: [{ externalId, name: "The oak", point: { lat, lng: 13.4 } }] });

const assignment = () => ({ playerId: playerGlobalId(1n), itemId: itemGlobalId(4n), locationId: oakId });

let oakId: string;
let externalId: string;
let latitude = 50;
beforeEach(async () => {
  latitude += 1;
  externalId = `oak.${latitude}`;
  const { payload } = await putAt(latitude);
  expect(payload.userErrors).toEqual([]);
  oakId = payload.locations[0].id;
});

it.each([
  ["an item that is not there", { itemId: itemGlobalId(NOTHING) }],
  ["a player who is not there", { playerId: playerGlobalId(NOBODY) }],
  ["another location that is not there", { locationId: locationGlobalId(NOTHING) }],
])("leaves a location that it names beside %s as it is", async (_, wrong) => {
  const { idempotency: before, ...rest } = await contentsOf(api.database);
  const assignments = [assignment(), { ...assignment(), ...wrong }];
  const { payload } = await send("AssignItemLocations", { assignments });
  expect(payload.userErrors).toMatchObject([{ code: "NOT_FOUND" }]);
  const { idempotency: after, ...restAfter } = await contentsOf(api.database);
  expect(restAfter).toEqual(rest);
  expect(after).not.toBe(before);
  const { payload: moved } = await putAt(latitude + 0.5);
  expect([moved.userErrors, moved.locations[0].id]).toEqual([[], oakId]);
});

it("fixes the point with the first assignment that is not refused", async () => {
  const { payload } = await send("AssignItemLocations", { assignments: [assignment(), assignment()] });
  expect(payload.userErrors).toEqual([]);
  const { payload: moved } = await putAt(latitude + 0.5);
  expect(moved.userErrors).toMatchObject([{ code: "INVALID", field: ["input", "locations", "0", "point"] }]);
});
