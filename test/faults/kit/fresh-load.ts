// A load that asks what it has just been told of: sessions that write and then read, at any process and over either
// lane, with readers beside them that keep every process's cache warm, so that something old is there to be told.

import { setTimeout as delay } from "node:timers/promises";
import { createRandom, type Random } from "../../../prisma/seed/random.ts";
import { send, type Server } from "./client.ts";
import { judgeFreshness, type Doubt, type Freshness } from "./freshness.ts";
import { History, type Ask, type Entry, type Line } from "./history.ts";
import { read, readKinds, type Lane, type Read, type Reader } from "./reading.ts";
import { judge, type Verdict } from "./trial.ts";
import type { World } from "./world.ts";

export interface FreshLoadOptions {
  readonly world: World;
  readonly servers: readonly Server[];
  readonly doubts: readonly Doubt[];
  readonly seed: number;
  /** Sessions that write and read; as many players have one each, the rest share. */
  readonly writers: number;
  /** Sessions that only read. */
  readonly readers: number;
  readonly pauses?: Pauses | undefined;
}

/** The longest pause of a session before it goes on. */
export interface Pauses {
  readonly writerMs: number;
  readonly readerMs: number;
}

/** What the load has done so far, and how it ends. */
export interface FreshLoad {
  readonly readings: readonly Read[];
  readonly history: History;
  /** Writes that were answered and then asked after, and answered again. */
  pairs(): number;
  /** Requests that the process of that port has not answered yet. */
  pendingAt(port: number): number;
  /** From now on writes go to that process for as long as it is up; null: to any, as before. */
  writeAt(port: number | null): void;
  /** Lets every session finish, waits for quiet, and judges. */
  end(): Promise<FreshVerdict>;
}

export interface FreshVerdict extends Verdict, Freshness {
  readonly pairs: number;
  readonly readings: readonly Read[];
}

type WriteKind = Exclude<Ask["kind"], "PlayerState">;

const WRITES: readonly WriteKind[] = [
  ...Array<WriteKind>(6).fill("GrantItems"),
  ...Array<WriteKind>(3).fill("SpendItems"),
  ...Array<WriteKind>(2).fill("ExchangeItems"),
  ...Array<WriteKind>(4).fill("TransferItems"),
  "CollectItem",
];
const YOGA_SHARE = 0.15;
const WARM_SHARE = 0.5;
const LATE_REPLAY_SHARE = 0.03;
const RETRY_MS = 20;
const RETRIES_MAX = 200;
/** Readers pause, since their reads must not take the machine from the writers. */
const PAUSES: Pauses = { writerMs: 0, readerMs: 4 };

export async function startFreshLoad(options: FreshLoadOptions): Promise<FreshLoad> {
  const { world, servers, doubts } = options;
  const initial = await world.rows();
  let tellStopped!: () => void;
  const state: State = {
    stopped: new Promise((resolve) => (tellStopped = resolve)),
    history: new History(),
    readings: [],
    portOf: new Map(),
    pending: new Map(),
    writerPort: null,
    pairs: 0,
    isStopping: false,
  };
  const runs = [
    ...Array.from({ length: options.writers }, (_, place) => new Session(options, state, place).write()),
    ...Array.from({ length: options.readers }, (_, place) => new Session(options, state, place, "reader").read()),
  ];
  return {
    readings: state.readings,
    history: state.history,
    pairs: () => state.pairs,
    pendingAt: (port) => state.pending.get(port) ?? 0,
    writeAt: (port) => void (state.writerPort = port),
    async end() {
      state.isStopping = true;
      tellStopped();
      await Promise.all(runs);
      const verdict = await judge(world, servers, state.history, initial);
      const final = await world.rows();
      const { history, readings, portOf, pairs } = state;
      const { recipes, markers } = world;
      const freshness = judgeFreshness({
        entries: history.entries,
        initial,
        final,
        recipes,
        markers,
        readings,
        portOf,
        doubts,
      });
      return { ...verdict, ...freshness, pairs, readings };
    },
  };
}

interface State {
  readonly history: History;
  readonly readings: Read[];
  readonly portOf: Map<Entry, number>;
  readonly pending: Map<number, number>;
  writerPort: number | null;
  pairs: number;
  isStopping: boolean;
  /** Resolves when `isStopping` is true. */
  readonly stopped: Promise<void>;
}

class Session {
  readonly #options: FreshLoadOptions;
  readonly #state: State;
  readonly #random: Random;
  readonly #reader: Reader;
  readonly #done: { ask: Ask; key: string }[] = [];

  constructor(options: FreshLoadOptions, state: State, place: number, name = "session") {
    const { world, seed } = options;
    const playerId = world.playerIds[place % world.playerIds.length]!;
    const markers = new Map([...world.markers].map(([owner, digits]) => [digits, owner]));
    this.#options = options;
    this.#state = state;
    this.#random = createRandom(seed, name, place);
    this.#reader = { session: `${name} ${place}`, token: world.tokenFor(playerId), playerId, markers };
  }

