// Privacy of a player: what the contract names public is public for everyone, every other field of the
// schema, also one that is added tomorrow, is for its own player, service and admin alone.

import { randomUUID } from "node:crypto";
import { getNamedType, isCompositeType, isNonNullType, type GraphQLField } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { itemGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import {
  insertItemLocations,
  insertPlayer,
  insertRuns,
  insertTransactions,
  insertVerification,
} from "../kit/fixtures.ts";
import { coordinatesOfFieldsOf, objectFields } from "../kit/schema.ts";

/** From the contract. All other fields are private. */
const PUBLIC_FIELDS = ["id", "displayName", "runStats"];

let api: TestApi;
let playerId: number;
beforeAll(async () => {
  api = await startApi();
  playerId = await insertPlayer(api.database, {
    displayName: "Nell",
    externalId: "studio-nell",
    email: "nell@example.com",
    city: "Nowhere",
    birthYear: 1999,
  });
  await insertTransactions(api.database, playerId, [{ lines: [{ itemId: 4, received: 3n }] }]);
  await insertItemLocations(api.database, playerId, [{ lat: 0, lng: 0 }]);
  await insertRuns(api.database, playerId, [{ distanceMm: 9_000_000_000 }]);
  await insertVerification(api.database, playerId, "PENDING", 1, "2026-06-07 08:09:10.011");
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const fields = [...objectFields].flatMap(([coordinate, field]) => (coordinate.startsWith("Player.") ? [field] : []));
const privateFields = fields.filter(({ name }) => !PUBLIC_FIELDS.includes(name));
const privateNames = privateFields.map(({ name }) => name);

const playerState = registeredOperations.find(({ name }) => name === "PlayerState")!.body;

/** Those who may see everything, and for the others the code that stands at each private field. */
const viewers = {
  "the own player": { token: () => api.tokenFor(playerId), code: null },
  "a service": { token: () => api.tokenFor("backend", "service"), code: null },
  "an admin": { token: () => api.tokenFor("support", "admin"), code: null },
  "another player": { token: () => api.tokenFor(1), code: "FORBIDDEN" },
  "a player that does not exist": { token: () => api.tokenFor(4_000_000_000), code: "FORBIDDEN" },
  "nobody known": { token: () => undefined, code: "UNAUTHENTICATED" },
} as const;

/** Every way from the query to a player, around a selection, and back to the player in the data. */
const id = () => playerGlobalId(BigInt(playerId));
// oxlint-disable typescript/no-explicit-any -- the shapes are those of the documents beside them
const paths: Record<string, { document: (selection: string) => string; playerIn: (data: any) => any }> = {
  "Query.player": {
    document: (selection) => `{ player(id: "${id()}") { ${selection} } }`,
    playerIn: (data) => data.player,
  },
  "Query.node": {
    document: (selection) => `{ node(id: "${id()}") { ... on Player { ${selection} } } }`,
    playerIn: (data) => data.node,
  },
  "Query.nodes": {
    document: (selection) => `{ nodes(ids: ["${id()}"]) { ... on Player { ${selection} } } }`,
    playerIn: (data) => data.nodes[0],
  },
  "LeaderboardEntry.player": {
    document: (selection) => `{ leaderboard(scope: OVERALL, first: 1) { nodes { player { ${selection} } } } }`,
    playerIn: (data) => data.leaderboard.nodes[0].player,
  },
};
// oxlint-enable typescript/no-explicit-any

/** Behind these is nobody else's data: the token's own player, and the one whom a write was for. */
const OWN_WAYS = ["ItemsPayload.player", "Query.viewer"];

it("knows every way to a player", () => {
  expect(coordinatesOfFieldsOf((name) => name === "Player" || name === "Node")).toEqual(
    [...Object.keys(paths), ...OWN_WAYS].toSorted(),
  );
});

it.each(Object.keys(viewers) as (keyof typeof viewers)[])(
  "shows whom a write was for to whoever may write: %s",
  async (viewer) => {
    const { token, code } = viewers[viewer];
    const input = `{ playerId: "${id()}", items: [{ itemId: "${itemGlobalId(4n)}", count: "1" }] }`;
    const selection = fields.map(selectionOf).join(" ");
    const query = `mutation { spendItems(input: ${input}) @idempotent(key: "${randomUUID()}") { player { ${selection} } } }`;
    const { body } = await api.ask({ query, token: token() });
    if (code === null) {
      expect(body.errors).toBeUndefined();
      const { player } = body.data.spendItems;
      expect(player).toMatchObject({ id: id(), displayName: "Nell" });
      expect(privateNames.filter((name) => player[name] === null)).toEqual([]);
    } else {
      expect(body.data).toBeNull();
      expect(body.errors!.map(({ extensions }) => extensions.code)).toEqual([code]);
      expect(api.statements).toEqual([]);
    }
  },
);

describe.each(Object.keys(paths))("through %s", (path) => {
  const { document, playerIn } = paths[path]!;

  it.each(Object.keys(viewers) as (keyof typeof viewers)[])("answers %s", async (viewer) => {
    const { token, code } = viewers[viewer];
    const query = document(fields.map(selectionOf).join(" "));
    const { status, body } = await api.ask({ query, token: token() });
    expect(status).toBe(200);
    const player = playerIn(body.data);
    expect(player).toMatchObject({ id: id(), displayName: "Nell", runStats: { __typename: "RunStats" } });
    if (code === null) {
      expect(body.errors).toBeUndefined();
      expect(privateNames.filter((name) => player[name] === null)).toEqual([]);
    } else {
      expect(privateNames.filter((name) => player[name] !== null)).toEqual([]);
      const codes = body.errors!.map(({ path: place, extensions }) => [place!.at(-1), extensions.code]);
      expect(Object.fromEntries(codes)).toEqual(Object.fromEntries(privateNames.map((name) => [name, code])));
    }
  });
});

it.each(["another player", "nobody known"] as const)(
  "looks nothing up for %s but the public player",
  async (viewer) => {
    const { document } = paths["Query.player"]!;
    await api.ask({ query: document(privateFields.map(selectionOf).join(" ")), token: viewers[viewer].token() });
    expect(api.statements.map(({ sql }) => /FROM (\w+)/.exec(sql)?.[1])).toEqual(["player"]);
  },
);

it.each(["another player", "nobody known"] as const)(
  "hides through registered operations from %s too",
  async (viewer) => {
    const { token, code } = viewers[viewer];
    const { body } = await api.ask({ query: playerState, variables: { id: id() }, token: token() });
    const shown = Object.entries(body.data.player).filter(([, value]) => value !== null);
    expect(shown.map(([name]) => name).filter((name) => !PUBLIC_FIELDS.includes(name))).toEqual([]);
    expect(new Set(body.errors!.map(({ extensions }) => extensions.code))).toEqual(new Set([code]));
  },
);

it("judges before it reads the arguments, so that even a mistake in them tells nothing", async () => {
  const query = `{ player(id: "${id()}") { state(first: 1000) { __typename } quantity(itemId: "x") } }`;
  const { status, body } = await api.ask({ query, token: api.tokenFor(1) });
  expect(status).toBe(200);
  expect(body.errors!.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN", "FORBIDDEN"]);
});

it.each([
  ["a service", "1", "service"],
  ["an admin", "1", "admin"],
] as const)("has no viewer for %s, even one whose label is a player's number", async (_, subject, role) => {
  expect(await api.read({ query: "{ viewer { id } }", token: api.tokenFor(subject, role) })).toEqual({ viewer: null });
  expect(api.statements).toEqual([]);
});

it("has no viewer without a token", async () => {
  expect(await api.read({ query: "{ viewer { id } }" })).toEqual({ viewer: null });
  expect(api.statements).toEqual([]);
});

it("has the token's player as viewer, and none for a player that does not exist", async () => {
  expect(await api.read({ query: "{ viewer { id email } }", token: api.tokenFor(playerId) })).toEqual({
    viewer: { id: id(), email: "nell@example.com" },
  });
  expect(await api.read({ query: "{ viewer { id } }", token: api.tokenFor(4_000_000_000) })).toEqual({ viewer: null });
});

/** A field with values for its required arguments. A new type of argument needs a value here. */
function selectionOf({ name, args, type }: GraphQLField<unknown, unknown>): string {
  const values: Record<string, string> = {
    "Int!": "1",
    "ID!": `"${itemGlobalId(4n)}"`,
    "GeoPointInput!": "{ lat: 0, lng: 0 }",
  };
  const required = args.filter((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined);
  const texts = required.map((argument) => `${argument.name}: ${values[String(argument.type)]}`);
  const selection = isCompositeType(getNamedType(type)) ? " { __typename }" : "";
  return `${name}${texts.length === 0 ? "" : `(${texts.join(", ")})`}${selection}`;
}
