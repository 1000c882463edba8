// What the bench and its load processes say to each other. A load process makes its requests before it
// says `ready`, so that making them is no part of what is measured, and then waits for `go`.

import type { LatencyMs } from "../measure/statistics.ts";
import type { WireForm } from "../variants/wire.ts";

/** Sent once: everything that requests are made of. */
export interface LoadWorlds {
  readonly kind: "worlds";
  /** As JWT_KEYS writes them. */
  readonly tokenKeys: string;
  /** By world, by player id, the place of the home city. */
  readonly cityIndexes: Readonly<Record<string, Uint8Array>>;
}

/**
 * How requests arrive: a number of connections that each wait for their answer, or a constant rate. With
 * `connections` the open loop opens so many before its clock starts, and does not send what finds all of them busy.
 */
export type Arrivals =
  | { readonly loop: "closed"; readonly connections: number }
  | { readonly loop: "open"; readonly perSecond: number; readonly connections?: number };

/** One measurement: a warm-up that is thrown away, then the measured stretch. */
export interface LoadJob {
  readonly kind: "job";
  readonly origin: string;
  readonly form: WireForm;
  readonly scenario: string;
  readonly world: string;
  /** Only this player asks; null for distinct random players. */
  readonly playerId: number | null;
  /** How many players ask, from the first on; null for all of the world. */
  readonly askingPlayers: number | null;
  /** The same seed gives the same requests in the same order. */
  readonly seed: number;
  readonly arrivals: Arrivals;
  readonly warmUpSeconds: number;
  readonly measuredSeconds: number;
}

export type LoadCommand = LoadWorlds | LoadJob | { readonly kind: "go" };

export interface LoadResult {
  readonly kind: "result";
  /** Requests sent: what the server worked for, also where the end cut the answer off. */
  readonly sent: number;
  /** Answers that came. */
  readonly answered: number;
  /** Of those or of the connections: other statuses than 200, GraphQL errors, resets, time-outs. */
  readonly errors: number;
  /** Of the errors: 503 OVERLOADED that says when to come back. Counted by the open loop. */
  readonly refused?: number;
  /** From the first arrival until the last right answer. Taken by the open loop. */
  readonly rightSeconds?: number;
  /** Never sent, since all connections were busy: neither in `sent` nor among the errors. Counted by the open loop. */
  readonly unsent?: number;
  readonly seconds: number;
  readonly latencyMs: LatencyMs;
  /** CPU of the load process. */
  readonly cpuUs: number;
}

/** `warm`: the warm-up is over. */
export type LoadReply = LoadResult | { readonly kind: "ready" } | { readonly kind: "warm" };
