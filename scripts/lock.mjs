// One lock per file between processes of one clone, held while packages install, code is generated
// or the private servers change state. Plain JavaScript without dependencies: run.mjs needs it before
// node_modules exist. A lock whose holder is dead is taken over; nobody waits without a bound.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 50;
/** A lock file without a holder's mark is being written right now, or its writer died in between. */
const EMPTY_LOCK_MS_MAX = 2_000;
/** A take-over lasts microseconds; one this old was left by a process that died inside it. */
const TAKEOVER_MS_MAX = 10_000;

/**
 * What tells this process from an earlier one that had the same pid: the pid and when it started.
 * Undefined when no such process lives (a zombie does not).
 */
export function processMark(pid = process.pid) {
  const startedAt = process.platform === "linux" ? startTicks(pid) : startTime(pid);
  return startedAt === undefined ? undefined : `${pid}:${startedAt}`;
}

/** Whether the process that wrote `mark` is still running. */
export function isMarkAlive(mark) {
  const pid = Number.parseInt(mark, 10);
  return Number.isInteger(pid) && pid > 0 && processMark(pid) === mark;
}

/**
 * Runs `work` while holding the lock file at `path`; the file is gone afterwards, also after a throw.
 * `onWait` is told the holder's pid once, after a second. Throws when `waitMs` were not enough.
 */
export async function withLock(path, { waitMs, onWait }, work) {
  mkdirSync(dirname(path), { recursive: true });
  await acquire(path, waitMs, onWait);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

async function acquire(path, waitMs, onWait) {
  const startedAt = performance.now();
  let told = false;
  while (!tryCreate(path)) {
    if (isAbandoned(path)) {
      takeOver(path);
      continue;
    }
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > waitMs) throw lockTimeout(path, waitMs);
    if (!told && waitedMs > 1_000) {
      told = true;
      onWait?.(Number.parseInt(readMark(path) ?? "", 10));
    }
    await delay(POLL_MS);
  }
}

function tryCreate(path) {
  try {
    writeFileSync(path, processMark() ?? "", { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function isAbandoned(path) {
  const mark = readMark(path);
  if (mark === undefined) return false;
  return mark === "" ? ageMs(path) > EMPTY_LOCK_MS_MAX : !isMarkAlive(mark);
}

// Two processes may find the same dead holder. Without a guard the slower one would remove the lock
// that the faster one has just made; under the guard it looks again and finds a living holder.
function takeOver(path) {
  const guard = `${path}.takeover`;
  if (!tryCreate(guard)) {
    if (ageMs(guard) > TAKEOVER_MS_MAX) rmSync(guard, { force: true });
    return;
  }
  try {
    if (isAbandoned(path)) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function readMark(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function ageMs(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 0 : Date.now() - stats.mtimeMs;
}

function startTicks(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the command, may hold spaces and parentheses: count from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    // No such process: exactly what the caller asks about.
    return undefined;
  }
}

function startTime(pid) {
  try {
    const line = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
    return line.trim() === "" ? undefined : line.trim();
  } catch {
    // ps exits 1 for a process that is gone.
    return undefined;
  }
}

function lockTimeout(path, waitMs) {
  const holder = Number.parseInt(readMark(path) ?? "", 10);
  const error = new Error(
    `waited ${Math.round(waitMs / 1_000)} s for another command of this clone (pid ${holder}); ` +
      `if it hangs, end it; if it is no command of Satchel, remove ${path}`,
  );
  error.name = "SetupError";
  return error;
}
