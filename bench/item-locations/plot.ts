// The plot of docs/item-locations.md: one panel per kind of player, a row per way, a dot at the median and a
// line to the 99th percentile, on a common logarithmic scale. It stands alone, so it carries its colours, for
// light and for dark.

import { escaped } from "../report/charts.ts";
import { BATCH_CROWDS, RADII_METERS, batchOf, readOf, significant } from "./sections.ts";
import type { Findings, VariantFacts } from "./findings.ts";

const WIDTH = 860;
const PANEL = { width: 410, labelWidth: 196, top: 30, rowHeight: 17, bottom: 30 };
const COLUMNS = 2;
const TITLE_HEIGHT = 46;
/** Between the last dot and the panel's end, for its figure. */
const NOTE_WIDTH = 44;

const STYLE = `
  svg { font: 12px system-ui, sans-serif; --back: #fdfdfb; --text: #1d2326; --quiet: #667077; --line: #dfe3e2; --ours: #0a7d68; --theirs: #8a6d3b; }
  @media (prefers-color-scheme: dark) { svg { --back: #14181a; --text: #e4e8e8; --quiet: #98a3a8; --line: #2d3539; --ours: #35c6a7; --theirs: #d3b27a; } }
  .back { fill: var(--back); } text { fill: var(--text); } .quiet { fill: var(--quiet); font-size: 11px; } .title { font-size: 15px; font-weight: 600; }
  .panel { font-weight: 600; } .grid { stroke: var(--line); } .theirs { fill: var(--theirs); } .ours { fill: var(--ours); } line.theirs { stroke: var(--theirs); }
  line.ours { stroke: var(--ours); } text.ours { font-weight: 700; } line { stroke-width: 1.5; }`;

interface Panel {
  readonly title: string;
  readonly dots: readonly Dot[];
}

interface Dot {
  readonly label: string;
  readonly isOurs: boolean;
  /** Null: there is none, for the reason of `note`. */
  readonly middle: number | null;
  readonly high: number;
  readonly note: string;
}

/** A whole SVG file. */
export function plotOf(findings: Findings): string {
  const panels = [...readPanels(findings), ...batchPanels(findings)];
  const height = PANEL.top + PANEL.bottom + findings.variants.length * PANEL.rowHeight;
  const rows = Math.ceil(panels.length / COLUMNS);
  const drawn = panels.map((panel, place) => {
    const x = (place % COLUMNS) * (PANEL.width + WIDTH - COLUMNS * PANEL.width - 10) + 5;
    return `<g transform="translate(${x} ${TITLE_HEIGHT + Math.floor(place / COLUMNS) * height})">${panelOf(panel)}</g>`;
  });
  const title = `First 20 item locations within ${RADII_METERS[0] / 1_000} km, ${findings.itemLocationCount.toLocaleString("en")} in the table`;
  const total = TITLE_HEIGHT + rows * height;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${total}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="back" width="${WIDTH}" height="${total}" rx="8"/>`,
    `<text class="title" x="14" y="22">${escaped(title)}</text>`,
    `<text class="quiet" x="14" y="38">By what the player has. Dot: median; line: to the 99th percentile; bold: what Satchel does. Logarithmic.</text>`,
    ...drawn,
    "</svg>",
  ].join("\n")}\n`;
}

function readPanels(findings: Findings): Panel[] {
  return findings.crowds.map((crowd) => ({
    title: `${crowd.title}: one page, ms`,
    dots: findings.variants.map((variant) => {
      const read = readOf(findings, variant.name, crowd.name, RADII_METERS[0]);
      return dotOf(variant, read?.p50Ms ?? null, read?.p99Ms ?? 0);
    }),
  }));
}

function batchPanels(findings: Findings): Panel[] {
  return findings.crowds
    .filter(({ name }) => BATCH_CROWDS.includes(name))
    .map((crowd) => ({
      title: `${crowd.title}: in a batch, ms for each player`,
      dots: findings.variants.map((variant) => {
        const batch = batchOf(findings, variant.name, crowd.name);
        return batch?.isInTime === true
          ? dotOf(variant, batch.p50Ms, batch.p99Ms)
          : { ...dotOf(variant, null, 0), note: "over 1 s in all" };
      }),
    }));
}

function dotOf({ title, isOurs }: VariantFacts, middle: number | null, high: number): Dot {
  return { label: title, isOurs, middle, high, note: middle === null ? "" : significant(middle) };
}

function panelOf({ title, dots }: Panel): string {
  const values = dots.flatMap(({ middle, high }) => (middle === null ? [] : [middle, high]));
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const span = PANEL.width - PANEL.labelWidth - NOTE_WIDTH;
  const xAt = (value: number) => PANEL.labelWidth + ((Math.log10(value) - low) / (high - low)) * span;
  const below = PANEL.top + dots.length * PANEL.rowHeight;
  const powers = Array.from({ length: high - low + 1 }, (_, place) => 10 ** (low + place));
  const grid = powers.map(
    (power) =>
      `<line class="grid" x1="${fixed(xAt(power))}" x2="${fixed(xAt(power))}" y1="${PANEL.top - 6}" y2="${below}"/>` +
      `<text class="quiet" x="${fixed(xAt(power))}" y="${below + 14}" text-anchor="middle">${Number(power.toPrecision(1)).toLocaleString("en")}</text>`,
  );
  const heading = `<text class="panel" x="9" y="14">${escaped(title)}</text>`;
  return heading + grid.join("") + dots.map((dot, place) => dotRow(dot, place, xAt)).join("");
}

function dotRow({ label, isOurs, middle, high, note }: Dot, place: number, xAt: (value: number) => number): string {
  const className = isOurs ? "ours" : "theirs";
  const y = PANEL.top + place * PANEL.rowHeight + 8;
  const name = `<text${isOurs ? ' class="ours"' : ""} x="${PANEL.labelWidth - 10}" y="${y + 4}" text-anchor="end">${escaped(label)}</text>`;
  if (middle === null) return `${name}<text class="quiet" x="${PANEL.labelWidth}" y="${y + 4}">${escaped(note)}</text>`;
  const x = fixed(xAt(middle));
  const end = xAt(high);
  return (
    `${name}<line class="${className}" x1="${x}" x2="${fixed(end)}" y1="${y}" y2="${y}"/>` +
    `<circle class="${className}" cx="${x}" cy="${y}" r="4"/>` +
    `<text class="quiet" x="${fixed(end + 7)}" y="${y + 4}">${escaped(note)}</text>`
  );
}

function fixed(value: number): string {
  return value.toFixed(1);
}
