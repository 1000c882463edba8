// What a fault did, as a line that `npm run drill` prints at its end. In `npm test` it says nothing.

import { appendFileSync } from "node:fs";

/** Reports what was done and measured under the name of the test file. */
export function report(name: string, facts: Readonly<Record<string, number | string>>): void {
  const path = process.env["SATCHEL_DRILL_REPORT"];
  if (path === undefined) return;
  const words = Object.entries(facts).map(([fact, value]) => `${fact} ${value}`);
  appendFileSync(path, `${name}: ${words.join(", ")}\n`);
}

/** Milliseconds as seconds, for a person. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
