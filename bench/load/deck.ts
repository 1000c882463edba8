// How many different requests a closed loop needs, and who sends which.

import { scenarios } from "../scenarios/scenarios.ts";
import type { LoadJob } from "./job.ts";

/** More than any variant answers in a second: no request is sent twice in one stretch. */
const REQUESTS_PER_SECOND_MAX = 6_000;
/** The same for writes, of which a repetition would cost less. */
const WRITES_PER_SECOND_MAX = 12_000;
/** A single player's requests differ in the point alone, and not many are needed. */
const SAME_PLAYER_REQUESTS = 2_000;
/** Who asks again and again may do so in the same words; a larger deck makes what asks slower than what answers. */
const REQUESTS_PER_ASKING_PLAYER = 10;

export function deckSize(job: LoadJob, seconds: number): number {
  return Math.max(wantedCount(job, seconds), connectionsOf(job));
}

function wantedCount({ scenario, playerId, askingPlayers }: LoadJob, seconds: number): number {
  if (scenarios[scenario]!.isWrite) return Math.ceil(seconds * WRITES_PER_SECOND_MAX);
  if (askingPlayers !== null) return askingPlayers * REQUESTS_PER_ASKING_PLAYER;
  return playerId === null ? Math.ceil(seconds * REQUESTS_PER_SECOND_MAX) : SAME_PLAYER_REQUESTS;
}

export function connectionsOf({ arrivals }: LoadJob): number {
  if (arrivals.loop !== "closed") throw new Error("this process runs closed loops");
  return arrivals.connections;
}

/** Each connection its own requests, so that no two ask the same at the same time. */
export function dealt<Request>(requests: readonly Request[], hands: number): Request[][] {
  const decks: Request[][] = Array.from({ length: hands }, () => []);
  requests.forEach((request, place) => decks[place % hands]!.push(request));
  return decks;
}
