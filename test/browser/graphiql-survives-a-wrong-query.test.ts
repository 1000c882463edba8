// A mistake is shown where the answer would be, and the page goes on working: with the next query, and in the
// next tab.

import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { isWithoutBrowser, openBrowser, type TestBrowser } from "../kit/browser.ts";
import { openGraphiql, tallViewport } from "../kit/graphiql-page.ts";

let api: TestApi;
let browser: TestBrowser;
beforeAll(async () => {
  [api, browser] = await Promise.all([startApi(), openBrowser({ viewport: tallViewport })]);
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

it.skipIf(isWithoutBrowser)("shows the error of a wrong query, and then the answer of a right one", async () => {
  const graphiql = await openGraphiql(browser, api.url);
  await graphiql.writeQuery("query Unknown { viewer { nickname } }");
  const unknownField = await graphiql.run();
  expect(unknownField.body.errors?.[0]?.message).toContain('Cannot query field "nickname" on type "Player"');

  await graphiql.writeQuery("query Broken { viewer { id ");
  await graphiql.runInVain("Syntax Error");

  await graphiql.writeQuery("query Right { viewer { id } }");
  const { body } = await graphiql.run();
  expect(body.data).toEqual({ viewer: { id: "UGxheWVyOjE" } });

  await graphiql.openTab("NearbyItems");
  const nearby = await graphiql.run();
  expect(nearby.body.errors).toBeUndefined();
  expect(nearby.body.data.viewer.itemLocations.nodes.length).toBeGreaterThan(0);
});
