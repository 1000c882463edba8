// The figures that Satchel promises, as ratios within one run, because those survive another machine. A
// budget that is broken fails the run with the figure that broke it.

import { growthOf } from "./measure/statistics.ts";
import { figures, medianOf, ratioBetween, ratioTo, type BenchResults } from "./results.ts";

export interface Budget {
  readonly title: string;
  /** `least`: the figure must reach the limit; `most`: it must not exceed it. */
  readonly bound: "least" | "most";
  readonly limit: number;
  /** Written after the figure: `x`, ` MB`. */
  readonly unit: string;
  /** Null where this run did not measure it. */
  figureOf(results: BenchResults): number | null;
}

export interface Verdict {
  readonly budget: Omit<Budget, "figureOf">;
  readonly figure: number | null;
  readonly isKept: boolean | null;
}

const { throughput, mysqlCpuUs, totalCpuUs, p99, statementsPerAnswer, residentMegabytes, errors } = figures;

/** Growth within less time is the heap filling up for the first time. */
const SOAK_MINUTES_MIN = 5;

export const budgets: readonly Budget[] = [
  {
    title: "PlayerState throughput, to Yoga + DataLoader + Prisma",
    ...atLeast(4, "x"),
    figureOf: (results) => ratioTo(results, "player-state", "textbook", throughput)?.median ?? null,
  },
  {
    title: "PlayerState throughput, to Mercurius",
    ...atLeast(1.3, "x"),
    figureOf: (results) => ratioTo(results, "player-state", "mercurius", throughput)?.median ?? null,
  },
  {
    title: "PlayerState MySQL CPU per request, to Yoga + DataLoader + Prisma",
    ...atMost(0.5, "x"),
    figureOf: (results) => ratioTo(results, "player-state", "textbook", mysqlCpuUs)?.median ?? null,
  },
  {
    title: "PlayerState MySQL CPU per request, to Mercurius",
    ...atMost(0.5, "x"),
    figureOf: (results) => ratioTo(results, "player-state", "mercurius", mysqlCpuUs)?.median ?? null,
  },
  {
    title: "PlayerState statements per request at many connections",
    ...atMost(0.05, ""),
    figureOf: (results) => numberOrNull(medianOf(results, "player-state-many", "satchel", statementsPerAnswer)),
  },
  {
    title: "Growth: PlayerState CPU per request with ten times the players",
    ...atMost(1.2, "x"),
    figureOf: (results) => ratioBetween(results, "player-state", "player-state-small", totalCpuUs)?.median ?? null,
  },
  {
    title: "Growth: PlayerState CPU per request with a thousand times the catalogue",
    ...atMost(1.2, "x"),
    figureOf: (results) =>
      ratioBetween(results, "player-state-catalogue", "player-state-small", totalCpuUs)?.median ?? null,
  },
  {
    title: "NearbyItems p99, to PlayerState's",
    ...atMost(3, "x"),
    figureOf: (results) => ratioBetween(results, "nearby-items", "player-state", p99)?.median ?? null,
  },
  {
    title: "NearbyItems p99 of the player with many item locations, to PlayerState's",
    ...atMost(3, "x"),
    figureOf: (results) => ratioBetween(results, "nearby-items-heavy", "player-state", p99)?.median ?? null,
  },
  {
    title: "Server memory after the mix",
    ...atMost(300, " MB"),
    figureOf: ({ soak }) => numberOrNull(Math.max(...soak.map(residentMegabytes))),
  },
  {
    title: "Server memory's growth under minutes of the mix, last third to first",
    ...atMost(1.1, "x"),
    figureOf: ({ soak, options }) =>
      options.soakMinutes < SOAK_MINUTES_MIN ? null : numberOrNull(growthOf(soak.map(residentMegabytes))),
  },
  {
    title: "Satchel's errors in all closed loops",
    ...atMost(0, ""),
    figureOf: ({ trials, soak }) =>
      [...trials.flatMap(({ rounds }) => rounds.satchel ?? []), ...soak].reduce((sum, round) => sum + errors(round), 0),
  },
];

/** One verdict per budget, in their order; `isKept` is null where nothing was measured. */
export function judge(results: BenchResults): Verdict[] {
  return budgets.map(({ figureOf, ...budget }) => {
    const figure = figureOf(results);
    const isKept = figure === null ? null : budget.bound === "least" ? figure >= budget.limit : figure <= budget.limit;
    return { budget, figure, isKept };
  });
}

/** `3.90x, at least 4x`. */
export function verdictText({ budget: { bound, limit, unit }, figure }: Verdict): string {
  const allowed = `at ${bound} ${limit}${unit}`;
  return figure === null ? `not measured (${allowed})` : `${shortNumber(figure)}${unit}, ${allowed}`;
}

function shortNumber(figure: number): string {
  if (Number.isInteger(figure)) return String(figure);
  return figure < 0.1 ? figure.toFixed(4) : figure.toFixed(2);
}

function atLeast(limit: number, unit: string) {
  return { bound: "least", limit, unit } as const;
}

function atMost(limit: number, unit: string) {
  return { bound: "most", limit, unit } as const;
}

function numberOrNull(figure: number): number | null {
  return Number.isFinite(figure) ? figure : null;
}
