// How often and how long each fault is made: once and short in `npm test`, at the full counts in `npm run drill`. The
// one place where the two differ.

/** Whether `npm run drill` runs. */
export const isDrill = process.env["SATCHEL_DRILL"] === "1";

/** The seed of the run; `npm test` and `npm run drill` print it, and TEST_SEED gives it again. */
export const seed = Number(process.env["TEST_SEED"] ?? 1);

const inTests = {
  /** Seeded mistakes of each kind that the checkers have to find. */
  mutants: 4,
  wholeBalanceRounds: 1,
  circleRounds: 1,
  twinRounds: 1,
  apiKills: 1,
  mysqlKills: 1,
  freezesMs: [1_000, 5_000],
  lostRepliesToCommit: 3,
  lostCommits: 3,
  lostUnderLoad: 12,
  rowHeldMs: 4_500,
  /** Processes that share one cache. */
  cachingProcesses: 2,
  /** Writes that are asked after, and answered again, without a fault. */
  freshPairs: 8_000,
  /** The same around each fault of the cache. */
  freshPairsPerFault: 170,
  /** Pauses of their sessions: a fault mostly waits, and needs writes and reads at every moment, not all that the machine can do. */
  freshPausesAtFaults: { writerMs: 800, readerMs: 24 },
  /** How long a writer is frozen before or in its COMMIT. */
  writerFrozenMs: 1_500,
  redisFrozenMs: 5_000,
  /** How long the load runs before and after each fault. */
  loadMs: 800,
};

const inDrill: typeof inTests = {
  mutants: Infinity,
  wholeBalanceRounds: 100,
  circleRounds: 50,
  twinRounds: 25,
  apiKills: 25,
  mysqlKills: 25,
  freezesMs: [1_000, 5_000, 30_000],
  lostRepliesToCommit: 500,
  lostCommits: 500,
  lostUnderLoad: 500,
  rowHeldMs: 30_000,
  cachingProcesses: 4,
  freshPairs: 150_000,
  freshPairsPerFault: 4_200,
  freshPausesAtFaults: { writerMs: 0, readerMs: 4 },
  writerFrozenMs: 30_000,
  redisFrozenMs: 5_000,
  loadMs: 2_000,
};

export const counts = isDrill ? inDrill : inTests;

/** The time that a test may take, which makes one of its rounds in `roundMs`. */
export function timeoutFor(rounds: number, roundMs: number): number {
  return 30_000 + rounds * roundMs;
}

/** As many of the mistakes as the run tries; which ones, its seed says. */
export function chosenOf<T>(all: readonly T[]): readonly T[] {
  const count = Math.min(counts.mutants, all.length);
  return Array.from({ length: count }, (_, place) => all[(seed + place) % all.length]!);
}
