// A load as players make one: many sessions at once, each sending one thing after the other to whichever server it
// likes, with twins of one request to two servers, repetitions of what has no answer yet, and late duplicates. One
// seed decides who asks for what; what the servers make of it is theirs.

import { setTimeout as delay } from "node:timers/promises";
import { createRandom, type Random } from "../../../prisma/seed/random.ts";
import { send, type Server } from "./client.ts";
import { History, type Ask, type Entry, type Line } from "./history.ts";
import type { World } from "./world.ts";

/** How often each kind of request is asked for, relative to the others. */
export type Mix = Readonly<Record<Ask["kind"], number>>;

export interface LoadOptions {
  readonly world: World;
  readonly servers: readonly Server[];
  readonly seed: number;
  /** Sessions, spread over the players. */
  readonly sessions?: number;
  readonly mix?: Mix;
  /** Only these players; all where not given. */
  readonly playerIds?: readonly number[];
  /** How many of the writes are sent to two servers at once. */
  readonly twinShare?: number;
  /** How long a stopped load goes on asking for what it does not know. */
  readonly resolveMs?: number;
}

export interface Load {
  readonly history: History;
  /** Lets every session finish what it has sent, and asks again until each has its answer, but for those given up. */
  stop(): Promise<void>;
}

const MIX: Mix = {
  GrantItems: 3,
  SpendItems: 4,
  ExchangeItems: 2,
  TransferItems: 6,
  CollectItem: 1,
  PlayerState: 3,
};
const SESSIONS = 24;
const TWIN_SHARE = 0.1;
const LATE_SHARE = 0.1;
/** Of the requests without an answer: the app was closed and never asks again. */
const GIVEN_UP_SHARE = 0.1;
const STALE_SHARE = 0.1;
/** A client's pause before it asks again. */
const RETRY_MS = 60;
/** How long a stopped load goes on asking for what it does not know. */
const RESOLVE_MS = 25_000;

/** Starts sending at once. */
export function startLoad(options: LoadOptions): Load {
  const history = new History();
  const state = { isStopping: false, giveUpAtMs: Infinity };
  const sessions = Array.from({ length: options.sessions ?? SESSIONS }, (_, place) =>
    new Session({ ...options, history, state }, place).run(),
  );
  return {
    history,
    async stop() {
      state.isStopping = true;
      state.giveUpAtMs = performance.now() + (options.resolveMs ?? RESOLVE_MS);
      await Promise.all(sessions);
    },
  };
}

interface SessionOptions extends LoadOptions {
  readonly history: History;
  readonly state: { readonly isStopping: boolean; readonly giveUpAtMs: number };
}

class Session {
  readonly #options: SessionOptions;
  readonly #name: string;
  readonly #random: Random;
  readonly #playerId: number;
  readonly #mix: readonly Ask["kind"][];
  readonly #done: { ask: Ask; key: string }[] = [];
  #version = 0;

  constructor(options: SessionOptions, place: number) {
    const { world, playerIds = world.playerIds, mix = MIX } = options;
    this.#options = options;
    this.#name = `session ${place}`;
    this.#random = createRandom(options.seed, "load", place);
    this.#playerId = playerIds[place % playerIds.length]!;
    this.#mix = Object.entries(mix).flatMap(([kind, share]) => Array<Ask["kind"]>(share).fill(kind as Ask["kind"]));
  }

  async run(): Promise<void> {
    const { state } = this.#options;
    while (!state.isStopping) {
      const ask = this.#nextAsk();
      if (ask.kind === "PlayerState") await this.#send(ask, null);
      else await this.#write(ask);
      // An app that was told that nobody is there does not ask a thousand times a second.
      if (this.#options.servers.every(({ port }) => port === null)) await delay(RETRY_MS);
    }
  }

  /** Sends until there is an answer, or the app is closed. */
  async #write(ask: Ask): Promise<void> {
    const { state } = this.#options;
    const key = this.#newKey();
    if (this.#random.chance(this.#options.twinShare ?? TWIN_SHARE)) {
      await Promise.all([this.#send(ask, key, 0), this.#send(ask, key, 1)]);
    }
    for (;;) {
      const { outcome } = await this.#send(ask, key);
      if (outcome === "ok" || outcome === "refused") break;
      if (performance.now() > state.giveUpAtMs || this.#random.chance(GIVEN_UP_SHARE)) return;
      await delay(RETRY_MS);
    }
    this.#done.push({ ask, key });
    const late = this.#random.chance(LATE_SHARE) ? this.#random.pick(this.#done) : null;
    if (late !== null) await this.#send(late.ask, late.key);
  }

  async #send(ask: Ask, key: string | null, place?: number): Promise<Entry> {
    const { servers, history, world } = this.#options;
    const server = place === undefined ? this.#random.pick(servers) : servers[place % servers.length]!;
    const client = { history, session: this.#name, tokenFor: world.tokenFor };
    const entry = await send(client, server, ask, key);
    if (ask.kind === "PlayerState") this.#version = entry.answer?.version ?? this.#version;
    return entry;
  }

  #nextAsk(): Ask {
    const random = this.#random;
    const { world, playerIds = world.playerIds } = this.#options;
    const playerId = this.#playerId;
    const kind = random.pick(this.#mix);
    switch (kind) {
      case "GrantItems":
        return { kind, playerId: random.pick(playerIds), items: this.#lines(3) };
      case "SpendItems": {
        const expected = random.chance(STALE_SHARE) && this.#version > 0 ? { expectedVersion: this.#version } : {};
        return { kind, playerId, items: this.#lines(4), ...expected };
      }
      case "ExchangeItems":
        return { kind, playerId, itemId: random.pick(world.receivableIds), times: random.integer(1, 2) };
      case "TransferItems": {
        const toPlayerId = random.pick(playerIds.filter((other) => other !== playerId));
        return { kind, playerId, toPlayerId, items: this.#lines(4) };
      }
      case "CollectItem":
        return { kind, playerId, n: random.integer(1, world.itemLocationNMax) };
      case "PlayerState":
        return { kind, playerId };
    }
  }

  #lines(countMax: number): Line[] {
    const random = this.#random;
    const itemIds = random.sample(this.#options.world.itemIds, random.integer(1, 2));
    return itemIds.map((itemId) => ({ itemId, count: random.integer(1, countMax) }));
  }

  /** A version-4 UUID of the seed. */
  #newKey(): string {
    const hex = Array.from({ length: 4 }, () => this.#random.uint32().toString(16).padStart(8, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
