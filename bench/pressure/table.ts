// The run under pressure as a person at a terminal reads it.

import { verdictText, type Verdict } from "../budgets.ts";
import { perSecond, usefulShare, type OverloadRound, type PressureResults, type Stretch } from "./findings.ts";
import { hitShareOf } from "./server-metrics.ts";

export function printedPressure(results: PressureResults, verdicts: readonly Verdict[]): string {
  const { options, peak, overloads, redisThere, redisFreezing, redisFrozen, hotPlayers } = results;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const lines = [
    `PlayerState, ${options.playerCount} players, ${options.measuredSeconds} s each`,
    "",
    row("peak of cold reads, 64 connections", peak),
    row("half the peak, Redis there", redisThere),
    row("half the peak, Redis freezing", redisFreezing),
    row("half the peak, Redis frozen", redisFrozen),
    ...overloads.flatMap(roundOf),
    row("hot players, 64 connections", hotPlayers),
    `    answers: ${sourcesOf(hotPlayers)}`,
    `    ${megabytes(hotPlayers.residentBytes)} resident, ${megabytes(hotPlayers.heapUsedBytes)} of heap used`,
    ...hotPlayers.gcPauses.map(
      ({ kind, count, sumMs, atMostMs }) =>
        `    GC ${kind}: ${count} pauses, ${sumMs.toFixed(0)} ms together, none above ${atMostMs ?? "any bound,"} ms`,
    ),
    "",
    options.quick ? "Wanted (shown only: a quick run is too short to judge by)" : "Wanted",
    ...verdicts.map((verdict) => {
      const word = verdict.isKept === false ? "MISSED" : "kept  ";
      return `  ${word}  ${verdict.budget.title}: ${verdictText(verdict)}`;
    }),
    "",
  ];
  return lines.join("\n");
}

function roundOf(round: OverloadRound): string[] {
  const { peak, overload } = round;
  const { wantedPerSecond, sentPerSecond, usefulPerSecond, otherErrors, recoverySeconds, load } = overload;
  return [
    row("peak before the overload", peak),
    row(`overload, ${wantedPerSecond.toFixed(0)}/s wanted`, overload),
    `    sent ${sentPerSecond.toFixed(0)}/s, useful ${usefulPerSecond.toFixed(0)}/s` +
      ` (${usefulShare(round).toFixed(2)}x of the peak before), refused ${load.refused}, unsent ${load.unsent},` +
      ` other errors ${otherErrors}, recovered ${recoverySeconds === null ? "never" : `after ${recoverySeconds.toFixed(2)} s`}`,
  ];
}

function sourcesOf({ bySource }: Stretch): string {
  return Object.entries(bySource)
    .map(([source, count]) => `${count} ${source}`)
    .join(", ");
}

function row(title: string, { load, bySource, serverCpuSeconds }: Stretch): string {
  const { p50, p99, p999 } = load.latencyMs;
  const cells = [
    `  ${title.padEnd(36)}`,
    `${perSecond(load).toFixed(0)}/s`.padStart(8),
    `  p50 ${p50.toFixed(1)}  p99 ${p99.toFixed(1)}  p99.9 ${p999.toFixed(1)} ms`,
    `  errors ${load.errors}  hits ${(hitShareOf(bySource) * 100).toFixed(1)} %`,
    `  cores: server ${(serverCpuSeconds / load.seconds).toFixed(2)}, load ${(load.cpuUs / 1e6 / load.seconds).toFixed(2)}`,
  ];
  return cells.join("");
}
