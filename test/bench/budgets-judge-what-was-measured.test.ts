// From measurements to verdicts: the figures that a budget is judged by, what is left unjudged, and that
// the report can be written from the same results.

import { describe, expect, it } from "vitest";
import { judge, verdictText, type Verdict } from "../../bench/budgets.ts";
import { canonicalJson } from "../../bench/equality.ts";
import type { Measurement } from "../../bench/measure/measurement.ts";
import { benchOptionsOf } from "../../bench/options.ts";
import { reportPage } from "../../bench/report/report-page.ts";
import { trialTables } from "../../bench/report/tables.ts";
import type { BenchResults, TrialResult } from "../../bench/results.ts";
import { trialsOf } from "../../bench/trials.ts";
import type { VariantName } from "../../bench/variants/variants.ts";

const options = benchOptionsOf(["--rounds", "3"]);

describe("judge", () => {
  const results = resultsOf({
    satchel: [4000, 1000, 4400],
    textbook: [1000, 250, 1000],
    mercurius: [4000, 1000, 4400],
  });
  const verdicts = judge(results);

  it("keeps a budget by the median of the rounds' ratios", () => {
    expect(outcome(verdicts, /throughput, to Yoga/)).toEqual({ figure: 4, isKept: true });
  });

  it("breaks one that is short, and says by how much", () => {
    expect(outcome(verdicts, /throughput, to Mercurius/)).toEqual({ figure: 1, isKept: false });
    expect(verdictText(verdicts.find(({ budget }) => /throughput, to Mercurius/.test(budget.title))!)).toBe(
      "1x, at least 1.3x",
    );
  });

  it("leaves unjudged what was not measured", () => {
    expect(outcome(verdicts, /growth under minutes/)).toEqual({ figure: null, isKept: null });
  });

  it("counts every error of Satchel", () => {
    const failing = resultsOf({ satchel: [1, 1, 1] }, 2);
    // Two in each of three rounds of eight trials.
    expect(outcome(judge(failing), /errors/)).toEqual({ figure: 48, isKept: false });
  });

  it("feeds the tables and the report", () => {
    expect(trialTables(results)).toContain("Mercurius + JIT + mysql2");
    const page = reportPage(results, verdicts);
    expect(page).toContain("</html>");
    expect(page).not.toMatch(/NaN|undefined|https?:/);
  });
});

describe("canonicalJson", () => {
  it("writes equal content equally, and order of lists counts", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe(canonicalJson({ a: null, b: [{ c: 2, d: 1 }] }));
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });
});

describe("benchOptionsOf", () => {
  it("takes the issue's sizes by default and small ones for a quick run", () => {
    expect(options).toMatchObject({
      playerCount: 200_000,
      catalogueItemCount: 100_000,
      connectionCount: 64,
      quick: false,
    });
    expect(benchOptionsOf(["--quick", "--soak"])).toMatchObject({ quick: true, roundCount: 1, soakMinutes: 10 });
  });

  it.each([["--rounds", "0"], ["--variants", "express"], ["--rates", "fast"], ["--fast"]])(
    "refuses %s %s",
    (...args) => {
      expect(() => benchOptionsOf(args)).toThrow(/usage: npm run bench/);
    },
  );
});

function outcome(verdicts: readonly Verdict[], title: RegExp): Pick<Verdict, "figure" | "isKept"> {
  const { figure, isKept } = verdicts.find(({ budget }) => title.test(budget.title))!;
  return { figure, isKept };
}

/** Every trial with these throughputs, one a round. */
function resultsOf(throughputs: Partial<Record<VariantName, readonly number[]>>, errors = 0): BenchResults {
  const rounds = Object.fromEntries(
    Object.entries(throughputs).map(([name, values]) => [name, values.map((value) => measurement(value, errors))]),
  );
  return {
    startedAt: "2026-11-21T06:00:00.000Z",
    commit: "1234567",
    isModified: false,
    machine: { cpu: "a processor", cores: 2, memoryBytes: 2 ** 34, kernel: "6", loadAverage: 0 },
    versions: { node: "20", mariadb: "10.11" },
    options,
    comparedAnswers: 126,
    sweep: [],
    poolSizes: { satchel: null },
    trials: trialsOf(options).map((trial): TrialResult => ({ trial, rounds })),
    openLoop: [{ trial: "player-state", variant: "satchel", perSecond: 100, measurement: measurement(100, 0) }],
    soak: [],
  };
}

function measurement(throughput: number, errors: number): Measurement {
  return {
    throughput,
    answers: throughput,
    latencyMs: { p50: 1, p99: 2, p999: 3, max: 4 },
    requests: throughput,
    errors,
    seconds: 1,
    serverCpuUs: 100,
    mysqlCpuUs: 50,
    loadCpuUs: 20,
    statementsPerRequest: 0.01,
    residentBytesBefore: 1e8,
    residentBytesAfter: 1e8,
  };
}
