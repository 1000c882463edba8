// ItemTransaction, ItemLocation and Run are private nodes: asked for by id, somebody else's is null
// exactly as one that does not exist, and neither is looked up.

import { isObjectType } from "graphql";
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
import { insertItemLocations, insertPlayer, insertRuns, insertTransactions } from "../kit/fixtures.ts";
import { schema } from "../kit/schema.ts";

let api: TestApi;
let playerId: bigint;
let runId: string;
beforeAll(async () => {
  api = await startApi();
  const owner = await insertPlayer(api.database);
  playerId = BigInt(owner);
  await insertTransactions(api.database, owner, [{ lines: [{ itemId: 4, received: 3n }] }]);
  await insertItemLocations(api.database, owner, [{ lat: 0, lng: 0 }]);
  [runId] = (await insertRuns(api.database, owner, [{ distanceMm: 1 }])) as [string];
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const privateNodes = {
  ItemTransaction: () => itemTransactionGlobalId(playerId, 1n),
  ItemLocation: () => itemLocationGlobalId(playerId, 1n),
  Run: () => runGlobalId(playerId, runId),
};
const unknownNodes = {
  ItemTransaction: () => itemTransactionGlobalId(playerId, 2n),
  ItemLocation: () => itemLocationGlobalId(playerId, 2n ** 64n - 1n),
  Run: () => runGlobalId(playerId, "f".repeat(32)),
};
const publicNodes = {
  Player: () => playerGlobalId(playerId),
  Item: () => itemGlobalId(1n),
  Location: () => locationGlobalId(1n),
};
type PrivateNode = keyof typeof privateNodes;
const privateNames = Object.keys(privateNodes) as PrivateNode[];

const outsiders: Record<string, () => string | undefined> = {
  "another player": () => api.tokenFor(1),
  "nobody known": () => undefined,
};

const nodeQuery = "query ($id: ID!) { node(id: $id) { __typename id } }";
const nodesQuery = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";

it("knows every type of node", () => {
  const { objects } = schema.getImplementations(schema.getType("Node") as never);
  expect(
    objects
      .filter(isObjectType)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual([...Object.keys(privateNodes), ...Object.keys(publicNodes)].toSorted());
});

describe.each(privateNames)("%s", (name) => {
  it.each([
    ["the own player", () => api.tokenFor(String(playerId))],
    ["a service", () => api.tokenFor("backend", "service")],
    ["an admin", () => api.tokenFor("support", "admin")],
  ] as const)("is there for %s, and null where there is none", async (_, token) => {
    const id = privateNodes[name]();
    expect(await api.read({ query: nodeQuery, variables: { id }, token: token() })).toEqual({
      node: { __typename: name, id },
    });
    const unknown = { id: unknownNodes[name]() };
    expect(await api.read({ query: nodeQuery, variables: unknown, token: token() })).toEqual({ node: null });
  });

  it.each(Object.keys(outsiders))("is null for %s exactly as an unknown id, without a statement", async (outsider) => {
    const token = outsiders[outsider]!;
    const answers: object[] = [];
    for (const id of [privateNodes[name](), unknownNodes[name]()]) {
      const one = await api.ask({ query: nodeQuery, variables: { id }, token: token() });
      const many = await api.ask({ query: nodesQuery, variables: { ids: [id] }, token: token() });
      answers.push({ one: one.body, many: many.body, statuses: [one.status, many.status] });
    }
    expect(answers[0]).toEqual({
      one: { data: { node: null } },
      many: { data: { nodes: [null] } },
      statuses: [200, 200],
    });
    expect(answers[1]).toEqual(answers[0]);
    expect(api.statements).toEqual([]);
  });
});

it.each(Object.keys(publicNodes) as (keyof typeof publicNodes)[])("shows %s to everyone", async (name) => {
  const id = publicNodes[name]();
  for (const token of [undefined, api.tokenFor(1), api.tokenFor("support", "admin")]) {
    expect(await api.read({ query: nodeQuery, variables: { id }, token })).toEqual({ node: { __typename: name, id } });
  }
});

it("shows a location's item, place and no distance when it is fetched by id", async () => {
  const query = `query ($id: ID!) { node(id: $id) { ... on ItemLocation {
    item { displayName } location { point { lat lng } } distanceMeters } } }`;
  const variables = { id: privateNodes.ItemLocation() };
  expect(await api.read({ query, variables, token: api.tokenFor(String(playerId)) })).toEqual({
    node: { item: { displayName: "western tanager" }, location: { point: { lat: 0, lng: 0 } }, distanceMeters: null },
  });
});

describe("nodes", () => {
  it("answers in the order of the ids: own, foreign, unknown, public and repeated ones mixed", async () => {
    const own = [privateNodes.Run(), privateNodes.ItemTransaction(), privateNodes.ItemLocation()] as const;
    const foreign = itemTransactionGlobalId(2n, 1n);
    const unknown = [itemGlobalId(999_999n), playerGlobalId(999_999n), locationGlobalId(999_999n)] as const;
    const shown = [publicNodes.Item(), publicNodes.Location(), publicNodes.Player(), playerGlobalId(2n)] as const;
    const ids = [
      own[0],
      foreign,
      shown[0],
      unknown[0],
      shown[3],
      own[1],
      unknown[1],
      shown[1],
      own[0],
      shown[2],
      unknown[2],
      own[2],
    ];
    const hidden = new Set<string>([foreign, ...unknown]);
    const data = await api.read({ query: nodesQuery, variables: { ids }, token: api.tokenFor(String(playerId)) });
    expect(data.nodes.map((node: { id: string } | null) => node?.id ?? null)).toEqual(
      ids.map((id) => (hidden.has(id) ? null : id)),
    );
  });

  it("takes a hundred ids and refuses one more before any statement", async () => {
    const ids = Array.from({ length: 100 }, (_, place) => itemGlobalId(BigInt(place + 1)));
    const data = await api.read({ query: nodesQuery, variables: { ids } });
    expect(data.nodes).toHaveLength(100);
    api.statements.length = 0;
    const { status, body } = await api.ask({ query: nodesQuery, variables: { ids: [...ids, ids[0]] } });
    expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    expect(api.statements).toEqual([]);
  });

  it("answers no ids with no nodes", async () => {
    expect(await api.read({ query: nodesQuery, variables: { ids: [] } })).toEqual({ nodes: [] });
  });
});
