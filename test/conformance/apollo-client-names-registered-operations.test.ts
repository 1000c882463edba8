// Apollo Client's persisted queries in production: a client that knows the registry, which is a manifest
// in Apollo's own form, sends every registered query by GET and every write by POST, with nothing but its
// hash and variables, and what a payload brings is in its cache.

import { randomBytes } from "node:crypto";
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Kind, parse, type DocumentNode, type GraphQLInterfaceType, type OperationDefinitionNode } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RegisteredOperation } from "../../src/operations/registry.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { createClientWire, type ClientWire } from "../kit/client-wire.ts";
import { insertItemLocations, insertRuns } from "../kit/fixtures.ts";
import { layInSupplies, newestOperations, tokenOf, variablesOf, writeVariablesOf } from "../kit/operation-variables.ts";
import { schema } from "../kit/schema.ts";

let api: TestApi;
beforeAll(async () => {
  const key = () => `live:${randomBytes(32).toString("base64url")}`;
  api = await startApi({
    environment: { NODE_ENV: "production", JWT_KEYS: key(), CURSOR_KEYS: key(), IDEMPOTENCY_KEYS: key() },
    fill: async (database) => {
      await insertItemLocations(database, 1, [{ lat: 52.52, lng: 13.405 }]);
      await insertRuns(database, 1, [{ distanceMm: 5 }]);
      await layInSupplies(database, [1]);
    },
  });
});
afterAll(() => api.close());

/** As a manifest of one build of an app holds them. */
const manifest = newestOperations;
const ofType = (wanted: string) =>
  [...manifest.values()].filter(({ type }) => type === wanted).map((operation) => [operation.name, operation] as const);

const node = schema.getType("Node") as GraphQLInterfaceType;
const possibleTypes = { Node: schema.getPossibleTypes(node).map(({ name }) => name) };

function openClient(token = api.tokenFor(1)): { client: ApolloClient; wire: ClientWire; cache: InMemoryCache } {
  const wire = createClientWire();
  // Registered bodies ask for no __typename where no type is in doubt. Global ids say of which type they
  // are, so an app that keeps objects under their id alone loses nothing by that.
  const cache = new InMemoryCache({ dataIdFromObject: ({ id }) => id as string | undefined, possibleTypes });
  const persisted = new PersistedQueryLink({ generateHash: hashOf, useGETForHashedQueries: true });
  const headers = { authorization: `Bearer ${token}` };
  const link = persisted.concat(new HttpLink({ uri: `${api.url}/graphql`, fetch: wire.fetch, headers }));
  return { client: new ApolloClient({ cache, link }), wire, cache };
}

function hashOf(document: DocumentNode): string {
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const name = (operation as OperationDefinitionNode).name!.value;
  return manifest.get(name)?.id ?? "0".repeat(64);
}

/** What the server answers to the same operation asked plainly. */
function plainly({ name, body }: RegisteredOperation, variables: Record<string, unknown>): Promise<unknown> {
  return api.read({ query: body, variables, token: tokenOf(api, name, 1) });
}

it("has queries and writes to ask for", () => {
  expect(ofType("query").length + ofType("mutation").length).toBe(manifest.size);
  expect(ofType("mutation").length).toBeGreaterThan(7);
});

describe.each(ofType("query"))("%s", (_, operation) => {
  const variables = variablesOf(operation.name, 1);

  it("is asked for by its hash alone and by GET", async () => {
    const { client, wire } = openClient();
    const { data } = await client.query({ query: parse(operation.body), variables, fetchPolicy: "no-cache" });
    expect(data).toEqual(await plainly(operation, variables));
    expect(wire.sent).toMatchObject([
      { method: "GET", status: 200, params: { extensions: { persistedQuery: { sha256Hash: operation.id } } } },
    ]);
    expect(wire.sent[0]!.params).not.toHaveProperty("query");
  });

  it("is whole when it comes out of a cache that keeps objects by id", async () => {
    const { client, wire } = openClient();
    await client.query({ query: parse(operation.body), variables });
    const { data } = await client.query({ query: parse(operation.body), variables, fetchPolicy: "cache-only" });
    expect(withoutTypeNames(data)).toEqual(withoutTypeNames(await plainly(operation, variables)));
    expect(wire.sent).toHaveLength(1);
  });
});

