// The tables of docs/item-locations.md, and of the terminal, out of a run's findings.

import type { CrowdName } from "./crowds.ts";
import { alignedText, markdownTable, type Sections } from "./document.ts";
import type { BatchFinding, Findings, PlanFinding, ReadFinding } from "./findings.ts";
import type { VariantName } from "./variants.ts";

/** Radii that are asked for, in metres. */
export const RADII_METERS = [3_000, 50_000] as const;
/** The crowds that ask in batches too. */
export const BATCH_CROWDS: readonly CrowdName[] = ["typical", "threshold"];

/** By the name of the marker. */
export function sectionsOf(findings: Findings): Sections {
  const [near, far] = RADII_METERS;
  return {
    answer: answerLines(findings),
    run: runLine(findings),
    "time-near": table(readRows(findings, near, timeCell)),
    "time-far": table(readRows(findings, far, timeCell)),
    work: table(readRows(findings, near, workCell)),
    batch: table(batchRows(findings)),
    inserts: table(insertRows(findings)),
    plans: ["```", alignedText(allPlanRows(findings)), "```"].join("\n"),
  };
}

/** All tables as text for a terminal. */
export function printed(findings: Findings): string {
  const titles: Readonly<Record<string, string>> = {
    "time-near": "ms a page within 3 km, p50 / p99",
    "time-far": "ms a page within 50 km, p50 / p99",
    work: "rows read for a page within 3 km; us of CPU, MySQL + Node",
    batch: "a batch of many players within 3 km, us for each player",
    inserts: "inserts",
    plans: "plans",
  };
  const sections = sectionsOf(findings);
  return [...Object.entries(titles).map(([name, title]) => `${title}\n${sections[name]}\n`), sections["run"]].join(
    "\n",
  );
}

/** The figures under the answer: they say who is ahead by how much, whoever that is. */
function answerLines(findings: Findings): string {
  const [near] = RADII_METERS;
  const ms = (variant: VariantName, crowd: CrowdName) => {
    const read = readOf(findings, variant, crowd, near);
    return read === undefined ? "-" : `${significant(read.p50Ms)} ms`;
  };
  const batchCpu = (variant: VariantName) => {
    const batch = batchOf(findings, variant, "typical");
    return batch?.isInTime === true ? `${significant(batch.mysqlCpuUs + batch.nodeCpuUs)} us` : "over 1 s in all";
  };
  return [
    "In figures, medians within 3 km:",
    "",
    `- a player with ten: copied point ${ms("copied-point", "typical")}, join ${ms("join", "typical")}, procedure ` +
      `${ms("procedure", "typical")}, SPATIAL on item locations ${ms("spatial-rows", "typical")};`,
    `- the same in a batch, all CPU: copied point ${batchCpu("copied-point")}, join ${batchCpu("join")}, join with a box ` +
      `${batchCpu("box")}, procedure ${batchCpu("procedure")}, cell index ${batchCpu("cell-index")};`,
    `- the player with most, everywhere: cell index ${ms("cell-index", "traveller")}, join with a box ` +
      `${ms("box", "traveller")}, on a dense map ${ms("box-dense", "traveller")}, join ${ms("join", "traveller")}, copied ` +
      `point ${ms("copied-point", "traveller")}.`,
  ].join("\n");
}

function runLine(findings: Findings): string {
  const { startedAt, commit, isModified, machine, versions, options } = findings;
  const samples = findings.reads.map((read) => read.samples);
  return [
    `Measured ${startedAt.slice(0, 10)} at commit ${commit}${isModified ? " with changes" : ""}:`,
    `MariaDB ${versions["mariadb"]?.split("-")[0]}, Node ${versions["node"]}, ${machine.cores} cores`,
    `(load average before: ${machine.loadAverage.toFixed(1)});`,
    `${grouped(findings.itemLocationCount)} item locations, ${grouped(findings.locationCount)} places,`,
    `${grouped(findings.denseLocationCount)} on the dense map;`,
    `${options.roundCount} interleaved rounds, ${Math.min(...samples)} to ${Math.max(...samples)} statements each;`,
    `${grouped(findings.comparedPages)} pages compared, all equal.`,
  ].join(" ");
}

