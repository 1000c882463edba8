// Who uses the private servers right now: one file per user, holding its process's mark. The last
// one to leave stops the servers; leases of dead processes do not count. Changed only under the
// stack's lock, so that nobody joins while the last one is on its way out.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMarkAlive, processMark } from "../lock.mjs";

let leaseCount = 0;

/** Leaves a lease of this process in `leasesDir` and returns its path, which gives it back. */
export function takeLease(leasesDir: string): string {
  mkdirSync(leasesDir, { recursive: true });
  leaseCount += 1;
  const path = join(leasesDir, `${process.pid}-${leaseCount}`);
  writeFileSync(path, processMark() ?? "");
  return path;
}

/** Gives a lease back; giving it back twice is no error. */
export function returnLease(leasePath: string): void {
  rmSync(leasePath, { force: true });
}

/** How many living users there are; removes the leases of dead ones. */
export function countLeases(leasesDir: string): number {
  mkdirSync(leasesDir, { recursive: true });
  let count = 0;
  for (const name of readdirSync(leasesDir)) {
    const path = join(leasesDir, name);
    if (isMarkAlive(readFileSync(path, "utf8"))) count += 1;
    else rmSync(path, { force: true });
  }
  return count;
}
