// Finds processes by an argument of their command lines: from /proc where there is one, else from ps.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const PS_BYTES_MAX = 64_000_000;

/** Pids of living processes that have such an argument, never our own. */
export function pidsWithArgument(matches: (argument: string) => boolean): number[] {
  const commandLines = process.platform === "linux" ? commandLinesFromProc() : commandLinesFromPs();
  return commandLines.filter(({ pid, args }) => pid !== process.pid && args.some(matches)).map(({ pid }) => pid);
}

interface CommandLine {
  readonly pid: number;
  readonly args: readonly string[];
}

function commandLinesFromProc(): CommandLine[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), args: procArguments(name) }));
}

function procArguments(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It ended between the listing and the look.
    return [];
  }
}

// ps joins arguments by spaces. Those looked for begin with a dash or a slash, so the line is cut before
// such words, and a path with a space in it stays whole.
function commandLinesFromPs(): CommandLine[] {
  const table = execFileSync("ps", ["-axww", "-o", "pid=,args="], { encoding: "utf8", maxBuffer: PS_BYTES_MAX });
  return table.split("\n").flatMap((line) => {
    const [, pid, args = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), args: args.split(/\s(?=-|\/)/) }];
  });
}
