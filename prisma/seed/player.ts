// One demo player from (seed, number) alone: who it is, what it earned, where its items lie, how it ran.
// Nothing here looks at the database or at another player, so topping up gives the same rows as one go.
// Balances never fall below zero, exchanges follow the catalogue's recipes, all moments lie in the past.
import { basicItems, basicReceivables, basicSpendables } from "./catalogue.ts";
import { cities } from "./cities.ts";
import { playerName } from "./names.ts";
import { NEAR_PLACES_PER_CITY, type Place, placesByCity } from "./places.ts";
import { createRandom, type Random } from "./random.ts";
import type { SeedItem, SeedPlayer, SeedRun, SeedTransaction } from "./rows.ts";

const DAY_MS = 86_400_000;
/** Everything seeded happened before 1 October 2026, however late it is seeded. */
const LATEST_EPOCH_MS = Date.UTC(2026, 9, 1);

type Line = SeedTransaction["lines"][number];

/** The moment when the demo world stands still: nothing seeded is younger. Depends on the seed alone. */
export function epochMsOf(seed: number): number {
  return LATEST_EPOCH_MS - createRandom(seed, "epoch", 0).integer(0, 27) * DAY_MS;
}

/** Demo player `number` (its id, 3 or more) under `seed`. */
export function demoPlayer(seed: number, number: number): SeedPlayer {
  const random = createRandom(seed, "player", number);
  const epochMs = epochMsOf(seed);
  const cityIndex = random.integer(0, cities.length - 1);
  const city = cities[cityIndex];
  if (city === undefined) throw new RangeError(`no city ${cityIndex}`);
  const { displayName, mailbox } = playerName(random, city.culture);
  const createdAtMs = epochMs - random.integer(30, 700) * DAY_MS - random.integer(0, DAY_MS - 1);
  return {
    id: number,
    // Two in three came through a studio that has ids of its own.
    externalId: random.chance(2 / 3) ? `demo-player-${number}` : null,
    displayName,
    email: `${mailbox}.${number}@mail.example.com`,
    city: city.name,
    birthYear: 2013 - Math.floor(Math.sqrt(random.fraction()) * 55),
    createdAt: new Date(createdAtMs),
    verification: verificationOf(random),
    transactions: demoTransactions(random, ascendingMoments(random, createdAtMs, epochMs, random.integer(8, 12))),
    itemLocations: demoItemLocations(random, { items: basicItems, placesByCity }, cityIndex, random.integer(8, 12)),
    runs: demoRuns(random, createdAtMs, epochMs, random.integer(3, 7)),
  };
}

/** What may lie where: a world with fewer items or cities gives item locations that stay inside it. */
export interface World {
  readonly items: readonly SeedItem[];
  readonly placesByCity: readonly (readonly Place[])[];
}

/** Item locations around a city's centre: most near it, about one in ten further out, one in ten anywhere. */
export function demoItemLocations(
  random: Random,
  world: World,
  cityIndex: number,
  count: number,
): SeedPlayer["itemLocations"] {
  const home = world.placesByCity[cityIndex] ?? [];
  const near = random.sample(home.slice(0, NEAR_PLACES_PER_CITY), count);
  return near.map((place) => {
    const share = random.fraction();
    const itemId = random.pick(world.items).id;
    if (share < 0.1) return { itemId, place: random.pick(home.slice(NEAR_PLACES_PER_CITY)) };
    return { itemId, place: share < 0.2 ? random.pick(random.pick(world.placesByCity)) : place };
  });
}

/** `count` runs between two moments, oldest first. */
export function demoRuns(random: Random, fromMs: number, toMs: number, count: number): SeedRun[] {
  // A habit: the same person runs similar distances at a similar pace.
  const habitKm = 2 + random.fraction() * 9;
  const habitSecondsPerKm = random.integer(270, 480);
  return ascendingMoments(random, fromMs + DAY_MS, toMs, count).map((recordedAtMs) => {
    const distanceMm = Math.round(habitKm * (0.6 + random.fraction() * 0.8) * 1_000_000);
    const durationSeconds = Math.round(
      (distanceMm / 1_000_000) * habitSecondsPerKm * (0.92 + random.fraction() * 0.16),
    );
    const startedAt = new Date(recordedAtMs - durationSeconds * 1_000 - random.integer(500, 20_000));
    return {
      runId: uuidV7(random, recordedAtMs),
      distanceMm,
      durationSeconds,
      startedAt,
      recordedAt: new Date(recordedAtMs),
    };
  });
}