  async read(): Promise<void> {
    while (!this.#state.isStopping) {
      await this.#read();
      await this.#pause("readerMs");
    }
  }

  async write(): Promise<void> {
    const random = this.#random;
    while (!this.#state.isStopping) {
      // What it will ask for again: so that something old is there to be told.
      const kind = random.pick(readKinds);
      if (random.chance(WARM_SHARE)) await this.#read("fast", kind);
      const ask = this.#nextAsk(random.pick(WRITES));
      const key = crypto.randomUUID();
      const isDone = await this.#untilAnswered(ask, key);
      const { seen } = await this.#read(this.#anyLane(), kind);
      if (isDone && seen !== null) this.#state.pairs += 1;
      if (this.#done.length > 0 && random.chance(LATE_REPLAY_SHARE)) {
        const late = random.pick(this.#done.slice(-20));
        await this.#send(late.ask, late.key);
      }
      if (isDone) this.#done.push({ ask, key });
      await this.#pause("writerMs");
    }
  }

  async #pause(whose: keyof Pauses): Promise<void> {
    const { [whose]: msMax } = this.#options.pauses ?? PAUSES;
    if (msMax > 0) await Promise.race([delay(this.#random.fraction() * msMax), this.#state.stopped]);
  }

  /** Also at another process, and with reads in between, until the key has its answer. */
  async #untilAnswered(ask: Ask, key: string): Promise<boolean> {
    for (let turn = 0; turn < RETRIES_MAX; turn += 1) {
      const { outcome } = await this.#send(ask, key);
      if (outcome === "ok" || outcome === "refused") {
        // Told by another process than the one that may have done it: that must have made everything old as well.
        if (turn > 0) for (const kind of readKinds) await this.#read("fast", kind);
        return outcome === "ok";
      }
      // Whether it was done shows in what is read from the database; what is cached must not be behind that.
      await this.#read("yoga");
      for (const kind of readKinds) await this.#read("fast", kind);
      await delay(RETRY_MS);
    }
    return false;
  }

  async #send(ask: Ask, key: string): Promise<Entry> {
    const { history, portOf, writerPort } = this.#state;
    const client = { history, session: this.#reader.session, tokenFor: this.#options.world.tokenFor };
    const sendTo = async (port: number): Promise<Entry> => {
      const entry = await send(client, { port }, ask, key);
      portOf.set(entry, port);
      return entry;
    };
    return this.#atServer(sendTo, writerPort);
  }

  async #read(lane: Lane = this.#anyLane(), kind = this.#random.pick(readKinds)): Promise<Read> {
    const done = await this.#atServer((port) => read(this.#reader, { port }, { kind, lane }));
    this.#state.readings.push(done);
    return done;
  }

  #anyLane(): Lane {
    return this.#random.chance(YOGA_SHARE) ? "yoga" : "fast";
  }

  /** The preferred one, else any; none that is known to be down. */
  async #atServer<T>(ask: (port: number) => Promise<T>, preferred: number | null = null): Promise<T> {
    const { pending } = this.#state;
    const port = await this.#port(preferred);
    pending.set(port, (pending.get(port) ?? 0) + 1);
    try {
      return await ask(port);
    } finally {
      pending.set(port, pending.get(port)! - 1);
    }
  }

  async #port(preferred: number | null): Promise<number> {
    for (;;) {
      const up = this.#options.servers.flatMap(({ port }) => port ?? []);
      if (preferred !== null && up.includes(preferred)) return preferred;
      if (up.length > 0) return this.#random.pick(up);
      await delay(RETRY_MS);
    }
  }

  #nextAsk(kind: WriteKind): Ask {
    const random = this.#random;
    const { world } = this.#options;
    const { playerId } = this.#reader;
    switch (kind) {
      case "GrantItems":
        return { kind, playerId, items: this.#lines(6) };
      case "SpendItems":
        return { kind, playerId, items: this.#lines(2) };
      case "ExchangeItems":
        return { kind, playerId, itemId: random.pick(world.receivableIds), times: 1 };
      case "TransferItems": {
        const toPlayerId = random.pick(world.playerIds.filter((other) => other !== playerId));
        return { kind, playerId, toPlayerId, items: this.#lines(2) };
      }
      case "CollectItem":
        return { kind, playerId, n: random.integer(1, world.itemLocationNMax) };
    }
  }

  #lines(countMax: number): Line[] {
    const itemIds = this.#random.sample(this.#options.world.itemIds, this.#random.integer(1, 2));
    return itemIds.map((itemId) => ({ itemId, count: this.#random.integer(1, countMax) }));
  }
}
