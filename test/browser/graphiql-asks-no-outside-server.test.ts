// GraphiQL comes whole from the server itself: a developer without a network, or behind a strict one, has it too,
// and nobody outside learns who opens it.

import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { isWithoutBrowser, openBrowser, type TestBrowser } from "../kit/browser.ts";
import { graphiqlUrl, openGraphiql, tallViewport } from "../kit/graphiql-page.ts";

let api: TestApi;
let browser: TestBrowser;
beforeAll(async () => {
  [api, browser] = await Promise.all([startApi(), openBrowser({ viewport: tallViewport })]);
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

it.skipIf(isWithoutBrowser)(
  "opens, runs a query and shows the documentation with requests to its own origin alone",
  async () => {
    const graphiql = await openGraphiql(browser, api.url);
    await graphiql.run();
    await graphiql.page.getByLabel("Show Documentation Explorer").click();
    await graphiql.page.getByText("Root Types").waitFor();
    const { origin } = new URL(graphiqlUrl(api.url));
    const asked = browser.requests.map((request) => request.url());
    // The page itself, its introspection and the query at the least; the others are its workers, kept in blobs.
    expect(asked.filter((url) => url === graphiqlUrl(api.url)).length).toBeGreaterThanOrEqual(3);
    expect(asked.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}/`))).toEqual([]);
    expect(browser.errors).toEqual([]);
  },
);
