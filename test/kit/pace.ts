// How much slower than usual this machine is just now, by work that is always the same: so that a bound in milliseconds
// holds as it is written where the machine is as fast as usual, and means the same share of it where it is not.

import { spawn } from "node:child_process";
import { once } from "node:events";

/** CPU time of the work below on two usual cores with nothing else to do, in ms. */
const WORK_MS = 6;
/** Three bare starts of Node with tsx at once there, in ms. */
const STARTS_MS = 450;
const TRIES = 5;

/** By CPU time of this process: 1 on a usual machine or a faster one, 2 on one half as fast. */
export function cpuPace(): number {
  // The best of some: what was in the way of the others is no property of the machine.
  return Math.max(1, Math.min(...Array.from({ length: TRIES }, cpuMsOfWork)) / WORK_MS);
}

/** The same by how long it takes until processes have started: with whatever else the machine does meanwhile. */
export async function startPace(): Promise<number> {
  const startedAtMs = performance.now();
  for (let turn = 0; turn < TRIES; turn += 1) await Promise.all(Array.from({ length: 3 }, bareStart));
  return Math.max(1, (performance.now() - startedAtMs) / TRIES / STARTS_MS);
}

/** Text taken apart and put together again, and much that is thrown away at once: as a server works. */
function cpuMsOfWork(): number {
  const rows = Array.from({ length: 2_000 }, (_, place) => ({ id: `row ${place}`, nodes: [{ place }, { place }] }));
  const before = process.cpuUsage();
  let text = JSON.stringify(rows);
  for (let round = 0; round < 4; round += 1) {
    text = JSON.stringify(JSON.parse(text)).replaceAll(/\d+/g, (digits) => String(Number(digits) + 1));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

async function bareStart(): Promise<void> {
  const [code] = (await once(spawn(process.execPath, ["--import", "tsx", "-e", "0"]), "exit")) as [number | null];
  if (code !== 0) throw new Error(`a bare start ended with ${code}`);
}
