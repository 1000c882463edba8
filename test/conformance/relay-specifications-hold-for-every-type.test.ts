// Relay's two server specifications (Cursor Connections; Object Identification), judged by introspection
// over a socket, as Relay's own tools judge a server. On purpose `first` is required, so the argument is
// Int!, and lists are read forwards alone, so no `last` and `before`.

import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItemLocations, insertRuns } from "../kit/fixtures.ts";

let api: TestApi;
let schema: GraphQLSchema;
beforeAll(async () => {
  api = await startApi({
    fill: async (database) => {
      await insertItemLocations(database, 1, [{ lat: 52.5, lng: 13.4 }]);
      await insertRuns(database, 1, [{ distanceMm: 5 }]);
    },
  });
  schema = buildClientSchema(await api.read({ query: getIntrospectionQuery() }));
});
afterAll(() => api.close());

const objectTypes = (): GraphQLObjectType[] =>
  Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith("__"),
  ) as GraphQLObjectType[];
const namedLike = (ending: RegExp) => objectTypes().filter(({ name }) => ending.test(name));
const connections = () => namedLike(/Connection$/);

/** Types of fields as SDL writes them. */
function typesOf(type: GraphQLObjectType | undefined, ...names: string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, type?.getFields()[name]?.type.toString()]));
}

/** Those for which `expectation` fails, by name. */
function breaking<Thing extends { readonly name: string }>(things: readonly Thing[], holds: (thing: Thing) => boolean) {
  expect(things.length).toBeGreaterThan(0);
  return things.filter((thing) => !holds(thing)).map(({ name }) => name);
}

