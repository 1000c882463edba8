// A POST is JSON in plain UTF-8 and says so: any other content type is 415, because a web page could send
// it across origins, a compressed body too, and what is not one JSON object is 400 without a word of the
// parser. The same under every media type, and nothing reaches the database.

import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { sendTo } from "../kit/request.ts";

const body = JSON.stringify({ query: "{ items(first: 1) { nodes { id } } }" });
const form = `query=${encodeURIComponent("{ items(first: 1) { nodes { id } } }")}`;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

describe("the content type", () => {
  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "APPLICATION/JSON",
    "application/json ; x=y",
  ])("%s is accepted", async (type) => {
    const { status } = await sendTo(api.url, { headers: { "Content-Type": type }, body });
    expect(status).toBe(200);
  });

  it.each([
    ["application/x-www-form-urlencoded", form],
    [
      "multipart/form-data; boundary=b",
      `--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${body}\r\n--b--`,
    ],
    ["text/plain", body],
    ["text/plain;application/json", body],
    ["application/graphql", "{ __typename }"],
    ["application/graphql-response+json", body],
    ["application/jsonp", body],
    ["application/json-patch+json", body],
    ["application/json, text/plain", body],
    ["application", body],
    ["", body],
  ])("%s is 415", async (type, sent) => {
    await expectRefused({ "Content-Type": type }, sent, 415);
  });

  it("left out is 415", async () => {
    await expectRefused({}, body, 415);
  });
});

it.each([
  ["gzip", gzipSync(body)],
  ["gzip", gzipSync(Buffer.alloc(50_000_000))],
  ["deflate", body],
  ["br", body],
  ["identity, gzip", gzipSync(body)],
  ["x", body],
])("a body with Content-Encoding %s is 415", async (encoding, sent) => {
  await expectRefused({ "Content-Type": "application/json", "Content-Encoding": encoding }, sent, 415);
});

const latin1 = (text: string) => Buffer.from(text, "latin1");

it.each<[string, string | Uint8Array]>([
  ["nothing", ""],
  ["a space", " "],
  ["null", "null"],
  ["true", "true"],
  ["5", "5"],
  ["a string", '"{ __typename }"'],
  ["an empty list", "[]"],
  ["a batch", `[${body},${body}]`],
  ["half an object", body.slice(0, -1)],
  ["an object and more", `${body}}`],
  ["two objects", `${body}${body}`],
  ["single quotes", "{'query': '{ __typename }'}"],
  ["a comma too many", '{"query": "{ __typename }",}'],
  ["NaN", '{"query": "{ __typename }", "variables": {"a": NaN}}'],
  ["a control character", '{"query": "{ __typename }\n"}'],
  ["text of another encoding", latin1('{"query": "{ __typename } #ä"}')],
  [
    "half a character",
    Buffer.concat([Buffer.from('{"query": "{ __typename } #'), Buffer.from([0xe2, 0x82]), Buffer.from('"}')]),
  ],
  [
    "a character spelt too long",
    Buffer.concat([Buffer.from('{"query": "{ __typename } #'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
  ],
  [
    "a surrogate in UTF-8",
    Buffer.concat([Buffer.from('{"query": "{ __typename } #'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  ],
  ["UTF-16", Buffer.from(body, "utf16le")],
  ["a form", form],
  ["GraphQL", "{ __typename }"],
  ["zeros", Buffer.alloc(1000)],
  ["an opening too many times", "[".repeat(99_000)],
  ["objects too deep", '{"query":'.repeat(11_000)],
])("%s is 400", async (_, sent) => {
  await expectRefused({ "Content-Type": "application/json" }, sent, 400);
});

it("variables as deep as a body can hold are refused or ignored, and the process lives", async () => {
  for (const depth of [100, 5_000, 49_000]) {
    const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`;
    for (const query of [
      "{ __typename }",
      "query ($id: ID!) { player(id: $id) { id } }",
      "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
    ]) {
      const name = query.includes("$ids") ? "ids" : "id";
      const { status, text } = await sendTo(api.url, {
        headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json" },
        body: `{"query":${JSON.stringify(query)},"variables":{"${name}":${deep}}}`,
      });
      expect({ depth, query, isFine: status === 400 || (status === 200 && query === "{ __typename }") }).toEqual({
        depth,
        query,
        isFine: true,
      });
      expect(text.length).toBeLessThan(4096);
      expect(text).not.toContain("INTERNAL_SERVER_ERROR");
    }
  }
  for (const depth of [100, 1_000, 2_500]) {
    const deep = encodeURIComponent(`{"id":${"[".repeat(depth)}${"]".repeat(depth)}}`);
    const { status } = await sendTo(api.url, { method: "GET", path: `/graphql?query={__typename}&variables=${deep}` });
    expect([200, 400]).toContain(status);
  }
  expect(api.logLines).toEqual([]);
});

async function expectRefused(headers: Record<string, string>, sent: string | Uint8Array, expected: number) {
  for (const accept of ["application/json", "application/graphql-response+json", "*/*"]) {
    const {
      status,
      text,
      headers: answered,
    } = await sendTo(api.url, { headers: { ...headers, Accept: accept }, body: sent });
    const { errors } = JSON.parse(text);
    expect([status, errors.length, errors[0].extensions]).toEqual([expected, 1, { code: "BAD_REQUEST" }]);
    expect(answered["content-type"]).toBe(`${accept === "*/*" ? "application/json" : accept}; charset=utf-8`);
    expect(answered["cache-control"]).toBe("no-store");
    expect(text).not.toMatch(/unexpected|position|\bat\b|SyntaxError/i);
  }
  expect(api.statements).toEqual([]);
}
