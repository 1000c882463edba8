// Apollo Client's persisted queries in production: a client that knows the registry, which is a manifest
// in Apollo's own form, sends every registered operation by GET with nothing but its hash and variables.

import { randomBytes } from "node:crypto";
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Kind, parse, type DocumentNode, type GraphQLInterfaceType, type OperationDefinitionNode } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registeredOperations, type RegisteredOperation } from "../../src/operations/registry.ts";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { createClientWire, type ClientWire } from "../kit/client-wire.ts";
import { insertItemLocations, insertRuns } from "../kit/fixtures.ts";
import { variablesOf } from "../kit/operation-variables.ts";
import { schema } from "../kit/schema.ts";

let api: TestApi;
beforeAll(async () => {
  const key = () => `live:${randomBytes(32).toString("base64url")}`;
  api = await startApi({
    environment: { NODE_ENV: "production", JWT_KEYS: key(), CURSOR_KEYS: key() },
    fill: async (database) => {
      await insertItemLocations(database, 1, [{ lat: 52.52, lng: 13.405 }]);
      await insertRuns(database, 1, [{ distanceMm: 5 }]);
    },
  });
});
afterAll(() => api.close());

/** The newest operation of each name, as a manifest of one build of an app holds them. */
const manifest = new Map(registeredOperations.map((operation) => [operation.name, operation]));

const node = schema.getType("Node") as GraphQLInterfaceType;
const possibleTypes = { Node: schema.getPossibleTypes(node).map(({ name }) => name) };

function openClient(): { client: ApolloClient; wire: ClientWire; cache: InMemoryCache } {
  const wire = createClientWire();
  // Registered bodies ask for no __typename where no type is in doubt. Global ids say of which type they
  // are, so an app that keeps objects under their id alone loses nothing by that.
  const cache = new InMemoryCache({ dataIdFromObject: ({ id }) => id as string | undefined, possibleTypes });
  const persisted = new PersistedQueryLink({ generateHash: hashOf, useGETForHashedQueries: true });
  const headers = { authorization: `Bearer ${api.tokenFor(1)}` };
  const link = persisted.concat(new HttpLink({ uri: `${api.url}/graphql`, fetch: wire.fetch, headers }));
  return { client: new ApolloClient({ cache, link }), wire, cache };
}

function hashOf(document: DocumentNode): string {
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const name = (operation as OperationDefinitionNode).name!.value;
  return manifest.get(name)?.id ?? "0".repeat(64);
}

/** What the server answers to the same operation asked plainly. */
function plainly({ body }: RegisteredOperation, variables: Record<string, unknown>): Promise<unknown> {
  return api.read({ query: body, variables, token: api.tokenFor(1) });
}

describe.each([...manifest.values()].map((operation) => [operation.name, operation] as const))("%s", (_, operation) => {
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

function withoutTypeNames(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data), (key, value) => (key === "__typename" ? undefined : value));
}