describe("cursor connections", () => {
  it("every type named Connection is an object with a list of its edges and a page info", () => {
    const all = Object.values(schema.getTypeMap()).filter(({ name }) => name.endsWith("Connection"));
    expect(breaking(all, isObjectType)).toEqual([]);
    expect(
      breaking(connections(), (type) => {
        const edge = type.name.replace(/Connection$/, "Edge");
        const { edges, pageInfo } = typesOf(type, "edges", "pageInfo");
        return edges === `[${edge}!]!` && pageInfo === "PageInfo!";
      }),
    ).toEqual([]);
  });

  it("every edge has a cursor that is a string, and a node that is no list and is the connection's own", () => {
    expect(
      breaking(connections(), (type) => {
        const edge = getNamedType(type.getFields()["edges"]?.type);
        if (!isObjectType(edge)) return false;
        const { cursor, node } = typesOf(edge, "cursor", "node");
        const nodeType = getNullableType(edge.getFields()["node"]?.type);
        return (
          cursor === "String!" && !isListType(nodeType) && type.getFields()["nodes"]?.type.toString() === `[${node}]!`
        );
      }),
    ).toEqual([]);
  });

  it("no type is named Edge or Connection but those of a list", () => {
    const edges = connections().map((type) => getNamedType(type.getFields()["edges"]!.type)?.name);
    expect(
      namedLike(/Edge$/)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(edges.toSorted());
    const used = new Set(listFields().map(({ field }) => getNamedType(field.type).name));
    expect(breaking(connections(), ({ name }) => used.has(name))).toEqual([]);
  });

  it("every field that returns a connection takes first: Int! and after: String, and nothing backwards", () => {
    expect(
      breaking(listFields(), ({ field }) => {
        const types = new Map(field.args.map(({ name, type }) => [name, type.toString()]));
        return (
          types.get("first") === "Int!" && types.get("after") === "String" && !types.has("last") && !types.has("before")
        );
      }),
    ).toEqual([]);
  });

  it("PageInfo is answered as the specification prints it, with cursors that are null for an empty page", async () => {
    // The query and the required part of the answer of the specification, section "Introspection" of PageInfo.
    const query = '{ __type(name: "PageInfo") { name fields { name type { name kind ofType { name kind } } } } }';
    const flag = { name: null, kind: "NON_NULL", ofType: { name: "Boolean", kind: "SCALAR" } };
    const cursor = { name: "String", kind: "SCALAR", ofType: null };
    const { __type: type } = await api.read({ query });
    expect(type.fields).toHaveLength(4);
    expect(type.fields).toEqual(
      expect.arrayContaining([
        { name: "hasNextPage", type: flag },
        { name: "hasPreviousPage", type: flag },
        { name: "startCursor", type: cursor },
        { name: "endCursor", type: cursor },
      ]),
    );
  });
});

describe("object identification", () => {
  it("Node is answered as the specification prints it", async () => {
    const query = '{ __type(name: "Node") { name kind fields { name type { kind ofType { name kind } } } } }';
    expect(await api.read({ query })).toEqual({
      __type: {
        name: "Node",
        kind: "INTERFACE",
        fields: [{ name: "id", type: { kind: "NON_NULL", ofType: { name: "ID", kind: "SCALAR" } } }],
      },
    });
  });

  it("the root field node is answered as the specification prints it", async () => {
    const type = "type { name kind } args { name type { kind ofType { name kind } } }";
    const { __schema: answer } = await api.read({ query: `{ __schema { queryType { fields { name ${type} } } } }` });
    expect(answer.queryType.fields).toContainEqual({
      name: "node",
      type: { name: "Node", kind: "INTERFACE" },
      args: [{ name: "id", type: { kind: "NON_NULL", ofType: { name: "ID", kind: "SCALAR" } } }],
    });
  });

  it("the plural root field takes a list of ids alone, and has a place that may be null for each", () => {
    const { nodes } = schema.getQueryType()!.getFields();
    expect(nodes!.args.map(({ name, type }) => `${name}: ${type.toString()}`)).toEqual(["ids: [ID!]!"]);
    expect(nodes!.type.toString()).toBe("[Node]!");
  });

  it("a type has an id exactly if it is a Node, and the id is ID!", () => {
    const node = schema.getType("Node");
    if (!isInterfaceType(node)) throw new Error("Node is no interface");
    expect(
      breaking(objectTypes(), (type) => {
        const { id } = type.getFields();
        const isNode = type.getInterfaces().includes(node);
        return isNode ? isNonNullType(id?.type) && id.type.toString() === "ID!" : id === undefined;
      }),
    ).toEqual([]);
    expect(node.getFields()).toHaveProperty("id");
  });

  it("every type of Node comes back by its id as the same object", async () => {
    const handedOut = Object.entries(await idsByTypeName());
    const token = api.tokenFor(1);
    const selections = schema.getPossibleTypes(schema.getType("Node") as never).map(({ name }) => name);
    expect(handedOut.map(([name]) => name).toSorted()).toEqual(selections.toSorted());
    const query = "query ($id: ID!) { node(id: $id) { __typename id } }";
    for (const [name, id] of handedOut) {
      const { node } = await api.read({ query, variables: { id }, token });
      expect(node).toEqual({ __typename: name, id });
    }
    const plural = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    const asked = [...handedOut, ["null", playerGlobalId(999_999n)] as const, ...handedOut.toReversed()];
    const { nodes } = await api.read({ query: plural, variables: { ids: asked.map(([, id]) => id) }, token });
    expect(nodes).toEqual(asked.map(([name, id]) => (name === "null" ? null : { __typename: name, id })));
  });
});

/** Fields of all objects that return a connection, named "Type.field". */
function listFields() {
  const fields = objectTypes().flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })),
  );
  return fields.filter(({ field }) => getNamedType(field.type).name.endsWith("Connection"));
}

/** An id of each type as lists and fields hand it out, not as `node` does. */
async function idsByTypeName(): Promise<Record<string, string>> {
  const { viewer } = await api.read({
    query: `{ viewer { __typename id
      itemLocations(near: { lat: 52.5, lng: 13.4 }, first: 1) { nodes { __typename id item { __typename id } location { __typename id } } }
      transactions(first: 1) { nodes { __typename id } }
      runs(first: 1) { nodes { __typename id } } } }`,
    token: api.tokenFor(1),
  });
  const [place] = viewer.itemLocations.nodes;
  const found = [viewer, place, place.item, place.location, viewer.transactions.nodes[0], viewer.runs.nodes[0]];
  return Object.fromEntries(found.map(({ __typename: name, id }) => [name, id]));
}
