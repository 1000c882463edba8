// What the database holds comes out as the schema promises: moments in RFC 3339 with milliseconds, whole
// numbers as digits, texts byte for byte.

import { afterAll, beforeAll, expect, it } from "vitest";
import { itemGlobalId, locationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItemLocations, insertItems, insertPlayer, insertPlayers, insertVerification } from "../kit/fixtures.ts";
import { coordinatesOfFieldsOf } from "../kit/schema.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ isLedgerWrong: true });
});
afterAll(() => api.close());

/** Each as long as its column at most. */
const texts = {
  "four-byte characters": "🏃🏽‍♀️ 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 𝕬𝖉𝖆",
  "combining marks": `Z${"\u0300\u0301\u0302\u0323".repeat(15)}`,
  "decomposed letters, left as they are": "Ada Ko\u0308hler",
  "composed letters, left as they are": "Ada Köhler",
  "right-to-left letters": "مها العمري ‏(٣)",
  "ideographs beyond the basic plane": "𠮷野家 高橋",
  "quotes and backslashes": `O'Neil "Q" \\ \\' % _ ? ; --`,
  "markup and templates": "<script>alert(1)</script>${7*7}{{7*7}}",
  "line ends and tabs": "a\r\nb\tc",
  "spaces at both ends": "  a  ",
  "names of JavaScript": "__proto__ constructor toString",
  "a replacement character": "\ufffd",
  "64 characters of four bytes": "🦉".repeat(64),
};

it.each(Object.entries(texts))("gives back %s byte for byte", async (_, text) => {
  const playerId = await insertPlayer(api.database, { displayName: text, city: text, externalId: `p-${text}` });
  const [itemId] = await insertItems(api.database, [{ displayName: text, externalId: `i-${text}` }]);
  await insertItemLocations(api.database, playerId, [{ lat: 1, lng: 2, name: text }]);
  const [{ locationId }] = await api.database.query("SELECT MAX(id) AS locationId FROM location");
  const { player, item, location } = await api.read({
    query: `query ($player: ID!, $item: ID!, $location: ID!) {
      player(id: $player) { displayName city externalId }
      item: node(id: $item) { ... on Item { displayName externalId } }
      location: node(id: $location) { ... on Location { name } } }`,
    variables: {
      player: playerGlobalId(BigInt(playerId)),
      item: itemGlobalId(BigInt(itemId!)),
      location: locationGlobalId(BigInt(locationId)),
    },
    token: api.tokenFor(playerId),
  });
  expect(player).toEqual({ displayName: text, city: text, externalId: `p-${text}` });
  expect(item).toEqual({ displayName: text, externalId: `i-${text}` });
  expect(location).toEqual({ name: text });
});

it("keeps players apart whose ids of the studio differ in case, accent or composition alone", async () => {
  const externalIds = ["Key", "key", "KEY", "kéy", "ke\u0301y", "key🏃", "key🏃🏽"];
  const playerIds = await insertPlayers(
    api.database,
    externalIds.map((externalId) => ({ externalId })),
  );
  const { nodes } = await api.read({
    query: "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Player { externalId } } }",
    variables: { ids: playerIds.map((playerId) => playerGlobalId(BigInt(playerId))) },
    token: api.tokenFor("support", "admin"),
  });
  expect(nodes.map(({ externalId }: { externalId: string }) => externalId)).toEqual(externalIds);
});

it.each([
  ["2026-02-03 04:05:06.789", "2026-02-03T04:05:06.789Z"],
  ["2026-02-03 04:05:06", "2026-02-03T04:05:06.000Z"],
  ["2026-03-29 02:30:00.010", "2026-03-29T02:30:00.010Z"],
  ["1970-01-01 00:00:00.001", "1970-01-01T00:00:00.001Z"],
  ["9999-12-31 23:59:59.999", "9999-12-31T23:59:59.999Z"],
])("shows the moment %s as %s, from either way to the database", async (stored, expected) => {
  const playerId = await insertPlayer(api.database, { createdAt: stored });
  await insertVerification(api.database, playerId, "PENDING", 3, stored);
  const query = "{ viewer { createdAt verification { status attempts nextAttemptAt } } }";
  expect(await api.read({ query, token: api.tokenFor(playerId) })).toEqual({
    viewer: { createdAt: expected, verification: { status: "PENDING", attempts: 3, nextAttemptAt: expected } },
  });
});

it("shows no verification where none was asked for, and no next attempt where none is due", async () => {
  const [none, done] = (await insertPlayers(api.database, [{}, {}])) as [number, number];
  await insertVerification(api.database, done, "VERIFIED", 1, null);
  const query = "{ viewer { verification { status attempts nextAttemptAt } } }";
  expect(await api.read({ query, token: api.tokenFor(none) })).toEqual({ viewer: { verification: null } });
  expect(await api.read({ query, token: api.tokenFor(done) })).toEqual({
    viewer: { verification: { status: "VERIFIED", attempts: 1, nextAttemptAt: null } },
  });
});

it("reads a player whose id is past 2^63", async () => {
  const playerId = 2n ** 64n - 2n;
  await api.database.query("INSERT INTO player (id, display_name, version) VALUES (?, 'Far', 18446744073709551615)", [
    playerId,
  ]);
  const id = playerGlobalId(playerId);
  const { player } = await api.read({
    query:
      "query ($id: ID!) { player(id: $id) { id displayName version verification { status } runs(first: 1) { nodes { id } } } }",
    variables: { id },
    token: api.tokenFor("support", "admin"),
  });
  expect(player).toEqual({
    id,
    displayName: "Far",
    version: "18446744073709551615",
    verification: null,
    runs: { nodes: [] },
  });
});

it("has no field of a whole number that JSON could bend but those few that stay small", () => {
  // Everything that is counted or summed is a BigInt; an Int is small by its nature.
  expect(coordinatesOfFieldsOf((name) => name === "Int")).toEqual([
    "LeaderboardEntry.rank",
    "Player.birthYear",
    "Run.durationSeconds",
    "RunStats.ranking",
    "Verification.attempts",
  ]);
});
