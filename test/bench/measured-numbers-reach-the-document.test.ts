// What `npm run bench -- item-locations` writes into docs/item-locations.md: markers, tables, plans. No load here.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alignedText, markdownTable, withSections } from "../../bench/item-locations/document.ts";
import { parsedPlan, stepsIn } from "../../bench/item-locations/explain.ts";
import type { Findings } from "../../bench/item-locations/findings.ts";
import { itemLocationsOptionsOf } from "../../bench/item-locations/options.ts";
import { plotOf } from "../../bench/item-locations/plot.ts";
import { printed, sectionsOf, significant } from "../../bench/item-locations/sections.ts";
import { projectDir } from "../../scripts/clone.ts";

const DOCUMENT =
  "Before.\n\n<!-- measured: a -->\n\nold\n\n<!-- end -->\n\nBetween.\n\n<!-- measured: b --><!-- end -->\n";

describe("withSections", () => {
  it("replaces what stands between the markers and leaves the rest", () => {
    expect(withSections(DOCUMENT, { a: "new $1", b: "text" })).toBe(
      "Before.\n\n<!-- measured: a -->\n\nnew $1\n\n<!-- end -->\n\nBetween.\n\n<!-- measured: b -->\n\ntext\n\n<!-- end -->\n",
    );
  });

  it("gives the same when it is done again", () => {
    const once = withSections(DOCUMENT, { a: "1", b: "2" });
    expect(withSections(once, { a: "1", b: "2" })).toBe(once);
  });

  it("refuses a marker that nothing was measured for, and the other way round", () => {
    expect(() => withSections(DOCUMENT, { a: "1" })).toThrow('"b"');
    expect(() => withSections(DOCUMENT, { a: "1", b: "2", c: "3" })).toThrow("no marker for c");
  });
});

describe("a table", () => {
  it("is padded as the formatter pads it, figures to the right", () => {
    expect(
      markdownTable([
        ["", "ms"],
        ["a|b", "1,200"],
      ]),
    ).toBe(["|      |    ms |", "| ---- | ----: |", "| a\\|b | 1,200 |"].join("\n"));
  });

  it("as plain text has aligned columns and no space at the end of a line", () => {
    expect(
      alignedText([
        ["a", "b", ""],
        ["long", "c", "d"],
      ]),
    ).toBe("a     b\nlong  c  d");
  });
});

describe("significant", () => {
  it("keeps two digits that mean something", () => {
    expect([0.423, 8.06, 12.4, 134, 1_876, Number.NaN].map(significant)).toEqual([
      "0.42",
      "8.1",
      "12",
      "130",
      "1,900",
      "-",
    ]);
  });
});

describe("a plan", () => {
  const leaf = (table_name: string, rows: number) => ({
    table_name,
    access_type: "range",
    key: "ix",
    r_loops: 2,
    rows,
    r_rows: rows + 1,
    using_index: true,
  });

  it("is told from the inside out, with what was read over all loops", () => {
    const inner = { read_sorted_file: { filesort: { table: leaf("c", 10) } } };
    const plan = { query_block: { nested_loop: [{ table: { ...leaf("page", 1), materialized: inner } }] } };
    expect(stepsIn(plan, []).map(({ table, rows, rowsInFact, extra }) => [table, rows, rowsInFact, extra])).toEqual([
      ["c", "20", "22", "index alone, sorted"],
      ["page", "2", "4", "index alone"],
    ]);
  });

  it("is read although MariaDB writes bytes into its conditions", () => {
    const json =
      '{\n  "table": {\n    "table_name": "l",\n    "attached_condition": "contains(\'\\0 \n\u0001 "\')"\n  }\n}';
    expect(parsedPlan(json)).toEqual({ table: { table_name: "l", attached_condition: "" } });
  });
});

describe("the document", () => {
  it("has a place for all that is measured, and nothing else between markers", () => {
    const document = readFileSync(join(projectDir, "docs", "item-locations.md"), "utf8");
    const sections = sectionsOf(FINDINGS);
    const written = withSections(document, sections);
    for (const text of Object.values(sections)) expect(written).toContain(text);
  });

  it("says where a way did not answer in time", () => {
    expect(sectionsOf(FINDINGS)["batch"]).toMatch(/^\| join: UNION ALL +\| over 1 s in all \|/m);
    expect(printed(FINDINGS)).toContain("1.2 / 3.4");
  });
});

describe("the plot", () => {
  it("names every way in each panel, ours in bold, and escaped", () => {
    const svg = plotOf(FINDINGS);
    expect(svg.match(/>join</g)).toHaveLength(2);
    expect(svg.match(/class="ours"[^>]*>cell &amp; index</g)).toHaveLength(2);
    expect(svg).toContain("over 1 s in all");
    expect(svg).not.toContain("NaN");
  });
});

describe("the options", () => {
  it("are those of the document, and a tenth of the world for a quick run", () => {
    expect(itemLocationsOptionsOf([])).toMatchObject({ quick: false, playerCount: 200_000, heavyCount: 50_000 });
    expect(itemLocationsOptionsOf(["--quick"])).toMatchObject({ quick: true, playerCount: 20_000 });
  });

  it("are refused by name", () => {
    expect(() => itemLocationsOptionsOf(["--players", "ten"])).toThrow("--players must be a whole number");
    expect(() => itemLocationsOptionsOf(["--round", "1"])).toThrow("usage:");
  });
});

const FINDING = {
  crowd: "typical",
  withinMeters: 3_000,
  samples: 9,
  mysqlCpuUs: 100,
  nodeCpuUs: 50,
  rowsRead: 10,
} as const;

const FINDINGS: Findings = {
  startedAt: "2026-01-02T03:04:05.000Z",
  commit: "abc",
  isModified: false,
  machine: { cpu: "cpu", cores: 2, memoryBytes: 1, kernel: "6", loadAverage: 0.1 },
  versions: { mariadb: "10.11.1-x", node: "20.0.0" },
  options: itemLocationsOptionsOf([]),
  itemLocationCount: 2_000_000,
  locationCount: 6_000,
  denseLocationCount: 600_000,
  comparedPages: 7,
  crowds: [{ name: "typical", title: "10" }],
  variants: [
    { name: "join", title: "join", batchForm: "UNION ALL", isOurs: false },
    { name: "cell-index", title: "cell & index", batchForm: "UNION ALL", isOurs: true },
  ],
  reads: [
    { ...FINDING, variant: "join", p50Ms: 1.23, p99Ms: 3.4 },
    { ...FINDING, variant: "cell-index", p50Ms: 0.5, p99Ms: 0.6 },
  ],
  batches: [
    { variant: "join", crowd: "typical", isInTime: false },
    { ...FINDING, variant: "cell-index", p50Ms: 0.1, p99Ms: 0.2, playerCount: 250, isInTime: true },
  ],
  plans: [{ variant: "join", steps: null }],
  inserts: [{ title: "bare", rowsPerStatement: 500, p50UsPerRow: 9, mysqlCpuUsPerRow: 7, bytesPerRow: 64 }],
};
