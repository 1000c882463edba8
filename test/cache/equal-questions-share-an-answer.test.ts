// What a cached answer is known by: the operation and its variables as graphql-js coerces them, whatever the order in
// which they came and the way the operation was named. What may mean something else is another question.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { registeredOperations } from "../../src/operations/registry.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { answersFrom, askWatched, waitForRedis } from "../kit/caching.ts";
import { adHocForm, forms, sendForm } from "../kit/lanes.ts";

let api: TestApi;
beforeAll(async () => {
  waitForRedis();
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => api.forgetAnswers());

const near = { lat: 52.5, lng: 13.4 };
const nearby = (variables: object) => askWatched(api, "NearbyItems", { variables, token: api.tokenFor(1) });

it("takes variables in any order, deep ones too, and knows defaults for what they are", async () => {
  expect((await nearby({ near, withinMeters: 3000, first: 20 })).source).toBe("computed");
  expect((await nearby({ first: 20, near: { lng: 13.4, lat: 52.5 }, withinMeters: 3000 })).source).toBe("memory");
  expect((await nearby({ near })).source).toBe("memory");
});

it("takes a number in either spelling for the same", async () => {
  await nearby({ near, withinMeters: 3000 });
  expect((await nearby({ near: { lat: 5.25e1, lng: 13.4 }, withinMeters: 3e3 })).source).toBe("memory");
});

it("tells nothing of a number's answer to whoever sends it as text", async () => {
  await askWatched(api, "Catalogue", { variables: { first: 3 } });
  const { source, status, body } = await askWatched(api, "Catalogue", { variables: { first: "3" } });
  expect([source, status, body.data]).toEqual(["none", 400, undefined]);
});

it("takes null and nothing for two questions", async () => {
  await nearby({ near });
  expect((await nearby({ near, after: null })).source).toBe("computed");
});

it("tells pages, filters and places apart", async () => {
  const sizes = [1, 2, 3];
  for (const first of sizes) {
    const { source, body } = await askWatched(api, "Catalogue", { variables: { first } });
    expect([source, body.data.items.nodes.length]).toEqual(["computed", first]);
  }
  for (const kind of ["SPENDABLE", "RECEIVABLE"]) {
    const { source, body } = await askWatched(api, "Catalogue", { variables: { first: 3, kind } });
    expect(source).toBe("computed");
    expect(new Set(body.data.items.nodes.map((node: { kind: string }) => node.kind))).toEqual(new Set([kind]));
  }
});

it("gives one answer to every form that names the operation, and none of it to ad-hoc text", async () => {
  const operation = registeredOperations.findLast(({ name }) => name === "Catalogue")!;
  const sent = { accept: "application/json" };
  const texts = new Set<string>();
  for (const form of Object.values(forms))
    texts.add((await sendForm(api.url, form(operation, { first: 6 }), sent)).text);
  expect(texts.size).toBe(1);
  const [computed, told] = [await answersFrom(api.app, "computed"), await answersFrom(api.app, "memory")];
  api.statements.length = 0;
  // It may have other aliases by the same names: it is always computed.
  await sendForm(api.url, adHocForm(operation, { first: 6 }), sent);
  expect(api.statements.length).toBeGreaterThan(0);
  expect([await answersFrom(api.app, "computed"), await answersFrom(api.app, "memory")]).toEqual([computed, told]);
});