function readRows(findings: Findings, withinMeters: number, cell: (read: ReadFinding) => string): string[][] {
  const rows = findings.variants.map(({ name, title }) => [
    title,
    ...findings.crowds.map((crowd) => {
      const read = readOf(findings, name, crowd.name, withinMeters);
      return read === undefined ? "" : cell(read);
    }),
  ]);
  return [["", ...findings.crowds.map(({ title }) => title)], ...rows];
}

function batchRows(findings: Findings): string[][] {
  const crowds = findings.crowds.filter(({ name }) => BATCH_CROWDS.includes(name));
  const head = crowds.flatMap(({ title }) => [`${title}: time`, "MySQL CPU", "Node CPU"]);
  const rows = findings.variants.map(({ name, title, batchForm }) => [
    `${title}: ${batchForm}`,
    ...crowds.flatMap((crowd) => batchCells(batchOf(findings, name, crowd.name))),
  ]);
  return [["", ...head], ...rows];
}

function batchCells(batch: BatchFinding | undefined): string[] {
  if (batch === undefined || !batch.isInTime) return ["over 1 s in all", "", ""];
  return [batch.p50Ms * 1_000, batch.mysqlCpuUs, batch.nodeCpuUs].map((us) => significant(us));
}

function insertRows({ inserts }: Findings): string[][] {
  const rows = inserts.map(({ title, p50UsPerRow, mysqlCpuUsPerRow, bytesPerRow }) => [
    title,
    significant(p50UsPerRow),
    significant(mysqlCpuUsPerRow),
    bytesPerRow.toFixed(0),
  ]);
  return [["", "us a row", "MySQL CPU, us a row", "bytes a row"], ...rows];
}

function allPlanRows(findings: Findings): string[][] {
  const head = ["", "table", "access, index", "expected", "read", ""];
  return [head, ...findings.plans.flatMap((plan) => planRows(findings, plan))];
}

function planRows({ variants }: Findings, { variant, steps }: PlanFinding): string[][] {
  const title = variants.find(({ name }) => name === variant)?.title ?? variant;
  if (steps === null) return [[title, "", "a CALL has none: that of the join with a box", "", "", ""]];
  return steps.map(({ table: name, type, key, rows, rowsInFact, extra }, place) => [
    place === 0 ? title : "",
    name,
    `${type} ${key}`.trim(),
    rows,
    rowsInFact,
    extra,
  ]);
}

/** The finding of one way for one crowd and radius. */
export function readOf(
  { reads }: Findings,
  variant: VariantName,
  crowd: CrowdName,
  withinMeters: number,
): ReadFinding | undefined {
  return reads.find((read) => read.variant === variant && read.crowd === crowd && read.withinMeters === withinMeters);
}

/** The same of a batch. */
export function batchOf({ batches }: Findings, variant: VariantName, crowd: CrowdName): BatchFinding | undefined {
  return batches.find((batch) => batch.variant === variant && batch.crowd === crowd);
}

function timeCell({ p50Ms, p99Ms }: ReadFinding): string {
  return `${significant(p50Ms)} / ${significant(p99Ms)}`;
}

/** The count is unknown (null, once it was written down) where the connection was lost under it. */
function workCell({ rowsRead, mysqlCpuUs, nodeCpuUs }: ReadFinding): string {
  const rows = Number.isFinite(rowsRead) ? grouped(rowsRead) : "?";
  return `${rows}; ${significant(mysqlCpuUs)} + ${significant(nodeCpuUs)}`;
}

const table = markdownTable;

/** Two digits that mean something: 0.42, 8.1, 130. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const rounded = Number(value.toPrecision(2));
  if (rounded >= 100) return grouped(rounded);
  return rounded >= 10 ? rounded.toFixed(0) : rounded >= 1 ? rounded.toFixed(1) : value.toFixed(2);
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString("en");
}
