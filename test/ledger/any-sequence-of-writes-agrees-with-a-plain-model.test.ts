// Random sequences of writes, up to three at once, under fresh and repeated keys, through HTTP and MariaDB, against a
// model that is told in the plainest way (test/kit/ledger-model.ts): every payload, refusal, replay and read, and
// in the end everything that lies in the ledger. What fails is shrunk to the few writes that show it.

import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { itemGlobalId, itemLocationGlobalId, playerGlobalId } from "../../src/runtime/ids.ts";
import { startApi, type TestApi } from "../kit/api.ts";
import { insertItems, insertPlayers } from "../kit/fixtures.ts";
import { LedgerModel, degreesNorth, type Counts, type ModelAnswer, type ModelWrite } from "../kit/ledger-model.ts";
import { forms, sendForm } from "../kit/lanes.ts";
import { newestOperations } from "../kit/operation-variables.ts";
import { checkAsync } from "../kit/property.ts";
import { mismatchesIn, write, type Write, type WriteAnswer } from "../kit/writes.ts";

/** Of up to four sequences each. */
const RUNS = 25;
/** Past it no new sequence is begun, and shrinking ends with what it has found. */
const MS_MAX = 25_000;
const NOBODY = 987_654_321n;
const NOTHING = 888_888n;
const POINT = { lat: 52.5, lng: 13.4 };

const costs = (counts: Readonly<Record<number, bigint>>): Counts =>
  Object.entries(counts).map(([id, many]) => [BigInt(id), many]);

/** The vectors' six, and a hoard that costs so many worms that two of them cannot be counted. */
const catalogue = new Map<bigint, Counts | null>([
  [1n, costs({ 4: 2n, 5: 1n })],
  [2n, costs({ 4: 1n, 5: 1n, 6: 1n })],
  [3n, costs({ 4: 1n, 5: 1n })],
  [4n, null],
  [5n, null],
  [6n, null],
  [7n, costs({ 4: 2n ** 62n })],
]);

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await insertItems(api.database, [{ itemId: 7, kind: "RECEIVABLE", displayName: "hoard" }]);
  await api.database.query("INSERT INTO item_recipe VALUES (7, 4, ?)", [2n ** 62n]);
  await api.database.query("INSERT INTO location (id, name, lat, lng, used_at) VALUES (1000, 'here', ?, ?, NOW())", [
    POINT.lat,
    POINT.lng,
  ]);
});
afterAll(() => api.close());

/** A write before it is known whose ids and versions a run has. */
type Draft = Pick<ModelWrite, "mutation"> & {
  /** Places in the run's players; the last is nobody. */
  readonly actor: number;
  readonly other: number;
  readonly items: readonly (readonly [bigint, bigint])[];
  readonly itemId: bigint;
  readonly times: bigint;
  readonly n: bigint;
  readonly northMeters: number;
  readonly version: "any" | "right" | "wrong";
  readonly byService: boolean;
};

/** What is sent at the same moment: drafts, each under a fresh key or that of an earlier write. */
interface Step {
  readonly draft: Draft;
  /** Counts back from the last write: its key. Null for a fresh one. */
  readonly keyOf: number | null;
  /** Under that key: the same write again, or this draft in its place, often for the same player. */
  readonly isSame: boolean;
}

