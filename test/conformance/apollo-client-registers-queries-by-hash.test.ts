// Apollo's automatic persisted queries in development: a hash that the server does not know is answered
// with PersistedQueryNotFound, the client then sends hash and text once, and from then on the hash is
// enough, for others too. Production registers nothing and refuses the text.

import { createHash, randomBytes } from "node:crypto";
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { itemGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { createClientWire, type ClientWire } from "../kit/client-wire.ts";
import { sendTo } from "../kit/request.ts";

let api: TestApi;
/** Another process, with the same Redis. */
let neighbour: TestApi;
let production: TestApi;
beforeAll(async () => {
  const key = () => `live:${randomBytes(32).toString("base64url")}`;
  api = await startApi();
  neighbour = await startApi({ twinOf: api });
  production = await startApi({
    twinOf: api,
    environment: { NODE_ENV: "production", JWT_KEYS: key(), CURSOR_KEYS: key(), IDEMPOTENCY_KEYS: key() },
  });
});
afterAll(async () => {
  await Promise.all([neighbour.close(), production.close()]);
  await api.close();
});
beforeEach(() => {
  api.statements.length = 0;
  production.statements.length = 0;
});

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function openClient({ url }: TestApi): { client: ApolloClient; wire: ClientWire } {
  const wire = createClientWire();
  const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
  const link = persisted.concat(new HttpLink({ uri: `${url}/graphql`, fetch: wire.fetch }));
  return { client: new ApolloClient({ cache: new InMemoryCache(), link }), wire };
}

it("registers a text once, by its hash, and then takes the hash from everybody, in every process", async () => {
  const query = gql("query Named($id: ID!) { node(id: $id) { id ... on Item { displayName } } }");
  const ask = async (server: TestApi, itemId: bigint) => {
    const { client, wire } = openClient(server);
    const { data } = await client.query({ query, variables: { id: itemGlobalId(itemId) } });
    expect(data).toMatchObject({ node: { id: itemGlobalId(itemId), displayName: expect.any(String) } });
    return wire.sent;
  };
  const [unknown, brought, ...others] = await ask(api, 4n);
  expect(unknown).toMatchObject({ method: "GET", status: 200, code: "PERSISTED_QUERY_NOT_FOUND" });
  expect(unknown!.params).not.toHaveProperty("query");
  expect(brought).toMatchObject({ method: "POST", status: 200, code: undefined });
  const { query: text, extensions } = brought!.params;
  expect(extensions?.persistedQuery?.sha256Hash).toBe(sha256(text!));
  expect(others).toEqual([]);
  for (const server of [api, neighbour]) {
    const again = await ask(server, 5n);
    expect(again).toMatchObject([{ method: "GET", status: 200, code: undefined }]);
    expect(again[0]!.params).not.toHaveProperty("query");
  }
});

it("says that it does not know a hash by the message and the code of Apollo's protocol", async () => {
  const { status, body } = await post({ extensions: hashOf("{ neverSeen }") });
  expect(status).toBe(200);
  expect(body.errors).toHaveLength(1);
  expect(body.errors[0]).toMatchObject({
    message: "PersistedQueryNotFound",
    extensions: { code: "PERSISTED_QUERY_NOT_FOUND" },
  });
  expect(body).not.toHaveProperty("data");
});

it("refuses a text with the hash of another, and registers neither", async () => {
  const [text, other] = ["{ a: __typename }", "{ b: __typename }"];
  const { status, body } = await post({ query: text, extensions: hashOf(other) });
  expect([status, body.data]).toEqual([400, undefined]);
  for (const unregistered of [text, other]) {
    const { body: later } = await post({ extensions: hashOf(unregistered) });
    expect(later.errors[0].extensions.code).toBe("PERSISTED_QUERY_NOT_FOUND");
  }
});

it("keeps the text that came with a hash, to the byte", async () => {
  const text = '{   a: __typename,  b: __type(name: "Item") { name } } # é 🏃';
  expect(await post({ query: text, extensions: hashOf(text) })).toMatchObject({ status: 200 });
  const { status, body } = await post({ extensions: hashOf(text) });
  expect([status, body]).toEqual([200, { data: { a: "Query", b: { name: "Item" } } }]);
});

it("does not keep a text that is not valid", async () => {
  const text = "{ unicorn }";
  const refused = await post({ query: text, extensions: hashOf(text) });
  expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([400, "GRAPHQL_VALIDATION_FAILED"]);
  const { body } = await post({ extensions: hashOf(text) });
  expect(body.errors[0].extensions.code).toBe("PERSISTED_QUERY_NOT_FOUND");
});

it("tells a client in production that its operation is not registered, and takes no text, and reads nothing", async () => {
  const { client, wire } = openClient(production);
  const query = gql("query Brought { items(first: 1) { nodes { id } } }");
  for (let attempt = 1; attempt <= 2; attempt++) {
    const refused = await client.query({ query, fetchPolicy: "no-cache" }).catch((error: unknown) => error);
    if (!CombinedGraphQLErrors.is(refused)) throw new Error(`not an answer of the server: ${String(refused)}`);
    expect(refused.errors.map(({ extensions }) => extensions?.["code"])).toEqual(["OPERATION_NOT_REGISTERED"]);
  }
  expect(wire.sent.map(({ status, code }) => [status, code])).toEqual(
    wire.sent.map(() => [400, "OPERATION_NOT_REGISTERED"]),
  );
  const text = "{ items(first: 1) { nodes { id } } }";
  for (const params of [{ query: text, extensions: hashOf(text) }, { extensions: hashOf(text) }]) {
    const { status, body } = await post(params, production);
    expect([status, body.errors[0].extensions.code]).toEqual([400, "OPERATION_NOT_REGISTERED"]);
  }
  expect(production.statements).toEqual([]);
});

function hashOf(text: string): { persistedQuery: { version: 1; sha256Hash: string } } {
  return { persistedQuery: { version: 1, sha256Hash: sha256(text) } };
}

// oxlint-disable-next-line typescript/no-explicit-any -- the shape is what each test expects
async function post(params: Record<string, unknown>, { url } = api): Promise<{ status: number; body: any }> {
  const headers = { "Content-Type": "application/json", Accept: "application/graphql-response+json" };
  const { status, text } = await sendTo(url, { headers, body: JSON.stringify(params) });
  return { status, body: JSON.parse(text) };
}
