// Every tab with which GraphiQL opens is answered when it is run as it stands: its variables fit, its token may,
// and a write has an effect of its own or says as data why not.

import { afterAll, beforeAll, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";

interface Tab {
  readonly query: string;
  readonly variables: string;
  readonly headers: string;
}

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it("has its effect with one click on a write of a new player, and says the same to the second", async () => {
  const tab = (await openPage()).find(({ query }) => query.startsWith("mutation CollectItem"))!;
  const first = await run(tab);
  expect(first.body.data.collectItem).toMatchObject({ userErrors: [], transaction: { kind: "COLLECT" } });
  const second = await run(tab);
  expect(second.body.data).toEqual(first.body.data);
});

it("answers each without an error", async () => {
  const tabs = await openPage();
  expect(tabs.length).toBeGreaterThan(12);
  for (const tab of tabs) {
    const { status, body } = await run(tab);
    expect([tab.query, status, body.errors]).toEqual([tab.query, 200, undefined]);
    for (const field of Object.values(body.data)) expect([tab.query, field]).not.toEqual([tab.query, null]);
  }
});

it("gives each page keys of its own", async () => {
  const keysOf = (tabs: readonly Tab[]) => tabs.flatMap(({ variables }) => JSON.parse(variables).key ?? []);
  const keys = [...keysOf(await openPage()), ...keysOf(await openPage())];
  expect(keys.length).toBe(8);
  expect(new Set(keys).size).toBe(keys.length);
});

async function openPage(): Promise<readonly Tab[]> {
  const host = `localhost:${new URL(api.url).port}`;
  const page = await (await fetch(`http://${host}/graphql`, { headers: { Accept: "text/html" } })).text();
  const options = /\{"title":"Satchel".*\}/.exec(page)?.[0];
  return (JSON.parse(options!) as { defaultTabs: Tab[] }).defaultTabs;
}

function run({ query, variables, headers }: Tab) {
  const token = (JSON.parse(headers) as { Authorization: string }).Authorization.replace("Bearer ", "");
  return api.ask({ query, variables: JSON.parse(variables), token });
}
