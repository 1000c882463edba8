// The public audit of GraphQL over HTTP servers (npm graphql-http), every check of it, whether it says
// MUST, SHOULD or MAY, in development, with introspection open and CSRF-safe content types demanded.

import { serverAudits } from "graphql-http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const audits = serverAudits({ url: () => `${api.url}/graphql` });

it("has 61 checks", () => {
  expect(audits).toHaveLength(61);
});

it.each(audits)("$id: $name", async ({ fn }) => {
  const result = await fn();
  const reason = result.status === "ok" ? "" : `${result.reason}: ${await result.response.text()}`;
  expect([result.status, reason]).toEqual(["ok", ""]);
});
