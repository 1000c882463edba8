// Apollo Client as an app uses it, with its own HTTP link, its normalised cache and its pagination of
// Relay connections, over a socket: what it asks, what it keeps, and what it makes of refusals.

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { afterAll, beforeAll, expect, it } from "vitest";
import { itemGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { createClientWire, type ClientWire } from "../kit/client-wire.ts";
import { insertTransactions } from "../kit/fixtures.ts";
import { walk, type Page } from "../kit/lists.ts";
import { until } from "../kit/until.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    fill: (database) =>
      insertTransactions(
        database,
        1,
        Array.from({ length: 9 }, () => ({ lines: [{ itemId: 4, received: 1n }] })),
      ),
  });
});
afterAll(() => api.close());

function openClient(token: string | undefined): { client: ApolloClient; wire: ClientWire; cache: InMemoryCache } {
  const wire = createClientWire();
  const cache = new InMemoryCache({
    typePolicies: {
      Query: { fields: { items: relayStylePagination(["kind"]) } },
      Player: { fields: { transactions: relayStylePagination(["itemId"]) } },
    },
  });
  const link = new HttpLink({
    uri: `${api.url}/graphql`,
    fetch: wire.fetch,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { client: new ApolloClient({ cache, link: ApolloLink.from([link]) }), wire, cache };
}

const myself = playerGlobalId(1n);

interface Ledger {
  readonly player: { readonly transactions: Pick<Page, "edges" | "pageInfo"> };
}

const LEDGER = gql`
  query Ledger($id: ID!, $first: Int!, $after: String) {
    player(id: $id) {
      id
      transactions(first: $first, after: $after) {
        edges {
          cursor
          node {
            id
            received {
              count
              item {
                id
                displayName
              }
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;

it("posts a query with its variables, and keeps each object under its type and global id", async () => {
  const { client, wire, cache } = openClient(api.tokenFor(1));
  const { data } = await client.query({ query: LEDGER, variables: { id: myself, first: 2 } });
  expect(data).toMatchObject({ player: { __typename: "Player", id: myself, transactions: { edges: [{}, {}] } } });
  expect(wire.sent).toMatchObject([{ method: "POST", status: 200, params: { operationName: "Ledger" } }]);
  const kept = cache.extract();
  expect(kept[`Player:${myself}`]).toMatchObject({ id: myself });
  expect(kept[`Item:${itemGlobalId(4n)}`]).toEqual({
    __typename: "Item",
    id: itemGlobalId(4n),
    displayName: "worm",
  });
  expect(Object.keys(kept).filter((key) => key.startsWith("ItemTransaction:"))).toHaveLength(2);
});

it("knows an object again, whichever way it came", async () => {
  const { client, wire } = openClient(api.tokenFor(1));
  await client.query({ query: LEDGER, variables: { id: myself, first: 2 } });
  const fragment = { id: `Item:${itemGlobalId(4n)}`, fragment: gql("fragment Name on Item { displayName }") };
  expect(client.readFragment(fragment)).toMatchObject({ displayName: "worm" });
  await api.database.query("UPDATE item SET display_name = 'earthworm' WHERE id = 4");
  const byId = gql("query ($id: ID!) { node(id: $id) { id ... on Item { displayName } } }");
  await client.query({ query: byId, variables: { id: itemGlobalId(4n) } });
  wire.sent.length = 0;
  const { data } = await client.query({ query: LEDGER, variables: { id: myself, first: 2 } });
  expect(JSON.stringify(data)).toContain("earthworm");
  expect(JSON.stringify(data)).not.toContain('"worm"');
  expect(wire.sent).toEqual([]);
  await api.database.query("UPDATE item SET display_name = 'worm' WHERE id = 4");
});

it("fetches more until the end, and then holds the whole list once and in order", async () => {
  const { client, wire, cache } = openClient(api.tokenFor(1));
  const variables = { id: myself, first: 4 };
  const query = client.watchQuery<Ledger>({ query: LEDGER, variables });
  // Reads the first page, and keeps listening: what is fetched more is merged into what is watched.
  const subscription = query.subscribe(() => undefined);
  await until(
    () => query.getCurrentResult().dataState === "complete",
    () => JSON.stringify(query.getCurrentResult()),
  );
  let { pageInfo } = (query.getCurrentResult().data as Ledger).player.transactions;
  for (let pages = 1; pages < 10 && pageInfo.hasNextPage; pages++) {
    const { data } = await query.fetchMore({ variables: { after: pageInfo.endCursor } });
    pageInfo = data.player.transactions.pageInfo;
  }
  subscription.unsubscribe();
  const { player } = cache.readQuery<Ledger>({ query: LEDGER, variables })!;
  const whole = await walk(api, { field: "Player.transactions", playerId: 1 }, 100);
  expect(whole[0]!.nodes.length).toBeGreaterThan(8);
  expect(player.transactions.edges).toMatchObject(whole[0]!.edges);
  expect(player.transactions.edges).toHaveLength(whole[0]!.edges.length);
  expect(wire.sent).toHaveLength(Math.ceil(whole[0]!.edges.length / 4));
  expect(player.transactions.pageInfo).toMatchObject({ hasNextPage: false, endCursor: whole[0]!.pageInfo.endCursor });
  expect(wire.sent.map(({ status }) => status)).toEqual(wire.sent.map(() => 200));
});

const SOMEBODY = gql("query ($id: ID!) { player(id: $id) { id displayName email } }");
const another = playerGlobalId(2n);

it("takes what is forbidden as null beside the rest, where the app asks for both", async () => {
  const { client } = openClient(api.tokenFor(1));
  const { data, error } = await client.query({ query: SOMEBODY, variables: { id: another }, errorPolicy: "all" });
  expect(data).toMatchObject({ player: { id: another, displayName: expect.any(String), email: null } });
  expect(codesOf(error)).toEqual(["FORBIDDEN"]);
  expect(CombinedGraphQLErrors.is(error) && error.errors[0]?.path).toEqual(["player", "email"]);
});

it("throws what is forbidden, where the app does not", async () => {
  const { client } = openClient(api.tokenFor(1));
  const refused = await client.query({ query: SOMEBODY, variables: { id: another } }).catch((error: unknown) => error);
  expect(codesOf(refused)).toEqual(["FORBIDDEN"]);
});

it.each([
  ["of nonsense", 401, "UNAUTHENTICATED", "nonsense", { id: another }],
  ["that is good, with a variable that is not", 400, "BAD_USER_INPUT", undefined, { id: 7.5 }],
])("throws the server's own error for a token %s", async (_, status, code, token, variables) => {
  const { client, wire } = openClient(token ?? api.tokenFor(1));
  const refused = await client.query({ query: SOMEBODY, variables }).catch((error: unknown) => error);
  expect(codesOf(refused)).toEqual([code]);
  expect(wire.sent).toMatchObject([{ status, code }]);
});

function codesOf(error: unknown): unknown[] {
  if (!CombinedGraphQLErrors.is(error)) throw new Error(`not an answer of the server: ${String(error)}`);
  return error.errors.map(({ extensions }) => extensions?.["code"]);
}
