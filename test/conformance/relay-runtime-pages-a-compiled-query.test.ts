// An app on Relay: its documents compiled by Relay's compiler against the server's own introspection, run by
// relay-runtime over a socket. A list grows in Relay's store page by page, through `node` as Relay refetches.

import { createHash, randomUUID } from "node:crypto";
import {
  ConnectionHandler,
  Environment,
  Network,
  RecordSource,
  Store,
  createOperationDescriptor,
  fetchQuery,
  getRequest,
  getSingularSelector,
  type GraphQLResponse,
  type Variables,
} from "relay-runtime";
import { afterAll, beforeAll, expect, it } from "vitest";
import { itemGlobalId, itemTransactionGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { createClientWire } from "../kit/client-wire.ts";
import { insertItemLocations, insertPlayer, insertTransactions } from "../kit/fixtures.ts";
import { walk, type Page } from "../kit/lists.ts";
import { compileWithRelay, type RelayArtefacts } from "../kit/relay-artefacts.ts";

const DOCUMENTS = `
  query ledgerQuery($id: ID!, $itemId: ID) {
    player(id: $id) { displayName email ...ledger_player @arguments(itemId: $itemId) }
  }
  fragment ledger_player on Player
  @argumentDefinitions(count: { type: "Int", defaultValue: 4 }, cursor: { type: "String" }, itemId: { type: "ID" })
  @refetchable(queryName: "ledgerPageQuery") {
    transactions(first: $count, after: $cursor, itemId: $itemId) @connection(key: "ledger_transactions") {
      edges { node { id received { count item { displayName } } } }
    }
  }
  query ledgerNearQuery($id: ID!, $near: GeoPointInput!) {
    player(id: $id) { ...ledger_near @arguments(near: $near) }
  }
  fragment ledger_near on Player
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }, near: { type: "GeoPointInput!" })
  @refetchable(queryName: "ledgerNearPageQuery") {
    itemLocations(near: $near, first: $count, after: $cursor) @connection(key: "ledger_itemLocations") {
      edges { node { id distanceMeters } }
    }
  }
`;

let api: TestApi;
let relay: RelayArtefacts;
beforeAll(async () => {
  api = await startApi();
  relay = await compileWithRelay(api, "ledger", DOCUMENTS);
});
afterAll(() => api.close());

const grants = (itemIds: readonly number[]) => itemIds.map((itemId) => ({ lines: [{ itemId, received: 1n }] }));

/** A player with eleven transactions: of item 4 the odd ones. */
async function insertOwner(): Promise<{ playerId: number; id: string }> {
  const playerId = await insertPlayer(api.database, { email: `${randomUUID()}@example.com` });
  await insertTransactions(api.database, playerId, grants([4, 5, 4, 5, 4, 5, 4, 5, 4, 5, 4]));
  return { playerId, id: playerGlobalId(BigInt(playerId)) };
}

function openEnvironment(token: string) {
  const wire = createClientWire();
  const source = new RecordSource();
  const network = Network.create(async (params, variables) => {
    const response = await wire.fetch(`${api.url}/graphql`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: relay.textById[params.id!], operationName: params.name, variables }),
    });
    return (await response.json()) as GraphQLResponse;
  });
  const environment = new Environment({ network, store: new Store(source) });
  const run = (name: string, variables: Variables) => {
    const operation = createOperationDescriptor(getRequest(relay.artefacts[name]!), variables);
    environment.retain(operation);
    return fetchQuery(environment, relay.artefacts[name]!, variables).toPromise();
  };
  /** What a component with this fragment, below `player` of this query, is given. */
  const read = (query: string, variables: Variables, fragment: string, list: string): Page => {
    const operation = createOperationDescriptor(getRequest(relay.artefacts[query]!), variables);
    const { player } = environment.lookup(operation.fragment).data as Record<string, never>;
    const selector = getSingularSelector(relay.artefacts[fragment] as never, player);
    const snapshot = environment.lookup(selector);
    expect(snapshot.isMissingData).toBe(false);
    return (snapshot.data as Record<string, Page>)[list]!;
  };
  return { environment, source, run, read, wire };
}

