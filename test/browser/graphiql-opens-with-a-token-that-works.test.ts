// GraphiQL keeps its tabs in the browser, by origin. What it kept may be of an earlier server on this port, whose
// tokens are worth nothing today, or of another project altogether: neither is what the page opens with.

import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { isWithoutBrowser, launchBrowser, openProfile, type TestBrowser } from "../kit/browser.ts";
import { graphiqlUrl, openGraphiql, tallViewport } from "../kit/graphiql-page.ts";

let api: TestApi;
let program: Browser;
/** Its profile is each test's own. */
let browser: TestBrowser;
beforeAll(async () => {
  [api, program] = await Promise.all([startApi(), launchBrowser()]);
});
beforeEach(async () => {
  browser = await openProfile(program, { viewport: tallViewport });
});
afterEach(() => browser.close());
afterAll(async () => {
  await program.close();
  await api.close();
});

it.skipIf(isWithoutBrowser)("keeps over a reload what was typed", async () => {
  const graphiql = await openGraphiql(browser, api.url);
  await graphiql.openTab("HomeScreen");
  await graphiql.writeQuery("query Mine { viewer { id } }");
  await graphiql.run();
  const tabs = await graphiql.tabs();
  await graphiql.reload();
  expect(tabs).toContain("Mine");
  expect(await graphiql.tabs()).toEqual(tabs);
  expect(await graphiql.query()).toBe("query Mine { viewer { id } }");
  expect((await graphiql.run()).body.data).toEqual({ viewer: { id: "UGxheWVyOjE" } });
  await graphiql.openTab("PlayerState");
  expect((await graphiql.run()).body.data.player.id).toBe("UGxheWVyOjE");
});

it.skipIf(isWithoutBrowser)(
  "puts today's token in place of one that an earlier server signed with another key, in every tab",
  async () => {
    const graphiql = await openGraphiql(browser, api.url);
    const before = await graphiql.run();
    const { port } = new URL(api.url);
    await api.close();
    api = await startApi({ environment: { PORT: port } });
    await graphiql.reload();
    const after = await graphiql.run();
    expect(after.status).toBe(200);
    expect(after.authorization).not.toBe(before.authorization);
    await graphiql.openTab("NearbyItems");
    expect(await graphiql.run()).toMatchObject({ status: 200, authorization: after.authorization });
  },
);

it.skipIf(isWithoutBrowser)("opens its own tabs where another project has left some", async () => {
  const blank = await browser.context.newPage();
  await blank.goto(new URL("/nothing-here", graphiqlUrl(api.url)).href);
  await blank.evaluate(`
      const tab = { id: "1", title: "Foreign", operationName: "Foreign", query: "query Foreign { cats }" };
      localStorage.setItem("graphiql:tabState", JSON.stringify({ tabs: [tab], activeTabIndex: 0 }));
      localStorage.setItem("graphiql:query", tab.query);
      localStorage.setItem("unrelated", "stays");
    `);
  const graphiql = await openGraphiql(browser, api.url);
  const queries = registeredOperations.filter(({ type }) => type === "query").map(({ name }) => name);
  const tabs = await graphiql.tabs();
  // Queries, then what the page's player may write.
  expect(new Set(tabs.slice(0, -4))).toEqual(new Set(queries));
  expect(tabs.slice(-4)).toEqual(["CollectItem", "ExchangeItems", "SpendItems", "TransferItems"]);
  expect((await graphiql.run()).body.data.player.id).toBe("UGxheWVyOjE");
  expect(await blank.evaluate('localStorage.getItem("unrelated")')).toBe("stays");
});
