// What studios call things. Names for players: composed (NFC), counted in code points, nothing that is invisible or
// turns text around. The studio's own ids: exactly what was sent, and two that differ in a byte are two.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "../kit/api.ts";
import { write } from "../kit/writes.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  expect(api.logLines).toEqual([]);
  await api.close();
});

const nouns = {
  items: {
    operation: "UpsertItems",
    nameField: "displayName",
    nameMax: 64,
    entry: (externalId: string, name: string) => ({ externalId, kind: "SPENDABLE", displayName: name }),
    rows: "SELECT external_id AS externalId, display_name AS name FROM item WHERE external_id LIKE ?",
  },
  locations: {
    operation: "UpsertLocations",
    nameField: "name",
    nameMax: 100,
    entry: (externalId: string, name: string) => ({ externalId, name, point: { lat: 1, lng: 2 } }),
    rows: "SELECT external_id AS externalId, name FROM location WHERE external_id LIKE ?",
  },
};

describe.each(["items", "locations"] as const)("%s", (list) => {
  const { operation, nameField, nameMax, entry, rows } = nouns[list];
  const upsert = (entries: readonly object[]) =>
    write(api.url, { operation, input: { [list]: entries }, token: api.tokenFor("studio", "service") });

  const keptNames: readonly (readonly [label: string, sent: string, kept: string])[] = [
    ["decomposed letters", "Cafe\u0301", "Caf\u00e9"],
    ["decomposed Hangul", "\u1112\u1161\u11ab", "\ud55c"],
    ["marks in another order", "a\u0301\u0323", "\u1ea1\u0301"],
    ["as many 4-byte characters as may be", "🦜".repeat(nameMax), "🦜".repeat(nameMax)],
    ["as many characters as may be once composed", "e\u0301".repeat(nameMax), "\u00e9".repeat(nameMax)],
    ["as many marks as may be", `x${"\u0334".repeat(nameMax - 1)}`, `x${"\u0334".repeat(nameMax - 1)}`],
    ["an emoji with its variation", "\u2764\ufe0f", "\u2764\ufe0f"],
    ["spaces within", "a  b", "a  b"],
    ["SQL", "'; DROP TABLE item; -- \\", "'; DROP TABLE item; -- \\"],
    ["wildcards and quotes", "100%_\"'`\\n", "100%_\"'`\\n"],
    ["letters that turn right to left", "עברית", "עברית"],
  ];

  it("keep names composed, and otherwise as they were sent", async () => {
    const entries = keptNames.map(([label, sent]) => entry(`kept ${list} ${label}`, sent));
    expect((await upsert(entries)).payload.userErrors).toEqual([]);
    const found = await api.database.query(rows, [`kept ${list} %`]);
    const nameOf = (label: string) => found.find(({ externalId }) => externalId === `kept ${list} ${label}`)?.name;
    expect(keptNames.map(([label]) => [label, nameOf(label)])).toEqual(
      keptNames.map(([label, , kept]) => [label, kept]),
    );
  });

  const refusedNames: readonly (readonly [label: string, text: string])[] = [
    ["nothing", ""],
    ["one character too many", "a".repeat(nameMax + 1)],
    ["one 4-byte character too many", "🦜".repeat(nameMax + 1)],
    ["10,000 combining marks", `a${"\u0301".repeat(10_000)}`],
    ["a space in front", " a"],
    ["a space behind", "a "],
    ["a wide space behind", "a\u3000"],
    ["an unbreakable space in front", "\u00a0a"],
    ["nothing but a space", " "],
    ["a tab", "a\tb"],
    ["a line feed behind", "a\n"],
    ["NUL", "a\0b"],
    ["a bell", "a\u0007b"],
    ["DEL", "a\u007fb"],
    ["a control character of Latin 1", "a\u0085b"],
    ["a line separator", "a\u2028b"],
    ["a paragraph separator", "a\u2029b"],
    ["an override of direction", "a\u202eb"],
    ["an isolate", "a\u2066b"],
    ["a mark of direction", "a\u200fb"],
    ["an Arabic letter mark", "a\u061cb"],
    ["a space without width", "a\u200bb"],
    ["a joiner", "👨\u200d👩"],
    ["a byte order mark", "\ufeffa"],
    ["a soft hyphen", "a\u00adb"],
    ["a tag", "a\u{e0041}b"],
    ["a private character", "a\ue000b"],
    ["an unassigned character", "a\u0378b"],
    ["no character at all", "a\uffffb"],
    ["half a character", "a\ud800b"],
  ];

  it("refuse each such name, and each such external id, where it stands, and write none of the call", async () => {
    const neighbour = entry(`refused ${list}`, "well named");
    const named = await upsert([
      neighbour,
      ...refusedNames.map(([label, text]) => entry(`refused ${list} ${label}`, text)),
    ]);
    expect(refusalsOf(named.payload)).toEqual(
      refusedNames.map(([label], place) => [label, "INVALID", `${list}.${place + 1}.${nameField}`]),
    );
    expect(await api.database.query(rows, [`refused ${list}%`])).toEqual([]);
    // Ids may be longer: what is too long for a name may be an id.
    const ids = refusedNames.filter(([label]) => !label.endsWith("too many"));
    const identified = await upsert([neighbour, ...ids.map(([, text]) => entry(text, "well named"))]);
    expect(refusalsOf(identified.payload, ids)).toEqual(
      ids.map(([label], place) => [label, "INVALID", `${list}.${place + 1}.externalId`]),
    );
    expect(await api.database.query(rows, [`refused ${list}%`])).toEqual([]);
  });

  /** With the label of the entry that each is about, behind the neighbour. */
  function refusalsOf(payload: { userErrors: { code: string; field: string[] }[] }, labels = refusedNames): string[][] {
    return payload.userErrors.map(({ code, field: [, ...field] }) => [
      labels[Number(field[1]) - 1]?.[0] ?? "the neighbour",
      code,
      field.join("."),
    ]);
  }

  it("tell external ids apart that differ in case, accent, composition, width or an emoji alone", async () => {
    const alike = [
      "Ada",
      "ada",
      "ADA",
      "\u00c0da",
      "A\u0300da",
      "Ada🦜",
      "Ada🦆",
      "Ada1",
      "Ada\uff11",
      "Ad",
      "Ada%",
      "Ad_",
    ]
      .concat(["stra\u00dfe", "strasse", "STRASSE", "\u0131", "i", "I", "\u0130", "\ufb01", "fi", "\u00e6", "ae"])
      .concat(["'", '"', "\\", "\\\\", "a b", "a  b", "__proto__", "constructor", "toString", "null", "0", "00"]);
    const first = await upsert(alike.map((externalId, place) => entry(externalId, `first ${place}`)));
    expect(first.payload.userErrors).toEqual([]);
    const ids = first.payload[list].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(alike.length);
    const again = await upsert(alike.map((externalId, place) => entry(externalId, `again ${place}`)).toReversed());
    expect(again.payload[list].map(({ id }: { id: string }) => id)).toEqual(ids.toReversed());
    const found = await api.database.query(rows, ["%"]);
    for (const [place, externalId] of alike.entries()) {
      expect(found.filter((row) => row.externalId === externalId)).toEqual([{ externalId, name: `again ${place}` }]);
    }
  });

  it("take external ids of up to 128 characters of any size", async () => {
    const long = "🦜".repeat(128);
    expect((await upsert([entry(long, "long")])).payload.userErrors).toEqual([]);
    expect((await upsert([entry(`${long}x`, "longer")])).payload.userErrors).toMatchObject([
      { code: "INVALID", field: ["input", list, "0", "externalId"] },
    ]);
  });

  it("may bear the same name", async () => {
    const { payload } = await upsert([entry(`one ${list}`, "same"), entry(`two ${list}`, "same")]);
    expect(payload.userErrors).toEqual([]);
  });
});

it("find the ingredient of exactly that external id and no other", async () => {
  const upsert = (items: readonly object[]) =>
    write(api.url, { operation: "UpsertItems", input: { items }, token: api.tokenFor("studio", "service") });
  await upsert([{ externalId: "Grain", kind: "SPENDABLE", displayName: "grain" }]);
  const alike = ["grain", "GRAIN", "Grain ", " Grain", "Gra\u0131n", "Grain\0", "Grain🌾", "Grai%", "Gr\u00e4in"];
  const { payload } = await upsert(
    alike.map((externalId, place) => ({
      externalId: `bread ${place}`,
      kind: "RECEIVABLE",
      displayName: "bread",
      recipe: [{ externalId, count: "1" }],
    })),
  );
  expect(payload.userErrors).toMatchObject(
    alike.map((_, place) => ({
      code: "NOT_FOUND",
      field: ["input", "items", String(place), "recipe", "0", "externalId"],
    })),
  );
});
