// Puts what was measured into docs/item-locations.md: the text between two markers is replaced, and
// whatever people wrote around them stays.

import { escaped } from "../report/charts.ts";

/** Text by the name in its marker. */
export type Sections = Readonly<Record<string, string>>;

/**
 * Replaces what stands between `<!-- measured: name -->` and the next `<!-- end -->`. Throws when a section
 * has no marker, or a marker no section: a number that nobody measures any more must not stay.
 */
export function withSections(document: string, sections: Sections): string {
  const missing = new Set(Object.keys(sections));
  const written = document.replaceAll(MARKED, (_, opening: string, name: string) => {
    const text = sections[name];
    if (text === undefined) throw new Error(`nothing was measured for the marker "${name}"`);
    missing.delete(name);
    return `${opening}\n\n${text}\n\n${END}`;
  });
  if (missing.size > 0) throw new Error(`the document has no marker for ${[...missing].join(", ")}`);
  return written;
}

const END = "<!-- end -->";
const MARKED = /(<!-- measured: ([a-z-]+) -->)[^]*?<!-- end -->/g;

/** A Markdown table as the formatter leaves it: the first column to the left, the others to the right. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...cells] = rows.map((row) => row.map((cell) => escaped(cell).replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...[head, ...cells].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(" | ")} |`, ...cells.map(line)].join("\n");
}

/** Lines of columns, for a code block. The last column is not padded. */
export function alignedText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
