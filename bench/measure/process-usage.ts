// CPU time and memory of a process and all its descendants, from /proc: what the kernel counted, whatever
// the process believes. Linux only, like the figures of the bench.

import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks of /proc/<pid>/stat a second: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Of the fields that follow the command's name in parentheses. */
const PARENT_FIELD = 1;
const USER_TICKS_FIELD = 11;
const SYSTEM_TICKS_FIELD = 12;

interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  readonly cpuTicks: number;
}

/** Microseconds of CPU used so far by `pid` and its living descendants, all threads, user and system. */
export function cpuMicroseconds(pid: number): number {
  const ticks = familyOf(pid).reduce((sum, { cpuTicks }) => sum + cpuTicks, 0);
  return (ticks * 1_000_000) / TICKS_PER_SECOND;
}

/** Resident bytes of `pid` and its living descendants together. */
export function residentBytes(pid: number): number {
  return familyOf(pid).reduce((sum, member) => sum + residentBytesOf(member.pid), 0);
}

function familyOf(pid: number): ProcessStat[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const family = all.filter((candidate) => candidate.pid === pid);
  // Grows while it is walked: descendants of descendants are found in turn.
  for (const member of family) family.push(...all.filter(({ parentPid }) => parentPid === member.pid));
  return family;
}

function statOf(pid: number): ProcessStat | undefined {
  const text = readOrEmpty(`/proc/${pid}/stat`);
  if (text === "") return undefined;
  // The command's name may hold spaces and parentheses; the last one closes it.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const number = (place: number) => Number(fields[place]);
  return { pid, parentPid: number(PARENT_FIELD), cpuTicks: number(USER_TICKS_FIELD) + number(SYSTEM_TICKS_FIELD) };
}

function residentBytesOf(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readOrEmpty(`/proc/${pid}/status`))?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It has ended since it was listed.
    return "";
  }
}
