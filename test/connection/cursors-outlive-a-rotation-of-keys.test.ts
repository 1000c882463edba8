// Rotating CURSOR_KEYS puts a new key in front: clients in the middle of a list go on with cursors of
// the old one as long as it stays behind, and not a request longer.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCursors } from "../../src/runtime/cursors.ts";
import { parseSigningKeys } from "../../src/runtime/signing-keys.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { readPage } from "../kit/lists.ts";

const key = (kid: string) => `${kid}:${randomBytes(32).toString("base64url")}`;
const [oldKey, newKey] = [key("dev-old"), key("dev-new")];

let before: TestApi;
let after: TestApi;
beforeAll(async () => {
  [before, after] = await Promise.all([
    startApi({ environment: { CURSOR_KEYS: oldKey } }),
    startApi({ environment: { CURSOR_KEYS: `${newKey},${oldKey}` } }),
  ]);
});
afterAll(() => Promise.all([before.close(), after.close()]));

it("a server with the old key in second place goes on with a cursor of a server that had it in first", async () => {
  const list = { field: "Query.items" } as const;
  const { endCursor } = (await readPage(before, list, { first: 2 })).pageInfo;
  const rest = await readPage(after, list, { first: 100, after: endCursor });
  expect(rest.nodes).toEqual((await readPage(before, list, { first: 100 })).nodes.slice(2));
});

it("the server signs with the first key", async () => {
  const list = { field: "Query.items" } as const;
  const { endCursor } = (await readPage(after, list, { first: 2 })).pageInfo;
  await expect(readPage(before, list, { first: 2, after: endCursor })).rejects.toThrow("BAD_CURSOR");
});

it("an old key that has been dropped opens nothing, though a new one has taken its name", () => {
  const cursor = createCursors(parseSigningKeys(oldKey)).seal("list", "position");
  expect(createCursors(parseSigningKeys(`${newKey},${oldKey}`)).open("list", cursor)).toBe("position");
  expect(createCursors(parseSigningKeys(newKey)).open("list", cursor)).toBeNull();
  expect(createCursors(parseSigningKeys(key("dev-old"))).open("list", cursor)).toBeNull();
});