const count = fc.oneof(
  { weight: 16, arbitrary: fc.bigInt(1n, 4n) },
  { weight: 3, arbitrary: fc.constantFrom(2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 1n) },
  { weight: 1, arbitrary: fc.constant(0n) },
);
const itemId = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(4n, 5n) },
  { weight: 4, arbitrary: fc.constantFrom(1n, 2n, 3n, 6n, 7n) },
  { weight: 1, arbitrary: fc.constant(NOTHING) },
);
const actorPlace = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.constantFrom(2, 3) },
);
const otherPlace = fc.oneof(
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(2, 3) },
);
const line = fc.tuple(itemId, count);
const draft: fc.Arbitrary<Draft> = fc.record({
  mutation: fc.oneof(
    { weight: 4, arbitrary: fc.constant("grantItems" as const) },
    { weight: 3, arbitrary: fc.constant("spendItems" as const) },
    { weight: 3, arbitrary: fc.constant("exchangeItems" as const) },
    { weight: 3, arbitrary: fc.constant("transferItems" as const) },
    { weight: 2, arbitrary: fc.constant("collectItem" as const) },
  ),
  actor: actorPlace,
  other: otherPlace,
  items: fc.oneof(
    { weight: 6, arbitrary: fc.uniqueArray(line, { minLength: 1, maxLength: 3, selector: ([id]) => id }) },
    { weight: 1, arbitrary: fc.array(line, { maxLength: 3 }) },
  ),
  itemId: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(1n, 3n) }, { weight: 2, arbitrary: itemId }),
  times: count,
  n: fc.constantFrom(1n, 2n, 9n),
  northMeters: fc.constantFrom(0, 40, 60, 5_000),
  version: fc.oneof(
    { weight: 5, arbitrary: fc.constant("any" as const) },
    { weight: 1, arbitrary: fc.constantFrom("right" as const, "wrong" as const) },
  ),
  byService: fc.boolean(),
});
const step: fc.Arbitrary<Step> = fc.record({
  draft,
  keyOf: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(4) }),
  isSame: fc.boolean(),
});
/** Steps of one list are sent together. */
const sequence = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(step) },
    { weight: 1, arbitrary: fc.array(step, { minLength: 2, maxLength: 3 }) },
  ),
  { minLength: 1, maxLength: 12 },
);

it("answers every sequence of writes as the model does", { timeout: 60_000 }, async () => {
  const counts = { sequences: 0, replays: 0 };
  await checkAsync(
    fc.asyncProperty(fc.array(sequence, { minLength: 1, maxLength: 4 }), async (sequences) => {
      // Each with players of its own, so that they share groups and nothing else.
      await Promise.all(sequences.map((steps) => play(steps, counts)));
    }),
    RUNS,
    MS_MAX,
  );
  // Neither cut short nor idle.
  expect(counts.sequences).toBeGreaterThanOrEqual(RUNS / 2);
  expect(counts.replays).toBeGreaterThan(counts.sequences / 4);
  expect(await mismatchesIn(api)).toEqual([]);
});

async function play(steps: readonly Step[][], counts: { sequences: number; replays: number }): Promise<void> {
  counts.sequences += 1;
  const run = await startRun();
  for (const [place, together] of [[endowment(0), endowment(1)], ...steps].entries()) {
    counts.replays += await take(run, together);
    const actor = together[0]?.draft.actor ?? 0;
    const compare = place % 2 === 1 ? compareState : compareTransactions;
    await compare(run, run.playerIds[actor] ?? run.playerIds[0]!);
  }
  await compareWhole(run);
}

/** What two of the players begin with, so that not everything is refused. */
function endowment(place: number): Step {
  const items = [4n, 5n, 6n, 1n].map((id) => [id, 9n] as const);
  const nothing = { other: 0, itemId: 0n, times: 0n, n: 0n, northMeters: 0 };
  const given = {
    mutation: "grantItems",
    actor: place,
    items,
    ...nothing,
    version: "any",
    byService: true,
  } as const;
  return { draft: given, keyOf: null, isSame: false };
}

/** Three players of its own, so that what other sequences did does not matter. */
interface Run {
  readonly playerIds: readonly bigint[];
  model: LedgerModel;
  /** Every write that was sent, with its key, the last one first. */
  readonly sent: { write: ModelWrite; key: string }[];
}

