// Plots as inline SVG, drawn here: a report that needs nothing from anywhere still opens in ten years.
// Colours are CSS classes, so that light and dark are the page's business.

export interface Bar {
  readonly label: string;
  /** Drawn one after another; each with its class. */
  readonly parts: readonly { readonly value: number; readonly className: string }[];
  /** Written behind the bar. */
  readonly note: string;
  readonly isOurs: boolean;
}

export interface Line {
  readonly label: string;
  readonly className: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Axes {
  readonly xTitle: string;
  readonly yTitle: string;
  /** Latencies differ by orders of magnitude. */
  readonly isYLogarithmic: boolean;
}

const WIDTH = 720;
const LABEL_WIDTH = 210;
const NOTE_WIDTH = 190;
const BAR_HEIGHT = 22;
const BAR_STEP = 32;
const PLOT = { left: 58, right: 230, top: 28, bottom: 46, height: 340 };
const TICKS = 5;

/** Horizontal bars on a common scale that begins at zero. */
export function barChart(bars: readonly Bar[], title: string): string {
  const longest = Math.max(...bars.map(lengthOf), Number.MIN_VALUE);
  const scale = (WIDTH - LABEL_WIDTH - NOTE_WIDTH) / longest;
  const height = bars.length * BAR_STEP;
  const rows = bars.map((bar, place) => barRow(bar, place * BAR_STEP, scale));
  return svg(height, title, rows.join(""));
}

function barRow({ label, parts, note, isOurs }: Bar, top: number, scale: number): string {
  const middle = top + BAR_HEIGHT / 2 + 5;
  let left = LABEL_WIDTH;
  const rectangles = parts.map(({ value, className }) => {
    const width = Math.max(1, value * scale);
    const rectangle = `<rect class="${className}" x="${fixed(left)}" y="${top}" width="${fixed(width)}" height="${BAR_HEIGHT}"/>`;
    left += width;
    return rectangle;
  });
  const emphasis = isOurs ? ' class="ours"' : "";
  return (
    `<text${emphasis} x="${LABEL_WIDTH - 10}" y="${middle}" text-anchor="end">${escaped(label)}</text>` +
    rectangles.join("") +
    `<text${emphasis} x="${fixed(left + 8)}" y="${middle}">${escaped(note)}</text>`
  );
}

function lengthOf({ parts }: Bar): number {
  return parts.reduce((sum, { value }) => sum + value, 0);
}

/** Lines with a dot per point, named beside the plot. X begins at zero. */
export function lineChart(lines: readonly Line[], axes: Axes, title: string): string {
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return "";
  const xMax = niceAbove(Math.max(...points.map(({ x }) => x)));
  const yTicks = axes.isYLogarithmic ? powersAround(points.map(({ y }) => y)) : evenTicks(points.map(({ y }) => y));
  const xAt = (x: number) => PLOT.left + (x / xMax) * (WIDTH - PLOT.left - PLOT.right);
  const yAt = yScale(yTicks, axes.isYLogarithmic);
  const grid = yTicks.map((tick) => gridLine(yAt(tick), tick)).join("");
  const xTicks = Array.from({ length: TICKS + 1 }, (_, place) => (xMax * place) / TICKS);
  const below = PLOT.height - PLOT.bottom;
  const xLabels = xTicks.map(
    (x) => `<text class="tick" x="${fixed(xAt(x))}" y="${below + 18}" text-anchor="middle">${spoken(x)}</text>`,
  );
  const titles =
    `<text class="tick" x="${fixed(xAt(xMax / 2))}" y="${below + 38}" text-anchor="middle">${escaped(axes.xTitle)}</text>` +
    `<text class="tick" x="4" y="10">${escaped(axes.yTitle)}</text>`;
  const drawn = lines.map((line) => drawnLine(line, xAt, yAt)).join("");
  return svg(PLOT.height, title, grid + xLabels.join("") + titles + drawn + legend(lines));
}

type Scale = (value: number) => number;

function yScale(ticks: readonly number[], isLogarithmic: boolean): Scale {
  const place = isLogarithmic ? Math.log10 : (value: number) => value;
  const low = place(ticks[0]!);
  const high = place(ticks.at(-1)!);
  const span = PLOT.height - PLOT.bottom - PLOT.top;
  return (value) => PLOT.height - PLOT.bottom - ((place(value) - low) / (high - low)) * span;
}

function gridLine(y: number, tick: number): string {
  return (
    `<line class="grid" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${fixed(y)}" y2="${fixed(y)}"/>` +
    `<text class="tick" x="${PLOT.left - 8}" y="${fixed(y + 4)}" text-anchor="end">${spoken(tick)}</text>`
  );
}

function drawnLine({ className, points }: Line, xAt: Scale, yAt: Scale): string {
  const places = points.map(({ x, y }) => `${fixed(xAt(x))},${fixed(yAt(y))}`);
  const dots = points.map(
    ({ x, y }) => `<circle class="${className}" cx="${fixed(xAt(x))}" cy="${fixed(yAt(y))}" r="3"/>`,
  );
  return `<polyline class="${className}" points="${places.join(" ")}"/>${dots.join("")}`;
}

/** Names beside the plot, those first whose lines reach farthest. */
function legend(lines: readonly Line[]): string {
  const left = WIDTH - PLOT.right + 24;
  return lines
    .toSorted((a, b) => (b.points.at(-1)?.x ?? 0) - (a.points.at(-1)?.x ?? 0))
    .map(({ label, className }, place) => {
      const y = PLOT.top + 6 + place * 22;
      return (
        `<circle class="${className}" cx="${left}" cy="${y}" r="5"/>` +
        `<text class="${className} name" x="${left + 12}" y="${y + 4}">${escaped(label)}</text>`
      );
    })
    .join("");
}

/** Powers of ten, from below the least to above the greatest. */
function powersAround(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.max(Math.min(...values), 0.001)));
  const high = Math.ceil(Math.log10(Math.max(...values, 0.01)));
  return Array.from({ length: Math.max(1, high - low) + 1 }, (_, place) => 10 ** (low + place));
}

function evenTicks(values: readonly number[]): number[] {
  const top = niceAbove(Math.max(...values));
  return Array.from({ length: TICKS + 1 }, (_, place) => (top * place) / TICKS);
}

/** 1, 2 or 5 times a power of ten, not below `value`. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return power * (NICE.find((step) => step * power >= value) ?? 10);
}

const NICE = [1, 2, 2.5, 5, 10];

function svg(height: number, title: string, content: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">${content}</svg>`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}

/** 1,000 and 0.5, but no 0.30000000000000004. */
function spoken(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 3 });
}

/** Text inside HTML and SVG. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