it("grows a list page by page through node, until the whole of it stands in the store once", async () => {
  const { playerId, id } = await insertOwner();
  const { run, read, source, wire } = openEnvironment(api.tokenFor(playerId));
  await run("ledgerQuery", { id });
  const list = () => read("ledgerQuery", { id }, "ledger_player", "transactions");
  expect(list().edges).toHaveLength(4);
  // What comes in at the top meanwhile belongs to a first page, and must not push an entry into the next one.
  await insertTransactions(api.database, playerId, grants([4, 4]));
  for (let pages = 1; pages < 9 && list().pageInfo.hasNextPage; pages++) {
    await run("ledgerPageQuery", { id, count: 3, cursor: list().pageInfo.endCursor });
  }
  const ids = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((version) =>
    itemTransactionGlobalId(BigInt(playerId), BigInt(version)),
  );
  expect(list().edges.map(({ node }) => (node as { id: string }).id)).toEqual(ids);
  expect(wire.sent.map(({ params, status }) => [params.operationName, status])).toEqual([
    ["ledgerQuery", 200],
    ["ledgerPageQuery", 200],
    ["ledgerPageQuery", 200],
    ["ledgerPageQuery", 200],
  ]);
  const [whole] = await walk(api, { field: "Player.transactions", playerId }, 100);
  expect(list().edges.map(({ cursor }) => cursor)).toEqual(whole!.edges.slice(2).map(({ cursor }) => cursor));
  expect(source.get(ids[0]!)).toMatchObject({ __id: ids[0], __typename: "ItemTransaction" });
  expect(source.get(itemGlobalId(4n))).toMatchObject({ __typename: "Item", displayName: "worm" });
});

it("keeps a list for each filter, under the id of its owner", async () => {
  const { playerId, id } = await insertOwner();
  const { run, read, environment } = openEnvironment(api.tokenFor(playerId));
  const filtered = { id, itemId: itemGlobalId(4n) };
  await run("ledgerQuery", { id });
  await run("ledgerQuery", filtered);
  await run("ledgerPageQuery", {
    ...filtered,
    cursor: read("ledgerQuery", filtered, "ledger_player", "transactions").pageInfo.endCursor,
  });
  const records = environment.getStore().getSource();
  const edgesOf = (itemId?: string) =>
    records.get(ConnectionHandler.getConnectionID(id, "ledger_transactions", itemId === undefined ? {} : { itemId }));
  expect(edgesOf(filtered.itemId)).toHaveProperty("edges.__refs.length", 6);
  expect(edgesOf()).toHaveProperty("edges.__refs.length", 4);
});

it("pages a list whose filter is an object", async () => {
  const { playerId, id } = await insertOwner();
  const places = [3, 1, 5, 2, 4].map((step) => ({ lat: 52.5 + step / 1000, lng: 13.4 }));
  await insertItemLocations(api.database, playerId, places);
  const { run, read } = openEnvironment(api.tokenFor(playerId));
  const variables = { id, near: { lat: 52.5, lng: 13.4 } };
  await run("ledgerNearQuery", variables);
  const list = () => read("ledgerNearQuery", variables, "ledger_near", "itemLocations");
  for (let pages = 1; pages < 9 && list().pageInfo.hasNextPage; pages++) {
    await run("ledgerNearPageQuery", { ...variables, count: 2, cursor: list().pageInfo.endCursor });
  }
  const distances = list().edges.map(({ node }) => (node as { distanceMeters: number }).distanceMeters);
  expect(distances).toHaveLength(5);
  expect(distances).toEqual(distances.toSorted((a, b) => a - b));
});

it("gives what is public of another player, with null for what is forbidden", async () => {
  const { id } = await insertOwner();
  const { run, environment, wire } = openEnvironment(api.tokenFor(1));
  await run("ledgerQuery", { id });
  expect(wire.sent).toMatchObject([{ status: 200, code: "FORBIDDEN" }]);
  const record = environment.getStore().getSource().get(id);
  expect(record).toMatchObject({ __typename: "Player", displayName: "Somebody", email: null });
});

it("throws for a wrong token, and keeps nothing", async () => {
  const { run, source } = openEnvironment("nonsense");
  await expect(run("ledgerQuery", { id: playerGlobalId(1n) })).rejects.toThrow(/ledgerQuery/);
  expect(source.has(playerGlobalId(1n))).toBe(false);
});

it("has ids for its compiled operations that are the server's kind of hash of the text", () => {
  const ids = Object.keys(relay.textById);
  expect(ids).toHaveLength(4);
  expect(Object.values(relay.textById).map((text) => createHash("sha256").update(text).digest("hex"))).toEqual(ids);
});
