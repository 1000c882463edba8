// Makes the requests of one measurement: random players, each at most once until all have asked, or, where a few
// ask again and again, whoever comes up, with tokens of their own. Tokens are signed here as a game's backend would, outside what is measured.

import { createSecretKey, createHmac } from "node:crypto";
import { createRandom, type Random } from "../../prisma/seed/random.ts";
import { tokenDefaults } from "../../src/config.ts";
import { parseSigningKeys } from "../../src/runtime/signing-keys.ts";
import { scenarios } from "../scenarios/scenarios.ts";
import { wireRequest, type WireForm, type WireRequest } from "../variants/wire.ts";

export interface RequestPlan {
  readonly form: WireForm;
  readonly scenario: string;
  readonly cityIndexes: Uint8Array;
  readonly playerId: number | null;
  readonly askingPlayers: number | null;
  readonly seed: number;
  readonly count: number;
}

/** Signs tokens by player number. */
export type SignToken = (playerId: number) => string;

const TOKEN_TTL_SECONDS = 12 * 3600;
/** The vector players, whose places the seed does not spread like the others'. */
const PLAYER_ID_MIN = 3;

/** Signs with the first of `tokenKeys`; remembers, since the same players ask again in the next round. */
export function createSignToken(tokenKeys: string): SignToken {
  const [{ kid, secret }] = parseSigningKeys(tokenKeys);
  const key = createSecretKey(secret);
  const tokens = new Map<number, string>();
  const header = encoded({ alg: "HS256", typ: "JWT", kid });
  const exp = Math.floor(Date.now() / 1000) + TOKEN_TTL_SECONDS;
  return (playerId) => {
    const known = tokens.get(playerId);
    if (known !== undefined) return known;
    const { issuer, audience } = tokenDefaults;
    const claims = encoded({ role: "player", sub: String(playerId), iss: issuer, aud: audience, exp });
    const signature = createHmac("sha256", key).update(`${header}.${claims}`).digest("base64url");
    const token = `${header}.${claims}.${signature}`;
    tokens.set(playerId, token);
    return token;
  };
}

export function makeRequests(plan: RequestPlan, signToken: SignToken): WireRequest[] {
  const { form, scenario, cityIndexes, seed, count } = plan;
  const random = createRandom(seed, "bench requests", 0);
  const { ask } = scenarios[scenario]!;
  const playerIds = playerIdsOf(plan, random);
  return Array.from({ length: count }, (_, place) => {
    const playerId = playerIds[place % playerIds.length]!;
    const cityIndex = cityIndexes[playerId] ?? 0;
    return wireRequest(form, ask({ playerId, cityIndex }, random), signToken(playerId));
  });
}

function playerIdsOf({ playerId, askingPlayers, cityIndexes, count }: RequestPlan, random: Random): Uint32Array {
  if (playerId !== null) return Uint32Array.of(playerId);
  const lastId = cityIndexes.length - 1;
  if (askingPlayers === null) return distinctPlayerIds(random, count, lastId);
  // In the same order round after round no cache that forgets the oldest would ever have what comes next.
  const lastAskingId = Math.min(lastId, PLAYER_ID_MIN + askingPlayers - 1);
  return Uint32Array.from({ length: count }, () => random.integer(PLAYER_ID_MIN, lastAskingId));
}

/** `count` players in random order, or all of them where there are fewer. */
function distinctPlayerIds(random: Random, count: number, lastId: number): Uint32Array {
  const ids = Uint32Array.from({ length: lastId - PLAYER_ID_MIN + 1 }, (_, place) => PLAYER_ID_MIN + place);
  const taken = Math.min(count, ids.length);
  for (let place = 0; place < taken; place += 1) {
    const other = random.integer(place, ids.length - 1);
    [ids[place], ids[other]] = [ids[other]!, ids[place]!];
  }
  return ids.subarray(0, taken);
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
