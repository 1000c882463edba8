// The figures as a person at a terminal reads them: one table per trial, a row per variant, and how
// Satchel compares with each. Medians over the rounds; ratios are medians of the rounds' own ratios.

import { figures, medianOf, ratioTo, roundsOf, type BenchResults, type Figure } from "../results.ts";
import type { Trial } from "../trials.ts";
import { variantNames, variants, type VariantName } from "../variants/variants.ts";

interface Column {
  readonly head: string;
  readonly cell: (results: BenchResults, trial: Trial, variant: VariantName) => string;
  /** Compares variants, so it says nothing where there is one. */
  readonly isRatio?: boolean;
}

const COLUMNS: readonly Column[] = [
  { head: "answers/s", cell: figureCell(figures.throughput, 0) },
  { head: "p50 ms", cell: figureCell(figures.p50, 1) },
  { head: "p99 ms", cell: figureCell(figures.p99, 1) },
  { head: "p99.9 ms", cell: figureCell(figures.p999, 1) },
  { head: "server us", cell: figureCell(figures.serverCpuUs, 0) },
  { head: "MySQL us", cell: figureCell(figures.mysqlCpuUs, 0) },
  { head: "load us", cell: figureCell(figures.loadCpuUs, 0) },
  { head: "statements", cell: figureCell(figures.statements, 3) },
  { head: "MB", cell: figureCell(figures.residentMegabytes, 0) },
  { head: "errors", cell: errorsCell },
  { head: "Satchel: throughput", cell: ratioCell(figures.throughput), isRatio: true },
  { head: "total CPU", cell: ratioCell(figures.totalCpuUs), isRatio: true },
  { head: "MySQL CPU", cell: ratioCell(figures.mysqlCpuUs), isRatio: true },
];

/** All trials, and the open loops. */
export function trialTables(results: BenchResults): string {
  const { roundCount, measuredSeconds, connectionCount } = results.options;
  const head =
    `\nMedians of ${roundCount} interleaved rounds of ${measuredSeconds} s, ${connectionCount} connections unless said. ` +
    "CPU is per request, in microseconds.\nRatios are Satchel's figure to that variant's: throughput above 1 and CPU below 1 are better.\n";
  const tables = results.trials.map(({ trial }) => `${trial.title}\n${aligned(trialRows(results, trial))}\n`);
  return [head, ...tables, openLoopTable(results)].join("\n");
}

/** Variants that a trial measured, in the order of the list. */
export function measuredVariants(results: BenchResults, trial: Trial): VariantName[] {
  return variantNames.filter((name) => roundsOf(results, trial.name, name).length > 0);
}

/** Head and rows of one trial, as text. */
export function trialRows(results: BenchResults, trial: Trial): string[][] {
  const names = measuredVariants(results, trial);
  const columns = names.length > 1 ? COLUMNS : COLUMNS.filter(({ isRatio }) => isRatio !== true);
  const rows = names.map((name) => [variants[name].title, ...columns.map(({ cell }) => cell(results, trial, name))]);
  return [["", ...columns.map(({ head }) => head)], ...rows];
}

/** Head and rows of the open loops; the head alone where none was run. */
export function openLoopRows({ openLoop, trials }: BenchResults): string[][] {
  const titleOf = (name: string) => trials.find(({ trial }) => trial.name === name)?.trial.title ?? name;
  const rows = openLoop.map(({ trial, variant, perSecond, measurement: { latencyMs, errors } }) => [
    titleOf(trial),
    variants[variant].title,
    String(perSecond),
    ...[latencyMs.p50, latencyMs.p99, latencyMs.p999].map((ms) => finite(ms, 1)),
    String(errors),
  ]);
  return [["", "", "arrivals/s", "p50 ms", "p99 ms", "p99.9 ms", "errors"], ...rows];
}

function openLoopTable(results: BenchResults): string {
  if (results.openLoop.length === 0) return "";
  return `Open loop: constant arrivals, latency from the intended moment of sending\n${aligned(openLoopRows(results))}\n`;
}

function figureCell(figure: Figure, digits: number): Column["cell"] {
  return (results, trial, variant) => finite(medianOf(results, trial.name, variant, figure), digits);
}

function ratioCell(figure: Figure): Column["cell"] {
  return (results, trial, variant) => {
    const ratio = variant === "satchel" ? null : ratioTo(results, trial.name, variant, figure);
    return ratio === null ? "" : `${finite(ratio.median, 2)}x`;
  };
}

function errorsCell(results: BenchResults, trial: Trial, variant: VariantName): string {
  return String(roundsOf(results, trial.name, variant).reduce((sum, round) => sum + round.errors, 0));
}

/** A server that answered nothing has no latency. */
function finite(figure: number, digits: number): string {
  return Number.isFinite(figure) ? figure.toFixed(digits) : "-";
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  ");
  return rows.map((row) => `  ${line(row).trimEnd()}`).join("\n");
}
