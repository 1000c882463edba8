// urql's core client over a socket, with its own cache and fetch exchanges: queries by POST and by GET,
// variables, pages by cursor, and refusals as its CombinedError shows them.

import {
  Client,
  CombinedError,
  cacheExchange,
  fetchExchange,
  gql,
  type ClientOptions,
  type OperationResult,
} from "@urql/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { itemGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { createClientWire, type ClientWire } from "../kit/client-wire.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

type Options = Pick<ClientOptions, "preferGetMethod"> & { readonly token?: string | undefined };

/** By POST where not told otherwise; urql itself prefers GET where the address is short enough. */
function openClient({ token, preferGetMethod = false }: Options = {}): { client: Client; wire: ClientWire } {
  const wire = createClientWire();
  const client = new Client({
    url: `${api.url}/graphql`,
    fetch: wire.fetch,
    fetchOptions: token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod,
  });
  return { client, wire };
}

const ITEM = gql("query Item($id: ID!) { node(id: $id) { id ... on Item { displayName } } }");
const worm = { __typename: "Item", id: itemGlobalId(4n), displayName: "worm" };

it("posts a query with its variables, once for each, and answers the same again from its cache", async () => {
  const { client, wire } = openClient();
  const { data, error } = await client.query(ITEM, { id: worm.id });
  expect([data, error]).toEqual([{ node: worm }, undefined]);
  const other = await client.query(ITEM, { id: itemGlobalId(5n) });
  expect(other.data).toMatchObject({ node: { id: itemGlobalId(5n) } });
  expect((await client.query(ITEM, { id: worm.id })).data).toEqual({ node: worm });
  expect(wire.sent).toMatchObject([
    { method: "POST", status: 200, params: { operationName: "Item", variables: { id: worm.id } } },
    { method: "POST", status: 200, params: { variables: { id: itemGlobalId(5n) } } },
  ]);
});

it.each(["force", "within-url-limit", true] as const)(
  "reads by GET with preferGetMethod %s",
  async (preferGetMethod) => {
    const { client, wire } = openClient({ preferGetMethod });
    const { data, error } = await client.query(ITEM, { id: worm.id });
    expect([data, error]).toEqual([{ node: worm }, undefined]);
    expect(wire.sent).toMatchObject([{ method: "GET", status: 200, params: { variables: { id: worm.id } } }]);
  },
);

it("is answered by GET past the length at which it would change to POST", async () => {
  const ids = Array.from({ length: 100 }, (_, place) => itemGlobalId(BigInt(place + 1)));
  const query = gql("query Items($ids: [ID!]!) { nodes(ids: $ids) { id } }");
  const answers = [];
  for (const preferGetMethod of ["within-url-limit", "force"] as const) {
    // Names of long standing make the address longer than 2,048 characters.
    const { client, wire } = openClient({ preferGetMethod });
    const variables = { ids: [...ids.slice(0, 6), ...Array.from({ length: 94 }, () => playerGlobalId(10n ** 15n))] };
    const { data, error } = await client.query(query, variables);
    expect(error).toBeUndefined();
    answers.push(JSON.stringify(data));
    expect(wire.sent).toMatchObject([{ method: preferGetMethod === "force" ? "GET" : "POST", status: 200 }]);
  }
  expect(answers[0]).toBe(answers[1]);
  expect(answers[0]).toContain(worm.id);
});

it("reads a list page by page, after each page's end cursor", async () => {
  const { client } = openClient();
  const query = gql(`query Items($first: Int!, $after: String) {
    items(first: $first, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } }
  }`);
  const seen: string[] = [];
  let after: string | null = null;
  for (let pages = 1, more = true; more && pages < 10; pages++) {
    const page: OperationResult = await client.query(query, { first: 4, after });
    expect(page.error).toBeUndefined();
    seen.push(...page.data.items.edges.map(({ node }: { node: { id: string } }) => node.id));
    ({ endCursor: after, hasNextPage: more } = page.data.items.pageInfo);
  }
  expect(seen).toEqual([1n, 2n, 3n, 4n, 5n, 6n].map(itemGlobalId));
});

it("has what is forbidden as an error beside the rest", async () => {
  const { client } = openClient({ token: api.tokenFor(1) });
  const query = gql("query ($id: ID!) { player(id: $id) { id displayName email } }");
  const { data, error } = await client.query(query, { id: playerGlobalId(2n) });
  expect(data).toMatchObject({ player: { id: playerGlobalId(2n), displayName: expect.any(String), email: null } });
  expect(error).toBeInstanceOf(CombinedError);
  expect(error?.networkError).toBeUndefined();
  expect(error?.graphQLErrors.map(({ path, extensions }) => [path, extensions["code"]])).toEqual([
    [["player", "email"], "FORBIDDEN"],
  ]);
});

interface Refusal {
  readonly query?: typeof ITEM;
  readonly variables?: Record<string, unknown>;
  readonly token?: string;
  readonly answer: readonly [status: number, code: string];
}

it.each<[string, Refusal]>([
  ["a wrong token", { variables: { id: worm.id }, token: "nonsense", answer: [401, "UNAUTHENTICATED"] }],
  ["a malformed id", { variables: { id: "nonsense" }, answer: [400, "BAD_USER_INPUT"] }],
  ["a variable of a wrong type", { variables: { id: {} }, answer: [400, "BAD_USER_INPUT"] }],
  ["an unknown field", { query: gql("{ unicorn }"), answer: [400, "GRAPHQL_VALIDATION_FAILED"] }],
])("shows the server's own error for %s, by both methods", async (_, { query = ITEM, variables, token, answer }) => {
  for (const preferGetMethod of [false, true]) {
    const { client, wire } = openClient({ token, preferGetMethod });
    const { error } = await client.query(query, variables ?? {});
    expect(error).toBeInstanceOf(CombinedError);
    expect(error?.graphQLErrors.map(({ extensions }) => extensions["code"])).toEqual([answer[1]]);
    expect(wire.sent).toMatchObject([{ method: preferGetMethod ? "GET" : "POST", status: answer[0], code: answer[1] }]);
  }
});
