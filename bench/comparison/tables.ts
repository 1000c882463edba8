// Figures and verdicts of a comparison as a person at a terminal reads them. Medians over the rounds.

import { verdictText, type Budget, type Verdict } from "../budgets.ts";
import { median } from "../measure/statistics.ts";
import { figures, type Figure } from "../results.ts";
import type { Variant } from "../variants/variants.ts";
import { roundsIn, type ComparisonResults } from "./findings.ts";

/** A figure that is promised. */
export type ComparisonBudget<Extra extends object> = Omit<Budget, "figureOf"> & {
  figureOf(results: ComparisonResults<Extra>): number | null;
};

/** One verdict per budget; `isKept` is null where nothing was measured. */
export function judgeComparison<Extra extends object>(
  results: ComparisonResults<Extra>,
  budgets: readonly ComparisonBudget<Extra>[],
): Verdict[] {
  return budgets.map(({ figureOf, ...budget }) => {
    const figure = figureOf(results);
    const isKept = figure === null ? null : budget.bound === "least" ? figure >= budget.limit : figure <= budget.limit;
    return { budget, figure, isKept };
  });
}

/** `closing` stands between the figures and the verdicts. */
export function printedComparison(
  results: ComparisonResults,
  variants: readonly Variant<string>[],
  verdicts: readonly Verdict[],
  closing: readonly string[],
): string {
  const { trials, options } = results;
  const lines = [
    `Medians of ${options.roundCount} interleaved rounds of ${options.measuredSeconds} s; CPU per request, in microseconds.`,
    ...trials.flatMap(({ trial }) => [
      "",
      trial.title,
      ...variants.flatMap((variant) => row(results, trial.name, variant)),
    ]),
    "",
    ...closing,
    "",
    options.quick ? "Budgets (shown only: a quick run is too short to judge by)" : "Budgets",
    ...verdicts.map((verdict) => {
      const word = verdict.isKept === null ? "  -   " : verdict.isKept ? "kept  " : "BROKEN";
      return `  ${word}  ${verdict.budget.title}: ${verdictText(verdict)}`;
    }),
    "",
  ];
  return lines.join("\n");
}

function row(results: ComparisonResults, trial: string, { name, title }: Variant<string>): string[] {
  const rounds = roundsIn(results, trial, name);
  if (rounds.length === 0) return [];
  const cell = (figure: Figure, digits: number) => median(rounds.map(figure)).toFixed(digits);
  const cells = [
    `  ${title.padEnd(44)}`,
    `${cell(figures.throughput, 0)}/s`.padStart(8),
    `  p50 ${cell(figures.p50, 1)} ms  p99 ${cell(figures.p99, 1)} ms`,
    `  server ${cell(figures.serverCpuUs, 0)}  MySQL ${cell(figures.mysqlCpuUs, 0)}`,
    `  load ${cell(figures.loadCpuUs, 0)}  statements ${cell(figures.statements, 3)}  errors ${cell(figures.errors, 0)}`,
  ];
  return [cells.join("")];
}
