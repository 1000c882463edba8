// Every list is asked for by the page, and a page has 1 to 100 entries: nothing else is a page.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItems } from "../kit/fixtures.ts";
import { listFields, pageDocument, readPage } from "../kit/lists.ts";
import { sendTo } from "../kit/request.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.statements.length = 0;
});

const VALIDATION = "GRAPHQL_VALIDATION_FAILED";

describe.each(listFields)("%s", (field) => {
  const token = () => api.tokenFor(1);
  /** What comes before the size is looked at: the player whose list it is. */
  const statementsMax = field.startsWith("Player.") ? 1 : 0;

  it.each([
    ["0", "BAD_USER_INPUT"],
    ["-1", "BAD_USER_INPUT"],
    ["101", "BAD_USER_INPUT"],
    ["2147483647", "BAD_USER_INPUT"],
    ["2147483648", "BAD_USER_INPUT"],
    ["-2147483649", "BAD_USER_INPUT"],
    ["1e400", "BAD_USER_INPUT"],
    ["1.5", "BAD_USER_INPUT"],
    ['"5"', "BAD_USER_INPUT"],
    ["true", "BAD_USER_INPUT"],
    ["[1]", "BAD_USER_INPUT"],
    ["null", "BAD_USER_INPUT"],
  ])("refuses first: %s as a variable", async (text, code) => {
    // As text: JSON.stringify cannot write 1e400.
    const body = `{"query": ${JSON.stringify(pageDocument({ field }, "first: $first"))}, "variables": {"first": ${text}}}`;
    const headers = {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      Authorization: `Bearer ${token()}`,
    };
    const answer = await sendTo(api.url, { headers, body });
    expect([answer.status, JSON.parse(answer.text).errors[0].extensions.code]).toEqual([400, code]);
    expect(api.statements.length).toBeLessThanOrEqual(statementsMax);
  });

  it.each([
    ["0", "BAD_USER_INPUT"],
    ["-1", "BAD_USER_INPUT"],
    ["101", "BAD_USER_INPUT"],
    ["2147483648", VALIDATION],
    ["1e400", VALIDATION],
    ["1.5", VALIDATION],
    ['"5"', VALIDATION],
    ["null", VALIDATION],
  ])("refuses first: %s in the document", async (text, code) => {
    const { status, body } = await api.ask({ query: pageDocument({ field }, `first: ${text}`), token: token() });
    expect([status, body.errors![0]!.extensions.code]).toEqual([400, code]);
    expect(api.statements.length).toBeLessThanOrEqual(statementsMax);
  });

  it("refuses a page without first, and one from the end", async () => {
    for (const text of ["after: null", "last: 1", "first: 1, last: 1"]) {
      const { status, body } = await api.ask({ query: pageDocument({ field }, text), token: token() });
      expect([status, body.errors![0]!.extensions.code]).toEqual([400, VALIDATION]);
    }
    expect(api.statements).toEqual([]);
  });

  it("refuses a variable that is missing, and a null where the document has a default", async () => {
    const document = pageDocument({ field }, "first: $first");
    const missing = await api.ask({ query: document, token: token() });
    expect([missing.status, missing.body.errors![0]!.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    const withDefault = document.replace("$first: Int!", "$first: Int = 10");
    const nulled = await api.ask({ query: withDefault, variables: { first: null }, token: token() });
    expect([nulled.status, nulled.body.errors![0]!.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    expect(api.statements.length).toBeLessThanOrEqual(statementsMax);
  });

  it("takes 1 and 100", async () => {
    for (const first of [1, 100]) expect((await readPage(api, { field }, { first })).nodes.length).toBeGreaterThan(0);
  });
});

it("answers a hundred entries and says that there are more", async () => {
  await insertItems(
    api.database,
    Array.from({ length: 95 }, () => ({})),
  );
  const page = await readPage(api, { field: "Query.items" }, { first: 100 });
  expect([page.nodes.length, page.pageInfo.hasNextPage]).toEqual([100, true]);
});
