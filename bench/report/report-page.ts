// The report of one run as a single HTML file: what was measured and what it shows, for a reader with a
// minute, and every figure for one with more. No script, nothing fetched.

import { judge, verdictText, type Verdict } from "../budgets.ts";
import { figures, medianOf, ratioTo, roundsOf, type BenchResults } from "../results.ts";
import type { Trial, TrialName } from "../trials.ts";
import { variantNames, variants } from "../variants/variants.ts";
import { barChart, escaped, lineChart, type Bar, type Line } from "./charts.ts";
import { pageStyle } from "./page-style.ts";
import { measuredVariants, openLoopRows, trialRows } from "./tables.ts";

const COMPARED: readonly TrialName[] = ["player-state", "nearby-items", "home-screen", "mix"];
const GROWTH: readonly TrialName[] = ["player-state-small", "player-state", "player-state-catalogue"];

export function reportPage(results: BenchResults, verdicts: readonly Verdict[] = judge(results)): string {
  const body = [
    heading(results),
    headline(results, verdicts),
    throughputSection(results),
    cpuSection(results),
    openLoopSection(results),
    growthSection(results),
    soakSection(results),
    budgetSection(verdicts, results),
    tableSection(results),
    methodSection(results),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Satchel benchmark</title><style>${pageStyle}</style></head>
<body>${body.join("\n")}</body></html>
`;
}

function heading({ startedAt, commit, isModified, machine, versions, options, comparedAnswers }: BenchResults): string {
  const { cpu, cores, memoryBytes } = machine;
  const where = `${cores} x ${cpu}, ${(memoryBytes / 2 ** 30).toFixed(0)} GB, Node ${versions["node"]}, ${versions["mariadb"]}`;
  const quick = options.quick ? " <b>A quick run: the figures show that the bench works, and nothing else.</b>" : "";
  const busy =
    machine.loadAverage > 0.7 ? ` Others used the machine (load average ${machine.loadAverage.toFixed(1)}).` : "";
  return `<h1>Satchel benchmark</h1><p class="quiet">${escaped(startedAt.slice(0, 16).replace("T", " "))} UTC, commit ${escaped(commit)}${isModified ? ", modified" : ""}. ${escaped(where)}.${busy}${quick}</p>
<p>Satchel and ${options.variants.length - 1} other ways to build the same API answered the same questions on the same database: what a player owns, what lies near, the app's first screen. All of them cold: no answer comes from a cache. Each runs as one production process, and ${comparedAnswers} of each one's answers were compared with Satchel's before anything was measured.</p>`;
}

function headline(results: BenchResults, verdicts: readonly Verdict[]): string {
  const times = (variant: "textbook" | "mercurius" | "rest") => {
    const ratio = ratioTo(results, "player-state", variant, figures.throughput);
    return ratio === null ? [] : [tile(`${ratio.median.toFixed(1)}x`, `the throughput of ${variants[variant].title}`)];
  };
  const judged = verdicts.filter(({ isKept }) => isKept !== null);
  const kept = judged.filter(({ isKept }) => isKept === true).length;
  return `<div class="headline">${[
    tile(
      `${spoken(medianOf(results, "player-state", "satchel", figures.throughput))}/s`,
      "player states a second, one process",
    ),
    ...times("textbook"),
    ...times("mercurius"),
    tile(`${kept} of ${judged.length}`, "budgets kept"),
  ].join("")}</div>`;
}

function tile(figure: string, meaning: string): string {
  return `<div><b>${escaped(figure)}</b><span>${escaped(meaning)}</span></div>`;
}

function throughputSection(results: BenchResults): string {
  const trial = trialNamed(results, "player-state");
  const bars = measuredVariants(results, trial).map((name): Bar => {
    const value = medianOf(results, trial.name, name, figures.throughput);
    const p99 = medianOf(results, trial.name, name, figures.p99);
    return {
      label: variants[name].title,
      parts: [{ value, className: name }],
      note: `${spoken(value)}/s, p99 ${p99.toFixed(0)} ms`,
      isOurs: name === "satchel",
    };
  });
  return section(
    "How many player states a second",
    `${trial.connections} connections, each asking for another random player as soon as it is answered. Longer is better.`,
    barChart(bars, "Throughput by variant"),
  );
}

function cpuSection(results: BenchResults): string {
  const charts = COMPARED.map((name) => {
    const trial = trialNamed(results, name);
    const bars = measuredVariants(results, trial).map((variant) =>
      cpuBar(results, name, variants[variant].title, variant),
    );
    return `<h3>${escaped(trial.title)}</h3>${barChart(bars, `CPU per request, ${trial.title}`)}`;
  });
  return section(
    "What one request costs",
    `CPU time per request in microseconds, as the kernel counted it: <span class="key server"></span>the server process <span class="key mysql"></span>MySQL. Shorter is better; unlike throughput it does not depend on how many cores there are.`,
    charts.join(""),
  );
}

function growthSection(results: BenchResults): string {
  const bars = GROWTH.map((name) =>
    cpuBar(results, name, trialNamed(results, name).title.replace("PlayerState, ", ""), "satchel", false),
  );
  return section(
    "What growth costs",
    "Satchel's CPU per PlayerState with ten times the players and with a thousand times the catalogue. Equal length is the aim.",
    barChart(bars, "CPU per request by size"),
  );
}

function cpuBar(
  results: BenchResults,
  trial: TrialName,
  label: string,
  variant: (typeof variantNames)[number],
  isMarked = true,
): Bar {
  const server = medianOf(results, trial, variant, figures.serverCpuUs);
  const mysql = medianOf(results, trial, variant, figures.mysqlCpuUs);
  return {
    label,
    parts: [
      { value: server, className: "server" },
      { value: mysql, className: "mysql" },
    ],
    note: `${server.toFixed(0)} + ${mysql.toFixed(0)} = ${(server + mysql).toFixed(0)} us`,
    isOurs: isMarked && variant === "satchel",
  };
}

function openLoopSection(results: BenchResults): string {
  const lines = variantNames.map((name): Line => {
    const own = results.openLoop.filter(({ trial, variant }) => trial === "player-state" && variant === name);
    const points = own.map(({ perSecond, measurement }) => ({ x: perSecond, y: measurement.latencyMs.p99 }));
    return { label: variants[name].title, className: name, points };
  });
  const axes = { xTitle: "arrivals a second", yTitle: "p99 in ms", isYLogarithmic: true };
  const chart = lineChart(
    lines.filter(({ points }) => points.length > 0),
    axes,
    "p99 by arrival rate",
  );
  if (chart === "") return "";
  return section(
    "How long a player waits",
    "PlayerState at a constant rate of arrivals, as from phones that know nothing of each other. Latency counts from the moment at which a request was due, so that a stall is paid for by everyone who came during it. Where a line turns up, that server is full, and it was asked no faster.",
    chart,
  );
}

function soakSection({ soak }: BenchResults): string {
  // A look or two make no curve.
  if (soak.length < 6) return "";
  let seconds = 0;
  const points = soak.map((measurement) => {
    seconds += measurement.seconds;
    return { x: seconds / 60, y: figures.residentMegabytes(measurement) };
  });
  const axes = { xTitle: "minutes of the mix", yTitle: "resident MB", isYLogarithmic: false };
  const chart = lineChart([{ label: "Satchel", className: "satchel", points }], axes, "Memory over time");
  return section("Memory over time", "The server's resident memory under the mix, at full load.", chart);
}

function budgetSection(verdicts: readonly Verdict[], { options }: BenchResults): string {
  const rows = verdicts.map((verdict) => {
    const word = verdict.isKept === null ? "" : verdict.isKept ? "kept" : "broken";
    return `<tr><td>${escaped(verdict.budget.title)}</td><td>${escaped(verdictText(verdict))}</td><td class="${word}">${word}</td></tr>`;
  });
  const intro = options.quick
    ? "Shown only: a quick run is too short to judge by."
    : "What Satchel promises. A broken budget fails the run.";
  return section("Budgets", intro, `<table class="budgets">${rows.join("")}</table>`);
}

function tableSection(results: BenchResults): string {
  const tables = results.trials.map(
    ({ trial }) => `<h3>${escaped(trial.title)}</h3>${table(trialRows(results, trial))}`,
  );
  const open = results.openLoop.length === 0 ? "" : `<h3>Open loop</h3>${table(openLoopRows(results))}`;
  return `<details><summary>All figures</summary><p class="quiet">Medians over the rounds. Ratios are Satchel's figure to that variant's, round by round.</p>${tables.join("")}${open}</details>`;
}

function methodSection(results: BenchResults): string {
  const { options, poolSizes, versions } = results;
  const pools = Object.entries(poolSizes).map(([name, size]) => `${name} ${size ?? "its default"}`);
  const rounds = roundsOf(results, "player-state", "satchel").length;
  return section(
    "How it was measured",
    "",
    `<p>${rounds} rounds, in each of which every variant had its turn in every scenario: ${options.warmUpSeconds} s of warm-up that are thrown away, then ${options.measuredSeconds} s. Load came from a process of its own on the same machine, so throughput is what is left of ${results.machine.cores} cores after load and MySQL; ratios and CPU per request carry over to other machines, absolute figures do not. Pool sizes are each variant's best of a sweep: ${escaped(pools.join(", "))}. Statements are MySQL's own count. How to run it, and why each variant is set as it is: bench/README.md.</p>
<p class="quiet">${escaped(
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    )}.</p>`,
  );
}

function section(title: string, intro: string, content: string): string {
  return `<h2>${escaped(title)}</h2>${intro === "" ? "" : `<p class="quiet">${intro}</p>`}${content}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const cells = (row: readonly string[], tag: string) =>
    row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("");
  return `<div class="wide"><table><tr>${cells(head, "th")}</tr>${body.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")}</table></div>`;
}

function trialNamed(results: BenchResults, name: TrialName): Trial {
  const found = results.trials.find(({ trial }) => trial.name === name);
  if (found === undefined) throw new Error(`no trial ${name}`);
  return found.trial;
}

function spoken(value: number): string {
  return Math.round(value).toLocaleString("en");
}