/** Each player has item locations 1 and 2, with items 4 and 1. */
async function startRun(): Promise<Run> {
  const playerIds = (await insertPlayers(api.database, [{}, {}, {}])).map(BigInt);
  const places = playerIds.flatMap((playerId) => [[playerId, 1n, 4n] as const, [playerId, 2n, 1n] as const]);
  await api.database.query(
    `INSERT INTO item_location (player_id, n, item_id, location_id, lat, lng, cell) VALUES ${places.map(() => "(?, ?, ?, 1000, ?, ?, 0)").join(", ")}`,
    places.flatMap((place) => [...place, POINT.lat, POINT.lng]),
  );
  await api.database.query("UPDATE player SET item_location_n_last = 2 WHERE id BETWEEN ? AND ?", [
    playerIds[0],
    playerIds.at(-1),
  ]);
  const lies = new Map(places.map(([playerId, n, item]) => [`${playerId}.${n}`, item]));
  return { playerIds, model: new LedgerModel(catalogue, playerIds, lies), sent: [] };
}

/** Sends the steps at once and finds an order in which the model says the same. Returns how many were replays. */
async function take(run: Run, steps: readonly Step[]): Promise<number> {
  const known = [...run.sent];
  const writes = steps.map((given) => writeOf(run, known, given));
  const answers = (
    await Promise.all(writes.map((sent) => write(api.url, requestOf(sent.write, sent.byService, sent.key))))
  ).map(shown);
  run.sent.unshift(...writes);
  const told = permutations(writes.map((_, place) => place)).map((order) => {
    const model = run.model.copy();
    const expected: ModelAnswer[] = [];
    for (const place of order) expected[place] = model.submit(writes[place]!.write, writes[place]!.key);
    return { model, expected };
  });
  const agreeing = told.find(({ expected }) => isDeepStrictEqual(answers, expected));
  // None agrees: shown against the order in which they were written down.
  if (agreeing === undefined) expect(answers).toEqual(told[0]!.expected);
  run.model = agreeing!.model;
  return answers.filter((answer) => "replayed" in answer && answer.replayed).length;
}

function writeOf(
  { playerIds, model }: Run,
  known: Run["sent"],
  { draft: given, keyOf, isSame }: Step,
): { write: ModelWrite; key: string; byService: boolean } {
  const earlier = keyOf === null ? undefined : known[keyOf];
  if (earlier !== undefined && isSame) return { ...earlier, byService: isForService(earlier.write, given.byService) };
  const idOf = (place: number) => playerIds[place] ?? NOBODY;
  const playerId = idOf(given.actor);
  const version = model.versionOf(playerId);
  const written = {
    playerId,
    expectedVersion: given.version === "any" ? null : given.version === "right" ? version : version + 1n,
  };
  const key = earlier?.key ?? randomUUID();
  const wanted = { ...written, ...restOf(given, playerId, idOf(given.other)) };
  return { write: wanted, key, byService: isForService(wanted, given.byService) };
}

function restOf({ mutation, items, itemId: made, times, n, northMeters }: Draft, playerId: bigint, otherId: bigint) {
  if (mutation === "exchangeItems") return { mutation, itemId: made, times };
  if (mutation === "transferItems") return { mutation, toPlayerId: otherId, items };
  if (mutation !== "collectItem") return { mutation, items };
  return { mutation, ownerId: otherId === NOBODY ? NOBODY : playerId, n, northMeters };
}

/** Whether a service sends it: always what players may not do, never what it would do for somebody else. */
function isForService(sent: ModelWrite, isWanted: boolean): boolean {
  if (sent.mutation === "collectItem") return isWanted && sent.ownerId === sent.playerId;
  return isWanted || sent.mutation === "grantItems";
}

