// Where this clone is and where it keeps what it makes: databases, secrets, logs. Every script asks
// here, so `DATA_DIR` moves all of it at once (tests give each stack its own).
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder, absolute. */
export const projectDir = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** `.data/` of this clone, or `DATA_DIR`; absolute, and not made yet. */
export function dataDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment["DATA_DIR"];
  return resolve(projectDir, given === undefined || given === "" ? ".data" : given);
}
