// Every write in every other way that HTTP has for it: GET in each form, other verbs, forms, multipart and plain
// text, which browsers send across origins without asking. 405 with Allow or 415, and nothing has happened.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { expectDiscreet } from "../kit/discretion.ts";
import { forms } from "../kit/lanes.ts";
import { layInSupplies, tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";
import { sendTo, type RawRequest } from "../kit/request.ts";
import { contentsOf, writes } from "../kit/writes.ts";

const OWNER = 1;
const BOUNDARY = "----sixteen-letters";

let api: TestApi;
let before: unknown;
beforeAll(async () => {
  api = await startApi({ fill: (database) => layInSupplies(database, [OWNER]) });
  before = await contentsOf(api.database);
});
beforeEach(() => {
  api.statements.length = 0;
});
afterAll(async () => {
  expect(await contentsOf(api.database)).toEqual(before);
  expect(api.logLines).toEqual([]);
  await api.close();
});

/** Media types with a body that says the same in them. */
const bodies: Readonly<Record<string, (params: object) => string>> = {
  "application/x-www-form-urlencoded": (params) =>
    new URLSearchParams(Object.entries(params).map(([name, value]) => [name, textOf(value)])).toString(),
  [`multipart/form-data; boundary=${BOUNDARY}`]: (params) =>
    multipart({ operations: JSON.stringify(params), map: "{}" }) + multipart(params, true),
  "text/plain": (params) => JSON.stringify(params),
  "text/plain; charset=application/json": (params) => JSON.stringify(params),
  "application/graphql": (params) => textOf((params as { query: string }).query),
  "text/json": (params) => JSON.stringify(params),
  "application/jsonp": (params) => JSON.stringify(params),
  "application/x-json": (params) => JSON.stringify(params),
  "": (params) => JSON.stringify(params),
};

describe.each(writes)("$field", ({ operation }) => {
  /** Once with all that makes it a right write: token, key, variables. */
  async function send(request: RawRequest) {
    const answer = await sendTo(api.url, {
      ...request,
      headers: { Authorization: `Bearer ${tokenOf(api, operation.name, OWNER)}`, ...request.headers },
    });
    expectDiscreet(answer.text);
    return answer;
  }
  const variables = () => writeVariablesOf(operation.name, OWNER);
  const paramsOf = (given: object) => ({ query: operation.body, operationName: operation.name, variables: given });

  it("is 405 with Allow by GET, in every form", async () => {
    const gets = Object.values(forms).map((form) => form(operation, variables()));
    for (const { path } of gets.filter(({ method }) => method === "GET")) {
      const { status, headers } = await send({ method: "GET", path });
      expect([path.slice(0, 40), status, headers["allow"]]).toEqual([path.slice(0, 40), 405, "POST"]);
    }
    // A query stands first, and the name picks the write.
    const query = `query Harmless { __typename } ${operation.body}`;
    const path = `/graphql?${new URLSearchParams({ query, operationName: operation.name, variables: JSON.stringify(variables()) })}`;
    const { status, headers } = await send({ method: "GET", path });
    expect([status, headers["allow"]]).toEqual([405, "POST"]);
    expect(api.statements).toEqual([]);
  });

  it("is 405 with Allow by any other verb", async () => {
    const body = JSON.stringify(paramsOf(variables()));
    for (const method of ["PUT", "PATCH", "DELETE"]) {
      const { status, headers } = await send({ method, body, headers: { "Content-Type": "application/json" } });
      expect([method, status, typeof headers["allow"]]).toEqual([method, 405, "string"]);
    }
    expect(api.statements).toEqual([]);
  });

  it.each(Object.keys(bodies))("is 415 as %j", async (mediaType) => {
    const body = bodies[mediaType]!(paramsOf(variables()));
    const { status } = await send({ body, headers: mediaType === "" ? {} : { "Content-Type": mediaType } });
    expect(status).toBe(415);
    expect(api.statements).toEqual([]);
  });

  it("is 415 in a body that is compressed or claims to be", async () => {
    const body = JSON.stringify(paramsOf(variables()));
    const headers = { "Content-Type": "application/json", "Content-Encoding": "gzip" };
    expect((await send({ body, headers })).status).toBe(415);
    expect(api.statements).toEqual([]);
  });

  it("is refused as one of a batch", async () => {
    const body = JSON.stringify([paramsOf(variables()), paramsOf(variables())]);
    const { status } = await send({ body, headers: { "Content-Type": "application/json" } });
    expect(status).toBe(400);
    expect(api.statements).toEqual([]);
  });
});

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The parts of a form, and the end of it where nothing follows. */
function multipart(parts: object, isLast = false): string {
  const text = Object.entries(parts).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${textOf(value)}\r\n`,
  );
  return `${text.join("")}${isLast ? `--${BOUNDARY}--\r\n` : ""}`;
}