/** The write as an app or a game's server sends it. */
function requestOf(sent: ModelWrite, byService: boolean, key: string): Write {
  const { mutation, playerId, expectedVersion } = sent;
  const token = byService ? api.tokenFor("games", "service") : api.tokenFor(String(playerId));
  const operation = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}`;
  const actor = byService || mutation === "grantItems" ? playerGlobalId(playerId) : undefined;
  const version = expectedVersion === null ? null : String(expectedVersion);
  return { operation, input: { expectedVersion: version, ...inputOf(sent, actor) }, token, key };
}

function inputOf(sent: ModelWrite, actor: string | undefined): object {
  if (sent.mutation === "collectItem") {
    const at = { lat: POINT.lat + degreesNorth(sent.northMeters), lng: POINT.lng };
    return { itemLocationId: itemLocationGlobalId(sent.ownerId, sent.n), at };
  }
  if (sent.mutation === "exchangeItems") {
    return { playerId: actor, itemId: itemGlobalId(sent.itemId), times: String(sent.times) };
  }
  const items = sent.items.map(([id, many]) => ({ itemId: itemGlobalId(id), count: String(many) }));
  if (sent.mutation !== "transferItems") return { playerId: actor, items };
  return { fromPlayerId: actor, toPlayerId: playerGlobalId(sent.toPlayerId), items };
}

/** The answer as the model writes it: moments, messages and names are left out, distances in whole metres. */
function shown({ status, payload, replayed, code }: WriteAnswer): ModelAnswer | { status: number } {
  if (code !== undefined) return { code };
  if (status !== 200 || replayed === undefined) return { status };
  return { payload: withoutMoments(payload), replayed, status };
}

function withoutMoments(payload: object): object {
  return JSON.parse(JSON.stringify(payload), (name, value: unknown) => {
    if (name === "recordedAt") return /^20\d\d-.*\.\d{3}Z$/.test(String(value)) ? undefined : value;
    if (name === "displayName") return undefined;
    if (name === "message") return String(value).length > 10 ? undefined : value;
    return name === "distanceMeters" && typeof value === "number" ? Math.round(value) : value;
  });
}

/** The state that this player reads. */
async function compareState({ model }: Run, playerId: bigint): Promise<void> {
  const { player } = await read("PlayerState", playerId, { id: playerGlobalId(playerId) });
  const nodes = player.state.nodes.map(({ item, quantity }: { item: { id: string }; quantity: string }) => [
    item.id,
    quantity,
  ]);
  expect([player.version, nodes]).toEqual([
    String(model.versionOf(playerId)),
    [...catalogue.keys()].map((id) => [itemGlobalId(id), String(model.quantityOf(playerId, id))]),
  ]);
}

/** The ledger that this player reads. */
async function compareTransactions({ model }: Run, playerId: bigint): Promise<void> {
  const { viewer } = await read("Transactions", playerId, { first: 100 });
  expect([viewer.version, withoutMoments(viewer.transactions.nodes)]).toEqual([
    String(model.versionOf(playerId)),
    model.transactionsOf(playerId),
  ]);
}

// oxlint-disable-next-line typescript/no-explicit-any -- the shape is that of the operation
async function read(operation: string, playerId: bigint, variables: object): Promise<any> {
  const token = api.tokenFor(String(playerId));
  const request = forms["documentId"]!(newestOperations.get(operation)!, variables);
  const { status, text } = await sendForm(api.url, request, { token, accept: "application/json" });
  const { data, errors } = JSON.parse(text);
  expect([status, errors]).toEqual([200, undefined]);
  return data;
}

/** Everybody, and what still lies where, from the table itself. */
async function compareWhole(run: Run): Promise<void> {
  await Promise.all(
    run.playerIds.flatMap((playerId) => [compareState(run, playerId), compareTransactions(run, playerId)]),
  );
  const rows = await api.database.query(
    "SELECT CONCAT(player_id, '.', n) AS place FROM item_location WHERE player_id BETWEEN ? AND ?",
    [run.playerIds[0], run.playerIds.at(-1)],
  );
  expect(rows.map(({ place }) => place as string).toSorted()).toEqual(run.model.placesLeft());
}

/** Every order, the given one first. */
function permutations(places: readonly number[]): number[][] {
  if (places.length <= 1) return [[...places]];
  return places.flatMap((first) =>
    permutations(places.filter((place) => place !== first)).map((rest) => [first, ...rest]),
  );
}