/** No PENDING: the worker would start to call the outside service for people who never signed up. */
function verificationOf(random: Random): SeedPlayer["verification"] {
  if (random.chance(0.97)) return { status: "VERIFIED", attempts: random.chance(0.9) ? 1 : 2 };
  return random.chance(0.7) ? { status: "FAILED", attempts: 1 } : { status: "DEAD_LETTERED", attempts: 8 };
}

/** A starter pack, then a life of finding, spending and saving up for one favourite bird. */
function demoTransactions(random: Random, moments: readonly number[]): SeedTransaction[] {
  const favourite = random.pick(basicReceivables);
  const balances = new Map<number, number>();
  return moments.map((momentMs, index) => {
    const { kind, lines } = index === 0 ? starterPack(random, favourite) : nextMove(random, favourite, balances);
    for (const line of lines) {
      balances.set(line.itemId, (balances.get(line.itemId) ?? 0) + line.received - line.spent);
    }
    return { kind, recordedAt: new Date(momentMs), lines };
  });
}

type Move = Pick<SeedTransaction, "kind" | "lines">;

function starterPack(random: Random, favourite: SeedItem): Move {
  const lines = favourite.recipe.map(({ itemId, count }) => received(itemId, count * random.integer(2, 4)));
  return { kind: "GRANT", lines };
}

function nextMove(random: Random, favourite: SeedItem, balances: ReadonlyMap<number, number>): Move {
  const share = random.fraction();
  if (share < 0.3 && isAffordable(favourite, balances)) return exchange(favourite);
  if (share < 0.5) {
    const spending = spend(random, balances);
    if (spending !== null) return spending;
  }
  if (share < 0.85)
    return { kind: "COLLECT", lines: [received(random.pick(basicSpendables).id, random.integer(1, 3))] };
  const gifts = random.sample(favourite.recipe, 2);
  return { kind: "GRANT", lines: gifts.map(({ itemId }) => received(itemId, random.integer(1, 5))) };
}

function exchange({ id, recipe }: SeedItem): Move {
  const costs = recipe.map(({ itemId, count }): Line => ({ itemId, received: 0, spent: count }));
  return { kind: "EXCHANGE", lines: [...costs, received(id, 1)] };
}

/** Some of one food that the player holds; null when it holds none. */
function spend(random: Random, balances: ReadonlyMap<number, number>): Move | null {
  const held = basicSpendables.filter(({ id }) => (balances.get(id) ?? 0) > 0);
  if (held.length === 0) return null;
  const { id: itemId } = random.pick(held);
  return { kind: "SPEND", lines: [{ itemId, received: 0, spent: random.integer(1, balances.get(itemId) ?? 1) }] };
}

function isAffordable({ recipe }: SeedItem, balances: ReadonlyMap<number, number>): boolean {
  return recipe.every(({ itemId, count }) => (balances.get(itemId) ?? 0) >= count);
}

function received(itemId: number, count: number): Line {
  return { itemId, received: count, spent: 0 };
}

/** `count` different milliseconds after `fromMs` and before `toMs`. */
function ascendingMoments(random: Random, fromMs: number, toMs: number, count: number): number[] {
  // One draw inside each of `count` equal stretches: sorted, apart, and no draw decides how many follow.
  const stretchMs = Math.floor((toMs - fromMs) / count);
  return Array.from({ length: count }, (_, index) => fromMs + index * stretchMs + random.integer(1, stretchMs - 1));
}

/** RFC 9562, section 5.7: 48 bits of Unix milliseconds, then random bits around version and variant. */
function uuidV7(random: Random, unixMs: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(unixMs / 2 ** 32));
  view.setUint32(2, unixMs % 2 ** 32);
  view.setUint16(6, 0x7000 | random.integer(0, 0xfff));
  view.setUint32(8, 0x80000000 | (random.uint32() >>> 2));
  view.setUint32(12, random.uint32());
  return bytes;
}