describe.each(ofType("mutation"))("%s", (name, operation) => {
  const mutation = parse(operation.body);

  it("is sent by its hash alone and by POST, and has its effect once", async () => {
    const { client, wire } = openClient(tokenOf(api, name, 1));
    const variables = writeVariablesOf(name, 1, { turn: 0 });
    const { data } = await client.mutate({ mutation, variables, fetchPolicy: "no-cache" });
    expect(userErrorsIn(data)).toEqual([]);
    // Asked again with the same key, the server says what it said.
    expect(data).toEqual(await plainly(operation, variables));
    expect(wire.sent).toMatchObject([
      { method: "POST", status: 200, params: { extensions: { persistedQuery: { sha256Hash: operation.id } } } },
    ]);
    expect(wire.sent[0]!.params).not.toHaveProperty("query");
  });

  it("leaves its payload whole in a cache that keeps objects by id", async () => {
    const { client, wire, cache } = openClient(tokenOf(api, name, 1));
    const variables = writeVariablesOf(name, 1, { turn: 1 });
    await client.mutate({ mutation, variables, keepRootFields: true });
    // A cache reads what a query selects, and keeps what a write answered under a root of its own.
    const query = parse(operation.body.replace(/^mutation/, "query"));
    const kept = cache.readQuery({ query, variables, id: "ROOT_MUTATION" });
    expect(userErrorsIn(kept)).toEqual([]);
    expect(withoutTypeNames(kept)).toEqual(withoutTypeNames(await plainly(operation, variables)));
    expect(wire.sent).toHaveLength(1);
  });
});

it("shows in what was read before what a write has changed since, unasked", async () => {
  const { client, wire, cache } = openClient();
  const query = parse(manifest.get("PlayerState")!.body);
  const variables = variablesOf("PlayerState", 1);
  await client.query({ query, variables });
  const versionBefore = (cache.readQuery({ query, variables }) as { player: { version: string } }).player.version;
  await client.mutate({
    mutation: parse(manifest.get("SpendItems")!.body),
    variables: writeVariablesOf("SpendItems", 1),
  });
  const { player } = cache.readQuery({ query, variables }) as { player: { version: string } };
  expect(BigInt(player.version)).toBe(BigInt(versionBefore) + 1n);
  expect(wire.sent).toHaveLength(2);
});

it("keeps one object of two operations once", async () => {
  const { client, cache } = openClient();
  const id = playerGlobalId(1n);
  for (const name of ["PlayerState", "RunHistory"]) {
    await client.query({ query: parse(manifest.get(name)!.body), variables: variablesOf(name, 1) });
  }
  const player = cache.extract()[id];
  expect(player).toMatchObject({ id, displayName: expect.any(String), version: expect.any(String) });
  expect(player).toHaveProperty("runStats");
});

it("is told of an operation that is not registered, by an error that names it so, and reads nothing", async () => {
  const { client, wire } = openClient();
  api.statements.length = 0;
  const query = gql("query Unknown { items(first: 1) { nodes { id } } }");
  const refused = await client.query({ query }).catch((error: unknown) => error);
  if (!CombinedGraphQLErrors.is(refused)) throw new Error(`not an answer of the server: ${String(refused)}`);
  expect(refused.errors.map(({ extensions }) => extensions?.["code"])).toEqual(["OPERATION_NOT_REGISTERED"]);
  expect(wire.sent.at(-1)).toMatchObject({ status: 400 });
  expect(api.statements).toEqual([]);
});

/** Of the one write in the answer. */
function userErrorsIn(data: unknown): unknown {
  return Object.values(data as Record<string, { userErrors: unknown }>)[0]!.userErrors;
}

function withoutTypeNames(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data), (key, value) => (key === "__typename" ? undefined : value));
}
